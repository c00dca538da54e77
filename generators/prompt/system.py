"""The part of the prompt that is the same for every loop."""


def system() -> str:
    """The task, the contract of a kernel, the rules, and the form of the answer."""
    return "Rewrite the C loop as a Triton kernel.\n"
