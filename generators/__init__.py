"""Generation: prompts, answers, clients, retries and records of an LLM that writes kernels; see docs/generation.md."""
