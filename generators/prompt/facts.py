"""What the analyses prove about a loop, as far as a legal call lets it apply."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import islpy as isl

from analyses.analysis import analyse, modules
from analyses.classification import classify
from analyses.errors import Unsupported
from analyses.finding import CONDITION, PROVEN, Finding
from analyses.model import Model, build
from analyses.prompt import FIRST, LAST, prompt
from tsvc.loops import Loop


def kinds() -> tuple[str, ...]:
    """The kinds of findings that a prompt can be asked for, sorted."""
    return tuple(sorted({*FIRST, *LAST} | {module.__name__.rpartition(".")[2] for module in modules()}))


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
    """The findings about a loop whose conditions some legal call meets; those that all meet count as proven.

    Legal calls are those of the model: over-approximated where a condition of the loop is not affine, so neither that
    all meet a condition nor that none does is a guess.
    """
    found = analyse(loop)
    try:
        model = build(loop)
    except Unsupported:
        return tuple(found)
    judged = (_judged(model, finding) for finding in found if finding.kind != "classification")
    kept = [finding for finding in judged if finding]
    return tuple(sorted([*kept, *classify(model, kept)]))


def _judged(model: Model, finding: Finding) -> Finding | None:
    """The finding, proven if its condition always holds; None if it never does."""
    if finding.claim.get("condition") is None:
        return finding
    condition = isl.Set(finding.claim["condition"])
    if (condition & model.context).is_empty():
        return None
    return replace(finding, level=PROVEN) if finding.level == CONDITION and model.always(condition) else finding
