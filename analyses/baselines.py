"""The texts of the baselines that the analyses write: C with OpenMP, Python for numba, the array form for torch."""

from collections.abc import Callable
from functools import lru_cache

from analyses.array_form import NoArrayForm, array_text
from analyses.errors import AnalysisError
from analyses.model import Model, build
from analyses.numba_code import numba_text
from analyses.openmp import openmp_text
from analyses.threads import NotShared
from tsvc.domain import arguments
from tsvc.inputs import Case
from tsvc.loops import Loop

_WRITERS: dict[str, Callable] = {"openmp": openmp_text, "numba": numba_text, "torch": array_text}


def baseline_text(name: str, case: Case) -> tuple[str, str]:
    """(text, reason): the text of a baseline for a case's sizes and parameters, or "" and why there is none.

    name: of tsvc.baselines.NAMES; one that needs no text gives ("", "").
    """
    if name not in _WRITERS:
        return "", ""
    params = arguments(case.loop, case.n, case.m, case.params)
    try:
        return _WRITERS[name](_model(case.loop), {"n": case.n, "m": case.m}, params), ""
    except (NotShared, NoArrayForm) as reason:
        return "", str(reason)
    except AnalysisError as reason:
        return "", f"cannot be analysed: {reason}"


@lru_cache(maxsize=8)
def _model(loop: Loop) -> Model:
    return build(loop)
