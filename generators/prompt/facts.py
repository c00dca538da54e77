"""What the analyses prove about a loop, as far as a legal call lets it apply."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import islpy as isl

from analyses.analysis import analyse, modules
from analyses.classification import classify
from analyses.errors import Unsupported
from analyses.finding import CONDITION, PROVEN, Finding
from analyses.model import build
from analyses.prompt import prompt
from tsvc.loops import Loop


def kinds() -> tuple[str, ...]:
    """The kinds of findings that a prompt can be asked for, sorted."""
    return tuple(sorted({module.__name__.rpartition(".")[2] for module in modules()} | {"classification"}))


def wanted_kinds(analyses: Iterable[str] | str | None) -> tuple[str, ...] | None:
    """The kinds asked for, sorted, or None for whatever the loop needs.

    analyses: "all", "none" (or None), one kind, several with commas, or several.
    Raises ValueError for an unknown kind; the message names all.
    """
    if analyses == "all":
        return None
    given = [] if analyses in (None, "none") else analyses.split(",") if isinstance(analyses, str) else list(analyses)
    unknown = set(given) - set(kinds())
    if unknown:
        raise ValueError(
            f"no such kind of finding as {', '.join(sorted(unknown))}; known: all, none, {', '.join(kinds())}"
        )
    return tuple(sorted(set(given)))


def facts(loop: Loop, asked: tuple[str, ...] | None) -> str:
    """The text of analyses.prompt for the findings that apply; "" when no kinds are asked for."""
    return "" if asked == () else prompt(loop, asked, list(applicable(loop)))


@cache
def applicable(loop: Loop) -> tuple[Finding, ...]:
    """The findings about a loop whose conditions some legal call meets; those that all meet are proven.

    Legal calls are over-approximated by those of the loop's conditions that isl understands, so neither is a guess.
    """
    found = analyse(loop)
    if any(finding.kind == "unsupported" for finding in found):
        return tuple(found)
    kept = [judged for finding in found if (judged := _judged(loop, finding)) and finding.kind != "classification"]
    try:
        return tuple(sorted([*kept, *classify(build(loop), kept)]))
    except Unsupported:
        return tuple(kept)


def _judged(loop: Loop, finding: Finding) -> Finding | None:
    """The finding, proven if its condition always holds; None if it never does."""
    if finding.claim.get("condition") is None:
        return finding
    condition = isl.Set(finding.claim["condition"])
    legal = _legal(loop, sorted({*condition.get_var_names(isl.dim_type.param), *loop.sizes}))
    if (condition & legal).is_empty():
        return None
    holds = finding.level == CONDITION and legal.is_subset(condition)
    return replace(finding, level=PROVEN) if holds else finding


def _legal(loop: Loop, names: list[str]) -> isl.Set:
    """A superset of the legal calls: sizes of at least 1 and the conditions that are affine."""
    space = f"[{', '.join(names)}] -> "
    legal = isl.Set(space + "{ : " + " and ".join(f"{name} >= 1" for name in loop.sizes) + " }")
    for rule in loop.requires:
        try:
            legal &= isl.Set(space + "{ : " + rule.replace("==", "=") + " }")
        except isl.Error:
            continue
    return legal
