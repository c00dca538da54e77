"""Findings as text for a language model that writes a GPU kernel: facts, and no more than the loop needs."""

from collections.abc import Iterable

from analyses.analysis import analyse, named
from analyses.finding import CONDITION, PROVEN, Finding
from analyses.model import build
from tsvc.loops import Loop

#: Characters at most: about 900 tokens of this kind of text.
LONGEST = 2800
#: What matters most first; kinds that are not named come in the middle.
FIRST = (
    "unsupported", "classification", "alias_contract", "reduction", "prefix_sum", "strided_prefix_sum",
    "linear_recurrence", "compaction", "unpacking", "early_exit", "convolution", "wavefront", "distribution",
    "reordering", "retiming", "index_set_split", "peeling", "wrap_around", "array_expansion", "scalar_expansion",
    "rerolling", "goto_conversion", "overwrite", "scatter", "gather",
)  # fmt: skip
LAST = ("interchange", "reversal", "war", "parallel", "sequential", "memory_access")
#: Rewritings of the order that a loop does not need if it is parallel as it is.
SPARE = {"interchange", "reversal", "wavefront", "retiming", "distribution", "reordering", "sequential"}


def prompt(loop: Loop | str, kinds: Iterable[str] | None = None, found: list[Finding] | None = None) -> str:
    """The facts about a loop, most important first, 100 to 900 tokens; the same text every time.

    kinds: only findings of these kinds; all that the loop needs by default.
    found: the findings to choose from; those of `analyse` by default.
    Raises what `analyse` raises.
    """
    found = analyse(loop) if found is None else found
    name = found[0].loop if found else str(loop)
    chosen = [f for f in found if f.kind in set(kinds)] if kinds is not None else needed(found)
    lines = [
        f"Facts about the C function {name}, computed by dependence analysis for all legal sizes.",
        "A fact is proven unless its level stands in brackets; line numbers are those of the C file.",
    ]
    if granted := assumptions(loop, found):
        lines.append(f"Taken for granted: {'; '.join(granted)}.")
    size = sum(map(len, lines))
    for finding in sorted(chosen, key=_rank):
        line = f"- line {finding.line}: {finding.advice}"
        if finding.level != PROVEN:
            line += f" [{finding.level}]"
        if line not in lines and size + len(line) < LONGEST:
            lines.append(line)
            size += len(line) + 1
    return "\n".join(lines) + "\n"


def assumptions(loop: Loop | str, found: list[Finding]) -> tuple[str, ...]:
    """What the facts rest on besides the C text."""
    if any(finding.kind == "unsupported" for finding in found):
        return ()
    return build(named(loop) if isinstance(loop, str) else loop).assumptions


def needed(found: list[Finding]) -> list[Finding]:
    """The findings without those that say nothing new about this loop."""
    words = {f.claim.get("level"): f.claim["word"] for f in found if f.kind == "classification"}
    scans = {f.line for f in found if f.kind in ("reduction", "prefix_sum", "linear_recurrence", "strided_prefix_sum")}
    best = next((f.claim["loop"] for f in found if f.kind == "classification" and "loop" in f.claim), None)
    kept = []
    for finding in found:
        level = finding.claim.get("level")
        word = words.get(level)
        if finding.kind == "classification" and level is not None and len(words) == 2:
            continue  # one loop: the program's word is the loop's
        if finding.kind in SPARE and (word == "parallel" or (words.get(None) == "parallel" and level != best)):
            continue
        if finding.kind == "sequential" and (word != "sequential" or finding.line in scans):
            continue
        if finding.kind == "memory_access" and level not in (None, best):
            continue
        if finding.kind == "parallel" and finding.level not in (PROVEN, CONDITION):
            continue
        kept.append(finding)
    return kept


def _rank(finding: Finding) -> tuple:
    if finding.kind in FIRST:
        place = FIRST.index(finding.kind)
    else:
        place = len(FIRST) + 1 + (LAST.index(finding.kind) if finding.kind in LAST else -1)
    return (place, finding.key)
