"""Which findings a prompt may speak of."""

from itertools import product

import islpy as isl
import pytest

from analyses.finding import CONDITION, PROVEN
from generators.prompt.facts import applicable, facts, kinds, wanted_kinds
from tsvc.domain import bounds, is_legal
from tsvc.loops import LOOPS, load

STRIDED = """#include "tsvc.h"
{note}
void mine(int n, int inc, real a[restrict n], const real b[restrict n])
{{
    for (int i = 0; i < n; i++)
        a[i * inc] += b[i];
}}
"""


def parallel(loop):
    return [finding for finding in applicable(loop) if finding.kind == "parallel"]


def strided(c_file, note: str):
    return load(c_file(STRIDED.format(note=f"/* {note} */")))["mine"]


def test_a_condition_that_some_calls_meet_stays_a_condition(c_file):
    loop = strided(c_file, "requires inc >= 0\n * requires inc*(n-1) < n\n * param inc = 1 in 0..1")
    assert [finding.level for finding in parallel(loop)] == [CONDITION]
    assert "if inc" in facts(loop, None)


def test_a_condition_that_all_calls_meet_is_none(c_file):
    loop = strided(c_file, "requires inc == 1\n * param inc = 1 in 1..1")
    assert [finding.level for finding in parallel(loop)] == [PROVEN]
    assert "under the condition" not in facts(loop, None)


def test_a_finding_whose_condition_no_call_meets_is_not_told(c_file):
    loop = strided(c_file, "requires inc == 0\n * param inc = 0 in 0..0")
    assert not parallel(loop) and "may run at once" not in facts(loop, None)


@pytest.mark.parametrize("name", LOOPS)
def test_every_condition_told_is_met_by_a_legal_call(name):
    loop = LOOPS[name]
    for finding in applicable(loop):
        if condition := finding.claim.get("condition"):
            met = [holds(condition, values) for values in calls(loop)]
            assert any(met) and (finding.level != PROVEN or all(met)), finding


def calls(loop):
    """Legal calls, small ones and one beyond the sizes that conditions set apart, at the ends and inside of ranges."""
    for n, m in [*product(range(1, 9), range(1, 5)), (40, 5), (40, 7)]:
        ranges = []
        for parameter in loop.params:
            low, high = bounds(parameter, n, m)
            ranges.append({parameter.value(value) for value in (low, low + 1, (low + high) / 2, high - 1, high)})
        for values in product(*ranges):
            given = dict(zip((parameter.name for parameter in loop.params), values, strict=True))
            if is_legal(loop, n, m, given):
                yield {"n": n, "m": m, **given}


def holds(condition: str, values: dict) -> bool:
    whole = isl.Set(condition)
    for name in whole.get_var_names(isl.dim_type.param):
        whole = whole.fix_val(
            isl.dim_type.param, whole.find_dim_by_name(isl.dim_type.param, name), isl.Val(values[name])
        )
    return not whole.is_empty()


def test_every_kind_that_is_found_can_be_asked_for():
    assert {finding.kind for loop in LOOPS.values() for finding in applicable(loop)} <= set(kinds())


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("all", None),
        ("none", ()),
        (None, ()),
        ("war", ("war",)),
        ("war,parallel", ("parallel", "war")),
        (("war", "parallel"), ("parallel", "war")),
        ([], ()),
    ],
)
def test_kinds_are_asked_for_by_name(asked, wanted):
    assert wanted_kinds(asked) == wanted


@pytest.mark.parametrize("asked", ["nosuch", "war,nosuch", ["nosuch"], ""])
def test_an_unknown_kind_is_refused_with_those_that_exist(asked):
    with pytest.raises(ValueError, match=r"known: all, none, .*war"):
        wanted_kinds(asked)


def test_only_what_was_asked_for_is_told():
    loop = LOOPS["s112"]
    assert "Save a before the loop" in facts(loop, ("war",)) and "All iterations" not in facts(loop, ("war",))
    assert facts(loop, ()) == ""
