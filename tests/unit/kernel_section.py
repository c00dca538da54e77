"""The part of docs/mutation-score.md on mutants of kernels, from the rows that tests/unit/kernel_score.py leaves."""

import json
import tomllib
from collections import Counter
from pathlib import Path

from kernel_mutants import OPERATORS

from clib.build import ROOT

RESULTS = ROOT / "results" / "kernel-mutants.json"
#: Why a mutant survives, one by one: [[survivor]] with loop, operator, before, after and reason; `hole = true` where it
#: is not the same function on all valid calls, so that the judge ought to have seen it.
REASONS = ROOT / "tests" / "data" / "kernel-survivors.toml"


def read_rows(path: Path = RESULTS) -> list[dict]:
    """The rows of all mutants that were judged; none when they never were."""
    return json.loads(path.read_text()) if path.is_file() else []


def reasons() -> dict[tuple, str]:
    """The reason of each survivor by (loop, operator, before, after)."""
    return {key: entry["reason"] for key, entry in _entries().items()}


def equivalent() -> set[tuple]:
    """The survivors that are the same function as the kernel, by their reasons."""
    return {key for key, entry in _entries().items() if not entry.get("hole")}


def _entries() -> dict[tuple, dict]:
    entries = tomllib.loads(REASONS.read_text()).get("survivor", []) if REASONS.is_file() else []
    return {(e["loop"], e["operator"], e["before"], e["after"]): e for e in entries}


def key_of(row: dict) -> tuple:
    """What a survivor's reason is found by: not its line, which moves."""
    return row["loop"], row["operator"], row["before"], row["after"]


def living(rows: list[dict]) -> list[dict]:
    """The mutants that Python and Triton accept and that are not the same kernel: the others are no test of a judge."""
    return [row for row in rows if row["verdict"] not in ("STILLBORN", "HARMLESS")]


def section(rows: list[dict]) -> str:
    """The section in Markdown, "" without rows."""
    if not rows:
        return ""
    counted = living(rows)
    survivors = [row for row in counted if row["verdict"] == "PASSED"]
    killed, rate = len(counted) - len(survivors), 100 * (1 - len(survivors) / len(counted))
    same_function = equivalent()
    same = sum(key_of(row) in same_function for row in survivors)
    rest = len(counted) - same
    stages = Counter(row["stage"] for row in counted)
    words = Counter(row["verdict"] for row in counted if row["verdict"] != "PASSED")
    return "\n".join(
        [
            _INTRODUCTION,
            f"{len(counted)} mutants of {len({row['loop'] for row in counted})} of the 151 kernels (and "
            f"{sum(row['verdict'] == 'STILLBORN' for row in rows)} that Python or Triton refuse): "
            f"**{killed} killed, {rate:.2f} %**. The mutation score, which leaves out mutants that are the same "
            f"function as the kernel (Jia and Harman, 2011; each with its reason below), is "
            f"**{100 * killed / rest:.2f} %** of {rest}; "
            f"{stages['fixed']} on the fixed cases of a machine without a GPU, {stages['drawn']} more on drawn ones, "
            f"{stages['large'] + stages['huge']} more at sizes that the suite judges on a GPU alone.",
            "",
            "Verdicts: " + ", ".join(f"{word} {count}" for word, count in words.most_common()) + ".",
            "",
            *_by_operator(counted),
            "",
            *_survivors(survivors),
            *_harmless(rows),
            *_by_loop(counted),
        ]
    )


def _by_operator(rows: list[dict]) -> list[str]:
    lines = ["| operator | what is changed | mutants | killed |", "| --- | --- | --: | --: |"]
    for operator, words in OPERATORS.items():
        verdicts = [row["verdict"] for row in rows if row["operator"] == operator]
        if verdicts:
            lines.append(f"| {operator} | {words} | {len(verdicts)} | {len(verdicts) - verdicts.count('PASSED')} |")
    return lines


def _survivors(rows: list[dict]) -> list[str]:
    same = equivalent()
    known = {key: reason if key in same else f"**missed**: {reason}" for key, reason in reasons().items()}
    lines = ["| survivor | line | change | why |", "| --- | --: | --- | --- |"] if rows else []
    for row in rows:
        change = f"`{row['before']}` becomes `{row['after']}`".replace("|", "\\|")
        lines.append(f"| {row['loop']} | {row['line']} | {change} | {known.get(key_of(row), '**not explained**')} |")
    return [*lines, ""] if rows else []


def _harmless(rows: list[dict]) -> list[str]:
    """The mutants that were not counted, since a rule shows that they are the same kernel."""
    same = [row for row in rows if row["verdict"] == "HARMLESS"]
    counts = Counter(row["why"] for row in same)
    lines = [f"- {count}: {reason}" for reason, count in counts.most_common()]
    return ["Not counted, since they are the same kernel by a rule, and passed:", "", *lines, ""] if same else []


def _by_loop(rows: list[dict]) -> list[str]:
    lines = ["| loop | mutants | killed |", "| --- | --: | --: |"]
    for loop in dict.fromkeys(row["loop"] for row in rows):
        verdicts = [row["verdict"] for row in rows if row["loop"] == loop]
        lines.append(f"| {loop} | {len(verdicts)} | {len(verdicts) - verdicts.count('PASSED')} |")
    return lines


_INTRODUCTION = """
## Mutants of kernels

The bundled kernels' syntax trees are changed in one place (`tests/unit/kernel_mutants.py`), at most 26 changes a loop
drawn so that each kind comes in turn, and judged as any kernel is: the suite's fixed cases, then drawn ones, and where
a mutant has survived these, in Triton's interpreter, the sizes that the suite judges on a GPU. Killed: any verdict but
PASSED. What may have any value (block sizes, warps, lengths from which on another way is faster) is not changed, nor
what masked-off lanes hold where a dataflow analysis (`tests/unit/dead_lanes.py`) shows that they reach no store; a
mutant that Python or Triton refuses is not counted.
`PYTHONPATH=. python tests/unit/kernel_score.py --workers 16` judges them all.
"""
