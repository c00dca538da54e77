"""What is right without launches; the kernels are Python functions over numpy arrays."""

import numpy as np
import pytest

from tsvc.ablation import check_launches_alone_see, check_launches_matter
from tsvc.expected import expect
from tsvc.inputs import Case
from tsvc.kernel import Answer
from tsvc.loops import LOOPS
from tsvc.verdicts import Crashed, Decoy, TorchFallback, Wrong

S000, S311 = LOOPS["s000"], LOOPS["s311"]


def check(loop, kernel, kind="exact", n=300, matter=check_launches_matter):
    """kernel(arrays, launch) -> result; launch is "skip", "fail", "blind" or ""."""

    def run(case, fill, launch):
        sent = case.arrays(fill)
        arrays = case.arrays(fill)
        result = kernel(arrays, launch)
        return sent, Answer(arrays, {}, None if result is None else np.float64(result), {})

    matter(expect(Case(loop, n, kind=kind, seed=3)), run)


def test_a_kernel_that_does_nothing_without_launches_passes():
    check(S000, lambda arrays, launch: None)


def test_one_that_is_right_without_them_is_a_decoy():
    with pytest.raises(Decoy, match="a comes out right"):
        check(S000, lambda arrays, launch: arrays["a"].__setitem__(slice(None), arrays["b"] + 1))


@pytest.mark.parametrize(("part", "is_decoy"), [(0.2, False), (0.3, True)])
def test_a_quarter_may_be_right_without_them(part, is_decoy):
    def kernel(arrays, launch):
        end = int(part * arrays["a"].size)
        arrays["a"][:end] = arrays["b"][:end] + 1

    if not is_decoy:
        check(S000, kernel)
        return
    with pytest.raises(Decoy):
        check(S000, kernel)


def test_one_that_is_right_when_they_fail_falls_back():
    def kernel(arrays, launch):
        if launch == "fail":
            arrays["a"][:] = arrays["b"] + 1

    with pytest.raises(TorchFallback, match="when its launches fail"):
        check(S000, kernel)


def test_one_that_raises_or_crashes_passes():
    def kernel(arrays, launch):
        raise Crashed("the process died")

    check(S000, kernel)


def test_what_is_right_by_chance_is_asked_again_on_other_data():
    calls = []

    def kernel(arrays, launch):
        calls.append(launch)
        if len(calls) == 1:
            arrays["a"][:] = arrays["b"] + 1

    check(S000, kernel)
    assert calls == ["skip", "skip", "skip", "fail"]


def test_a_closed_form_of_a_loop_without_arrays_is_a_decoy():
    sizes = []

    def run(case, fill, launch):
        sizes.append(case.n)
        return {}, Answer({}, {}, np.float64(expect(case).result), {})

    with pytest.raises(Decoy):
        check_launches_matter(expect(Case(LOOPS["s317"], 300, kind="exact")), run)
    assert sizes == [300, 199, 198]


def test_a_result_that_the_function_begins_with_is_no_decoy():
    value = expect(Case(S311, 300, kind="exact", seed=3)).result
    check(S311, lambda arrays, launch: value)
    with pytest.raises(Decoy, match="result comes out right"):
        check(S311, lambda arrays, launch: arrays["a"].sum(dtype=np.float64))


def test_one_that_is_wrong_only_where_launches_alone_see_falls_back():
    def kernel(arrays, launch):
        if launch != "blind":
            arrays["a"][:] = arrays["b"] + 1

    with pytest.raises(TorchFallback, match="right only where the host sees the data"):
        check(S000, kernel, matter=check_launches_alone_see)


def test_one_that_has_stopped_working_is_wrong():
    with pytest.raises(Wrong, match="right before"):
        check(S000, lambda arrays, launch: None, matter=check_launches_alone_see)
