"""docs/findings.md: every loop, its class, and the kinds of finding about it."""

from functools import cache
from pathlib import Path

from analyses.analysis import analyse
from analyses.classification import word_of
from tsvc.loops import LOOPS, Loop, load

#: Loops of another origin, analysed like the bundled ones.
OTHERS = Path(__file__).parents[1] / "tests" / "data" / "loops"
#: Said of every loop: no use in a table.
_EVERYWHERE = {"classification", "memory_access"}

_HEAD = """\
# Findings

What the analyses find, loop by loop: the class of the whole loop, and how many findings of each kind (one if no number
stands there). `memory_access` and `classification` exist for every loop and are left out. `python -m analyses --table`
makes this page; a test compares it.
"""


def table() -> str:
    """The whole page."""
    bundled = rows(LOOPS)
    others = rows(other_loops())
    parts = [_HEAD, totals(bundled), "## The 151 loops of TSVC\n", listing(bundled)]
    return "\n".join([*parts, "## Loops of another origin\n", totals(others), listing(others)])


@cache
def other_loops() -> dict[str, Loop]:
    """The loops of OTHERS by name."""
    return {name: loop for path in sorted(OTHERS.glob("*.c")) for name, loop in load(path).items()}


Row = tuple[str, str, dict[str, int]]


def rows(loops: dict[str, Loop]) -> list[Row]:
    """(name, class, kind -> number of findings) of each loop."""
    found = []
    for name, loop in loops.items():
        findings = analyse(loop)
        kinds: dict[str, int] = {}
        for kind in sorted(finding.kind for finding in findings):
            if kind not in _EVERYWHERE:
                kinds[kind] = kinds.get(kind, 0) + 1
        found.append((name, word_of(findings), kinds))
    return found


def totals(found: list[Row]) -> str:
    words: dict[str, int] = {}
    for _, word, _ in found:
        words[word.split(" after ")[0] if word else "no loop"] = words.get(word.split(" after ")[0], 0) + 1
    kinds: dict[str, int] = {}
    for _, _, some in found:
        for kind in some:
            kinds[kind] = kinds.get(kind, 0) + 1
    lines = ["| class | loops |", "| --- | ---: |"]
    lines += [f"| {word} | {number} |" for word, number in sorted(words.items(), key=lambda p: (-p[1], p[0]))]
    lines += ["", "| kind | loops |", "| --- | ---: |", *(f"| {kind} | {kinds[kind]} |" for kind in sorted(kinds)), ""]
    return "\n".join(lines)


def listing(found: list[Row]) -> str:
    lines = ["| loop | class | findings |", "| --- | --- | --- |"]
    for name, word, kinds in found:
        said = ", ".join(kind if number == 1 else f"{kind} ({number})" for kind, number in kinds.items())
        lines.append(f"| {name} | {word} | {said} |")
    return "\n".join([*lines, ""])
