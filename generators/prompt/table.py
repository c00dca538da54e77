"""What is committed about every prompt, so that a change of any shows: `python -m generators --table`."""

import hashlib
import json
import re

from generators.prompt.build import chosen_example, joined, sections
from generators.prompt.description import legal_calls
from generators.prompt.facts import applicable
from generators.prompt.system import system
from tsvc.loops import LOOPS, Loop


def table() -> str:
    """JSON: the shared prefix and each loop of LOOPS by name, a loop a line."""
    rows = {"system": outline_of_prefix(), **{name: outline(loop) for name, loop in LOOPS.items()}}
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()) + "\n}\n"


def outline_of_prefix() -> dict:
    """Headings, size and hash of the prefix."""
    text = system()
    return {"headings": re.findall(r"^#+ (.*)$", text, re.MULTILINE), "tokens": tokens(text), "sha256": _hash(text)}


def outline(loop: Loop) -> dict:
    """A prompt's sections with their sizes, what it names, and the hash of the part that differs from loop to loop."""
    parts = sections(loop)
    text = joined(parts)
    return {
        "tokens": tokens(text),
        "sections": {title.lstrip("# "): tokens(body) for title, body in parts.items()},
        "arrays": [array.name for array in loop.arrays],
        "scalars": [*loop.sizes, *(parameter.name for parameter in loop.params)],
        "legal": legal_calls(loop),
        "findings": sorted({finding.kind for finding in applicable(loop) if finding.advice in text}),
        "example": chosen_example(loop, None),
        "sha256": _hash(text),
    }


def tokens(text: str) -> int:
    """An estimate at four characters a token, which needs no tokenizer."""
    return round(len(text) / 4)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
