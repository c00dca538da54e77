"""Cases that a kernel's own text asks for."""

import numpy as np
import pytest

from tsvc.cases import fixed, sizes
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS
from tsvc.named import COUNT, LIMITS, named_cases, suite_cases

S000, S332, S176, S2101, VSUMR = (LOOPS[name] for name in ("s000", "s332", "s176", "s2101", "vsumr"))


def sizes_of(text, loop=S000, on_gpu=False):
    return [case.n for case in named_cases(loop, text, on_gpu)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("n == 2749", {2748, 2749, 2750}),
        ("if n > 1 << 14: pass", {1 << 14, (1 << 14) + 1}),
        ("n in (777, 555)", {777, 555}),
        ("n % 97 == 13", {13 + 3 * 97, 13 + 31 * 97}),
        ("n & 511 == 5", {517, 3077}),
        ("LIMIT = 3 * 401", {1203, 1204}),
        ("n == -7 or n == 2**60 or n == 1.5 or n == True", set()),
        ("BLOCK_SIZE = 512", set()),
        ("n ==", set()),
        ("n == 1 << 1 << 63 << 63", set()),
        ("n // 0 == 1 // 0", set()),
    ],
)
def test_numbers_become_sizes(text, wanted):
    found = set(sizes_of(text))
    assert found >= wanted
    assert found or not wanted


def test_what_is_judged_anyway_is_left_out():
    assert not set(sizes_of("n == 1000 or n > 4096 or n < 32000 or n >= 65536")) & {1000, 4096, 32000, 65536, 65537}


def test_there_are_not_too_many_and_none_too_large():
    numbers = " or ".join(f"n == {number}" for number in range(1001, 90000, 977))
    assert COUNT <= len(sizes_of(numbers)) <= 2 * COUNT
    assert sizes_of("n == 3000001") == []
    assert sizes_of("n == 3000001", on_gpu=True) == [3000001, 3000002]
    assert max(sizes_of("n == 9001 or n == 4001", S176)) <= LIMITS["superlinear"]


def test_sides_and_parameters_are_named_too():
    assert {case.m for case in named_cases(S2101, "m == 123", False)} == {122, 123, 124}
    assert {case.params["t"] for case in named_cases(S332, "t > 0.37 or n == 50", False)} >= {0.37}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x == 0.3", (0.3,)),
        ("PADDING = -0.7\nload(a_ptr, other=PADDING)", (-0.7, 0.7)),
        ("tl.minimum(x, 0.9) > 0.4", (0.4, 0.9)),
        ("bits == 0x3F200000", (0.625,)),
        ("x == 1.0 or x > 7.5 or x == 0.0", ()),
        ("x == 0.5 and", ()),
    ],
)
def test_numbers_that_data_may_equal_become_data(text, wanted):
    found = [case for case in named_cases(VSUMR, text, False) if case.kind == "named"]
    assert {case.named for case in found} == ({wanted} if wanted else set())
    arrays = [case.arrays()["a"] for case in found]
    for number in map(np.float32, wanted):
        assert sum((a == number).all() for a in arrays) == 1
        assert any(a[0] == number and 0 < (a == number).mean() < 1 / 4 for a in arrays)


def test_where_one_element_decides_usual_numbers_do_too():
    found = [case for case in named_cases(S332, "hit != -1.0", False) if case.kind == "named"]
    assert {case.named for case in found} == {(-1.0, 1.0)}
    assert {case.params["t"] for case in found} == {1.0, -1.5}


def test_indices_that_a_text_names_are_repeated_and_come_first():
    found = [case.arrays()["ip"] for case in named_cases(LOOPS["vag"], "ip == 17", False) if case.kind == "named"]
    assert (found[0] == 17).sum() > 100
    assert (found[1] == 17).all()


def test_the_suite_judges_them_beside_the_fixed_ones():
    kernel = Kernel.load("s332", trust_record=True)
    found = suite_cases(kernel.loop, kernel.text, False, 3)
    usual = fixed(kernel.loop, sizes(kernel.loop, False), 3)
    assert [str(case) for case in found[: len(usual)]] == [str(case) for case in usual]
    assert found[len(usual) :]


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = 2749\nn > LIMIT",
        "LIMIT: int = 2749\nn > LIMIT",
        "def f(n, limit=2749): return n > limit",
        "def f(n, *, limit=2749): return n > limit",
        "HALF = 1374\nLIMIT = 2 * HALF + 1\nn > LIMIT",
        "kernel[grid](n, LIMIT=2749)\nn > LIMIT",
        "(limit := 2749) < n",
        "LIMIT = 5\nLIMIT = 2749\nn > LIMIT",
    ],
)
def test_a_name_for_a_number_is_the_number(text):
    assert {2748, 2749, 2750} <= set(sizes_of(text))
