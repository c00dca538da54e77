"""The prompt: a prefix that all loops share, what differs from loop to loop, and the turn after a failed attempt."""

from generators.prompt.build import Prompt, build_prompt
from generators.prompt.next_turn import feedback

__all__ = ["Prompt", "build_prompt", "feedback"]
