"""The part of the prompt that is the same for every loop: the task, a kernel's contract, the rules, the answer's form.

It comes first, so that a provider can cache it; about 2,200 tokens at four characters a token.
"""

from functools import cache
from pathlib import Path

from generators.prompt.rules import rules

_TEXT = Path(__file__).with_name("prefix.md")


@cache
def system() -> str:
    """The text of prefix.md with the rules in their place, ended by a newline."""
    return _TEXT.read_text().replace("{rules}", rules())
