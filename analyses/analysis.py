"""From a loop to its findings: every module of analyses/findings, then the classification of what they found."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import islpy as isl

from analyses import findings as _findings
from analyses.classification import classify
from analyses.errors import AnalysisError, Unsupported
from analyses.finding import PROVEN, Finding
from analyses.model import Model, build
from analyses.model.model import MAX_OPERATIONS
from tsvc.csource import SourceError
from tsvc.loops import LOOPS, Loop, load


def analyse(loop: Loop | str) -> list[Finding]:
    """Every finding about a loop, sorted.

    loop: a Loop (tsvc.loops.load reads a C file of one's own), the name of one of LOOPS, or "path.c:function".
    Raises KeyError for an unknown name, AnalysisError for C that cannot be analysed at all.
    """
    loop = named(loop) if isinstance(loop, str) else loop
    try:
        return find(build(loop))
    except Unsupported as reason:
        return [unsupported(loop, reason)]


def find(model: Model) -> list[Finding]:
    """Every finding about a model, sorted."""
    found = sorted(finding for module in modules() for finding in _findings_of(module, model))
    return sorted([*found, *classify(model, found)])


def _findings_of(module, model: Model) -> list[Finding]:
    """What one module finds; one finding that says so where the question is too hard for isl."""
    isl.DEFAULT_CONTEXT.reset_operations()
    isl.DEFAULT_CONTEXT.set_max_operations(MAX_OPERATIONS)
    try:
        return module.find(model)
    except isl.Error as error:
        kind = module.__name__.rpartition(".")[2]
        reason = Unsupported(model.loop.path, model.loop.line, f"{kind}: too complex for isl ({error})")
        return [unsupported(model.loop, reason)]
    finally:
        isl.DEFAULT_CONTEXT.set_max_operations(0)


@cache
def modules() -> tuple:
    """The modules of analyses/findings, by name; each has find(model) -> list[Finding]."""
    names = sorted(info.name for info in iter_modules(_findings.__path__) if not info.name.startswith("_"))
    return tuple(import_module(f"{_findings.__name__}.{name}") for name in names)


def named(name: str) -> Loop:
    """The loop of a name, "path.c:function", or "path.c" where the file holds one function.

    Raises KeyError for an unknown name, AnalysisError for a file that cannot be understood.
    """
    path, _, function = name.rpartition(":") if not name.endswith(".c") else (name, "", "")
    if not path:
        if name not in LOOPS:
            raise KeyError(f"{name}: no such loop; give one of the {len(LOOPS)} names, or path.c:function")
        return LOOPS[name]
    try:
        loops = load(Path(path))
    except (SourceError, RecursionError) as error:
        raise InputError(str(error) if isinstance(error, SourceError) else f"{path}: nested too deeply") from None
    if function in loops:
        return loops[function]
    if not function and len(loops) == 1:
        return next(iter(loops.values()))
    problem = f"no such loop as {function}" if function else "which loop?"
    raise KeyError(f"{path}: {problem}; it holds {', '.join(loops)}")


class InputError(AnalysisError):
    """A C file cannot be read; the message is the front end's."""

    def __init__(self, message: str):
        Exception.__init__(self, message)
        self.line, self.problem = 0, message


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
