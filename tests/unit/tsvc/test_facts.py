"""What parsing the C source says about each loop against the facts about TSVC."""

import re

import numpy as np
import pytest
from definition import SPEC

from tsvc import LOOPS
from tsvc.domain import defaults, extents, is_legal
from tsvc.inputs import Case

every_loop = pytest.mark.parametrize("name", SPEC)

_EXTENTS = {"n": ("n",), "m x m, row-major": ("m", "m"), "m*m": ("m * m",)}
#: s4116 walks aa as one row of m*m elements, so its C takes it flat.
_FLAT = {("s4116", "aa")}


@every_loop
def test_arrays_have_the_roles_types_and_extents_of_tsvc(name):
    loop, facts = LOOPS[name], SPEC[name]["arrays"]
    assert {array.name: array.role for array in loop.arrays} == {key: fact["role"] for key, fact in facts.items()}
    for array in loop.arrays:
        fact = facts[array.name]
        assert array.dtype == {"float32": "real", "int32": "int"}[fact["dtype"]]
        assert array.extents == (("m * m",) if (name, array.name) in _FLAT else _EXTENTS[fact["dims"]])
        assert array.is_2d == ("m" in fact["dims"])
    assert loop.is_2d == any("m" in fact["dims"] for fact in facts.values())
    assert loop.category == SPEC[name]["category"]


@every_loop
def test_parameters_have_the_kinds_and_values_of_tsvc(name):
    loop, facts = LOOPS[name], SPEC[name]["params"]
    assert [parameter.name for parameter in loop.params] == [fact["name"] for fact in facts]
    for n, m in ((1000, 37), (32000, 256), (7, 6)):
        values = defaults(loop, n, m)
        for parameter, fact in zip(loop.params, facts, strict=True):
            real = fact["kind"] == "real" or "intended_2011" in fact
            expected = fact.get("intended_2011", fact["upstream_value"])
            if isinstance(expected, str):
                expected = {"floor(n/2)": n // 2, "floor(m/2)": m // 2}[expected]
            assert parameter.kind == ("real" if real else "int")
            assert values[parameter.name] == expected


@every_loop
def test_a_scalar_result_is_returned_where_tsvc_has_one(name):
    expected = "real" if SPEC[name]["returns"] else None
    # TSVC ends its process in s481; the C reports where it stopped.
    assert LOOPS[name].result == ("int" if name == "s481" else expected)


@every_loop
def test_legal_sizes_are_those_on_which_tsvc_stays_in_bounds(name):
    loop = LOOPS[name]
    rule = compile(SPEC[name]["valid_if"], name, "eval")
    for n in range(1, 90):
        for m in range(1, 14):
            assert is_legal(loop, n, m, defaults(loop, n, m)) == eval(rule, {"n": n, "m": m}), (n, m)


@every_loop
def test_own_data_are_those_of_tsvc(name):
    loop = LOOPS[name]
    for n, m in ((1000, 37), (35, 6), (6, 4), (1, 1)):
        for array in loop.arrays:
            if array.name not in ("ip", "indx"):
                shape = extents(array, n, m)
                got = Case(loop, n, m, "tsvc").arrays()[array.name]
                assert np.array_equal(got, _initial(name, array.name, shape, n, m)), (array.name, n, m)


def _initial(name: str, array: str, shape: tuple, n: int, m: int) -> np.ndarray:
    k = np.broadcast_to(np.arange(shape[-1]), shape)
    if (name, array) in _FLAT:
        k = k % m
    values = np.zeros(shape) if array == "flat" else np.ones(shape) if array in "abcdex" else 1 / (k + 1)
    for text in SPEC[name]["init"]:
        target, where, formula = re.fullmatch(r"(\w+)\[(.*)\] = (.*)", text).groups()
        if target == array:
            formula = formula.replace("^", "**").replace("mod", "%")
            places, k_there = _places(where, k, n, m)
            values[places] = eval(formula, {"k": k_there, "n": n})
    return values.astype(np.float32)


def _places(where: str, k: np.ndarray, n: int, m: int):
    """(index of the elements, their k) for `all`, `every row, k = column`, `n-1` or `k + 4 for k = 0 .. n-1 by 2`."""
    if where.startswith("every row"):
        return ..., k
    if where == "all":  # of the n elements that TSVC's filling function knows: flat may have more
        return slice(n), k[:n]
    where = re.sub(r"floor\((.*?)/(\d)\)", r"(\1)//\2", where)
    if match := re.fullmatch(r"k \+ (.*) for k = 0 \.\. (.*?)(?: by (\d))?", where):
        first, last, step = (eval(part or "1", {"n": n, "m": m}) for part in match.groups())
        count = np.arange(0, last + 1, step)
        count = count[count + first < k.size]
        return count + first, count
    return eval(where, {"n": n, "m": m}), None


@every_loop
def test_conditionals_and_indirect_access_are_found(name):
    loop, facts = LOOPS[name], SPEC[name]
    has_conditional = bool(re.search(r"^ +(if|else|leave|stop)", facts["definition"], re.MULTILINE))
    assert loop.has_conditional == has_conditional
    assert loop.has_indirect_access == bool(re.search(r"\w\[[^]]*ip\[|k <- ip", facts["definition"]))


@every_loop
def test_reductions_are_found(name):
    loop, facts = LOOPS[name], SPEC[name]
    if facts["category"] == "reductions" or "product" in (facts["returns"] or ""):
        assert len(loop.reductions) == 1
    elif name != "vsumr" and facts["returns"] is None:
        # s453 counts in a real scalar.
        assert loop.reductions == (("s",) if name == "s453" else ())


@pytest.mark.parametrize(
    ("name", "array", "offsets"),
    [
        ("s111", "a", (-1, 0)),
        ("s112", "a", (0, 1)),
        ("s116", "a", (0, 1, 2, 3, 4, 5)),
        ("s119", "aa", (-1, 0)),
        ("s1221", "b", (-4, 0)),
        ("s322", "a", (-2, -1, 0)),
        ("s422", "flat", (8,)),
        ("vag", "b", ()),
    ],
)
def test_subscript_offsets(name, array, offsets):
    assert next(one for one in LOOPS[name].arrays if one.name == array).offsets == offsets
