"""Exact dependence analysis of a C loop: findings that are proven, or labelled with what they rest on."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from analyses import findings as _findings
from analyses.errors import AnalysisError, Unsupported
from analyses.finding import PROVEN, Finding
from analyses.model import Model, build
from tsvc.loops import LOOPS, Loop

__all__ = ["AnalysisError", "Finding", "analyse"]


def analyse(loop: Loop | str) -> list[Finding]:
    """Every finding about a loop, sorted.

    loop: a Loop (tsvc.loops.load reads a C file of one's own) or the name of one of LOOPS.
    Raises KeyError for an unknown name, AnalysisError for C that cannot be analysed at all.
    """
    loop = LOOPS[loop] if isinstance(loop, str) else loop
    try:
        return find(build(loop))
    except Unsupported as reason:
        return [unsupported(loop, reason)]


def find(model: Model) -> list[Finding]:
    """Every finding about a model, sorted."""
    return sorted(finding for module in modules() for finding in module.find(model))


@cache
def modules() -> tuple:
    """The modules of analyses/findings, by name; each has find(model) -> list[Finding]."""
    names = sorted(info.name for info in iter_modules(_findings.__path__) if not info.name.startswith("_"))
    return tuple(import_module(f"{_findings.__name__}.{name}") for name in names)


def unsupported(loop: Loop, reason: Unsupported) -> Finding:
    """The one finding about a loop that the model has no place for."""
    return Finding(
        "unsupported",
        PROVEN,
        loop.name,
        reason.line,
        {"type": "unsupported", "reason": reason.problem},
        f"Nothing is proven about this loop: {reason.problem}.",
    )
