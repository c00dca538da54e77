import numpy as np
import pytest
import torch

from analyses.array_form import NoArrayForm, array_text
from analyses.model import build
from tsvc.cases import make
from tsvc.comparison import compare
from tsvc.domain import arguments
from tsvc.expected import expect
from tsvc.loops import LOOPS, load


def run_eagerly(text: str, case, values: dict):
    """(arrays before, arrays after, result) of the text without torch.compile."""
    names: dict = {}
    exec(text.replace("@torch.compile(fullgraph=True, dynamic=False)\n", ""), names)
    before, after = case.arrays(), case.arrays()
    scalars = {"n": case.n, "m": case.m, **values}
    given = [torch.from_numpy(after[name]) if kind == "array" else scalars[name] for name, kind in case.loop.signature]
    result = names[case.loop.name](*given)
    return before, after, None if result is None else result.item()


def forms():
    """Every loop that has an array form."""
    for name, loop in LOOPS.items():
        case = make(loop, 1000, 37, "awkward", 3)
        values = arguments(loop, case.n, case.m, case.params)
        try:
            text = array_text(build(loop), {"n": case.n, "m": case.m}, values)
        except NoArrayForm:
            continue
        yield name, text, case, values


def test_every_array_form_leaves_what_c_leaves():
    wrong, found = {}, 0
    for name, text, case, values in forms():
        found += 1
        before, after, result = run_eagerly(text, case, values)
        if difference := compare(case.loop, expect(case), 0, before, after, result):
            wrong[name] = f"{difference}\n{text}"
    assert not wrong, "\n".join(wrong.values())
    assert found > 60


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("s321", "an iteration needs what another one has computed"),
        ("s212", "its statements cannot run one after the other"),
        ("s332", "it may stop early"),
        ("s2101", "a diagonal"),
        ("vag", "subscripts that are looked up"),
        ("s317", "it has no arrays"),
    ],
)
def test_others_have_none_and_say_why(name, why):
    case = make(LOOPS[name], 1000, 37, "exact", 0)
    with pytest.raises(NoArrayForm, match=why):
        array_text(build(case.loop), {"n": case.n, "m": case.m}, arguments(case.loop, case.n, case.m, case.params))


def test_a_condition_is_taken_before_what_it_guards_changes_it(c_file):
    text = "void f(int n, real a[n]) { for (int i = 0; i < n; i++) if (a[i] > 0) a[i] = -1; else a[i] = 2; }"
    case = make(load(c_file(text))["f"], 8, 1, "uniform", 0)
    before, after, _ = run_eagerly(array_text(build(case.loop), {"n": 8, "m": 1}, {}), case, {})
    assert np.array_equal(after["a"], np.where(before["a"] > 0, -1, 2))
