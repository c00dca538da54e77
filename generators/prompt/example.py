"""The worked example in the prompt: a tiny loop of no benchmark with its kernel, of the same kind as the loop.

The loops are in examples/loops.c, the kernels beside it; a test judges each.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from analyses.finding import Finding
from tsvc.loops import Loop, load

FOLDER = Path(__file__).with_name("examples")
#: By the classification's word.
_WORDS = {"scan": "scan", "compaction": "compaction", "search": "search", "sequential": "sequential"}
#: By what comes before a loop is parallel.
_AFTER = {
    "snapshot": "snapshot", "last_writer": "last_writer", "wavefront": "steps", "distribution": "parts",
    "reordering": "parts", "retiming": "parts", "index_set_split": "parts", "peeling": "parts",
}  # fmt: skip


@cache
def examples() -> dict[str, Loop]:
    """The loops of the examples by name."""
    return load(FOLDER / "loops.c")


def example_for(loop: Loop, findings: Sequence[Finding]) -> str:
    """The example's name.

    findings: those that the prompt may speak of. Without a classification the C function's arguments decide.
    """
    words: dict[str | None, Finding] = {f.claim.get("level"): f for f in findings if f.kind == "classification"}
    if None not in words:
        return "reduction" if loop.result else "tile" if loop.is_2d and "n" not in loop.sizes else "elementwise"
    claim = words.pop(None).claim
    if claim["word"] in _WORDS:
        return _WORDS[claim["word"]]
    others = {level: f.claim["word"] for level, f in words.items() if level and level != claim["loop"]}
    if any(word == "sequential" and _reaches_other_lanes(level, findings) for level, word in others.items()):
        return "steps"
    if claim["word"] == "reduction":
        return "position" if any(f.kind == "reduction" and "companions" in f.claim for f in findings) else "reduction"
    if any(word not in ("parallel", "parallel after") for word in others.values()):
        return "lines"
    for step in claim["after"]:
        if step in _AFTER:
            return _AFTER[step]
    return "tile" if others else "elementwise"


def _reaches_other_lanes(level: str, findings: Sequence[Finding]) -> bool:
    """Whether a sequential loop around a parallel one hands values from one iteration of that one to another."""
    carried = [f for f in findings if f.kind == "sequential" and f.claim.get("level") == level]
    distances = [dependence["distance"] for f in carried for dependence in f.evidence.get("dependences", ())]
    return any(sum(part != 0 for part in distance) > 1 for distance in distances)


def example(name: str) -> str:
    """An example's C function and its kernel file, each in a fence."""
    kernel = (FOLDER / f"{name}.py").read_text().strip()
    return f"```c\n{examples()[name].source.strip()}\n```\n\n```python\n{kernel}\n```"
