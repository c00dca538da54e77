"""One word for each loop: how its iterations may run, and the findings that show it.

parallel                 all at once, as they are
parallel after ...       all at once after the named transformation: a kind of finding, "snapshot" (old values from a
                         copy), "last_writer" (of equal scattered indices the last iteration's value is kept)
reduction                partial results, combined
scan                     a recurrence that is an associative scan
compaction               positions are counts of what came before: a prefix count
search                   the first iteration that says stop
sequential               a dependence that nothing found here removes

A loop gets the worst word that its carried dependences need. A statement gets the best word of its loops, and the
program the worst of its statements': `for i, for j` with a parallel j runs in parallel, m times.
"""

from collections.abc import Iterable, Mapping, Sequence

from analyses.finding import CONDITION, LEVELS, PROVEN, Finding
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.verdict import Verdict, judge

#: Best first.
WORDS = ("parallel", "parallel after", "reduction", "scan", "compaction", "search", "sequential")
#: Which word a claim stands for, by its type, if it speaks of the array that carries the dependence.
MEANS = {"reduction": "reduction", "scan": "scan", "packing": "compaction", "early_exit": "search"}
#: Kinds after which a loop is parallel if they say so.
TRANSFORMS = (
    "distribution", "reordering", "retiming", "index_set_split", "peeling", "wrap_around", "rerolling", "reversal",
    "array_expansion", "scalar_expansion", "interchange", "wavefront",
)  # fmt: skip


def classify(model: Model, findings: Sequence[Finding]) -> list[Finding]:
    """The classification of each loop and, on the function's own line, of the whole program."""
    words = {level: _classify(model, level, findings) for level in model.levels if model.inside(level)}
    found = [_finding(model, level, *words[level]) for level in words]
    if whole := _program(model, words, findings):
        found.append(whole)
    return found


Word = tuple[str, tuple[str, ...], tuple[Finding, ...], tuple[Dependence, ...]]


def _classify(model: Model, level: Level, findings: Sequence[Finding]) -> Word:
    """(word, transformations, findings that show it, dependences left)."""
    here = [finding for finding in findings if _speaks_of(finding.claim, level)]
    verdict = judge(model, level)
    shown = tuple(f for f in here if f.kind == "parallel")
    if verdict.is_parallel:
        after = _copies(model, verdict)
        return ("parallel after" if after else "parallel"), after, shown, ()
    for kind in TRANSFORMS:
        done = tuple(f for f in here if f.kind == kind and makes_parallel(f.claim))
        if done:
            return "parallel after", (kind,), done, ()
    left = {dep.array: dep for dep in verdict.blockers}
    ordered = tuple(f for f in here if f.claim["type"] == "scatter" and f.claim.get("duplicates") == "last")
    scattered = {f.claim["array"] for f in ordered}
    if ordered and all(dep.kind == "WAW" and dep.array in scattered for dep in verdict.blockers):
        return "parallel after", ("last_writer",), ordered, ()
    word, after, shown = "parallel", (), ()
    for split in here:
        groups = split.claim.get("groups") if split.kind in ("distribution", "reordering") else None
        if groups:
            place = {name: at for at, group in enumerate(groups) for name in group}
            within = [b for b in verdict.blockers if place.get(b.source.name) == place.get(b.sink.name)]
            left, after, shown = {dep.array: dep for dep in within}, (split.kind,), (split,)
            break
    for array in left:
        because = [f for f in here if f.claim["type"] in MEANS and _mentions(f.claim, array)]
        if model.arrays[array].is_virtual:
            because = [f for f in here if f.claim["type"] == "early_exit"]
        if not because:
            return "sequential", (), tuple(f for f in here if f.kind == "sequential"), verdict.blockers
        best = min(because, key=lambda f: WORDS.index(_means(f)))
        word, shown = max(word, _means(best), key=WORDS.index), (*shown, best)
    return ("parallel after" if word == "parallel" and after else word), after, shown, ()


def _means(finding: Finding) -> str:
    return MEANS[finding.claim["type"]]


def makes_parallel(claim: Mapping) -> bool:
    """Whether a claim says that the loop is parallel afterwards."""
    free = claim.get("parallel", claim["type"] in ("retiming", "wavefront") or "phases" in claim)
    return free is True or (isinstance(free, list) and bool(free) and all(free))


def _speaks_of(claim: Mapping, level: Level) -> bool:
    return level.name in (claim.get("level"), claim.get("outer"), claim.get("inner"))


def _copies(model: Model, verdict: Verdict) -> tuple[str, ...]:
    """What a parallel loop needs first: copies for each iteration, one copy before the loop."""
    arrays = [array for array in verdict.private if not model.arrays[array].is_scalar]
    scalars = len(arrays) < len(verdict.private)
    steps = (("scalar_expansion", scalars), ("array_expansion", arrays), ("snapshot", verdict.snapshot))
    return tuple(name for name, needed in steps if needed)


def _mentions(value, array: str) -> bool:
    if isinstance(value, str):
        return value == array
    if isinstance(value, Mapping):
        return any(_mentions(part, array) for pair in value.items() for part in pair)
    return isinstance(value, Iterable) and any(_mentions(part, array) for part in value)


def _finding(model: Model, level: Level, word: str, after, shown, blockers) -> Finding:
    claim = {
        "type": "classification",
        "level": level.name,
        "word": word,
        "because": _claims(shown),
    }
    if after:
        claim["after"] = list(after)
    how = _how(word, after, shown)
    why = f" ({blockers[0].kind} on {blockers[0].array})" if blockers else ""
    evidence = {"findings": sorted({f"{f.kind} line {f.line}" for f in shown})}
    return Finding(
        "classification", _weakest(shown), model.name, level.line, claim, f"Loop {level.name} is {how}{why}.", evidence
    )


def _program(model: Model, words: Mapping[Level, Word], findings: Sequence[Finding]) -> Finding | None:
    """The program's word: each statement at its best loop, the worst statement."""
    worst: tuple[Word, Level] | None = None
    for statement in model.statements:
        options = [(_split(statement, level, words[level], findings), level) for level in statement.loops]
        if options:
            best = min(options, key=lambda option: WORDS.index(option[0][0]))
            if worst is None or WORDS.index(best[0][0]) > WORDS.index(worst[0][0]):
                worst = best
    if worst is None:
        return None
    (word, after, shown, _), level = worst
    because = _claims(shown)
    claim = {"type": "classification", "word": word, "loop": level.name, "after": list(after), "because": because}
    advice = f"As a whole {model.name} is {_how(word, after, shown)} (loop {level.name})."
    return Finding("classification", _weakest(shown), model.name, model.loop.line, claim, advice)


def _split(statement: Statement, level: Level, word: Word, findings: Sequence[Finding]) -> Word:
    """A loop's word for one of its statements, which may stand in a part of its own after a distribution."""
    if word[0] in ("parallel", "parallel after"):
        return word
    for finding in findings:
        claim = finding.claim
        if finding.kind == "distribution" and claim.get("level") == level.name and claim["type"] == "distribution":
            for group, free in zip(claim["groups"], claim["parallel"], strict=True):
                if statement.name in group and free:
                    return "parallel after", ("distribution",), (finding,), ()
    return word


def _claims(shown: Sequence[Finding]) -> list[dict]:
    return [{"kind": f.kind, "claim": dict(f.claim)} for f in shown]


def _weakest(shown: Sequence[Finding]) -> str:
    return max((f.level for f in shown), key=LEVELS.index, default=PROVEN)


def _how(word: str, after: Sequence[str], shown: Sequence[Finding]) -> str:
    """The word as a part of a sentence."""
    names = {"reduction": "a reduction", "scan": "a scan", "compaction": "a compaction", "search": "a search"}
    text = f"{word} {' and '.join(after)}" if word == "parallel after" else names.get(word, word)
    if word in names and after:
        text += f" after {' and '.join(after)}"
    conditional = any(f.level == CONDITION for f in shown)
    return f"{text}, under the condition of its {shown[0].kind} finding" if conditional else text


def word_of(findings: Iterable[Finding]) -> str:
    """The program's word and transformations in a list of findings; "" where there is no loop."""
    for finding in findings:
        if finding.kind == "classification" and "level" not in finding.claim:
            word, after = finding.claim["word"], finding.claim["after"]
            return f"{word.removesuffix(' after')} after {' and '.join(after)}" if after else word
    return ""
