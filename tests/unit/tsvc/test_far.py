"""Cases above the sizes that every kernel can be tried on."""

import pytest

from tsvc.cases import LONG, make
from tsvc.far import COUNT, LIMIT, STEPS, USUAL, far_cases
from tsvc.judge import Judge
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS

S000, S311, S176, S231, S421 = (LOOPS[name] for name in ("s000", "s311", "s176", "s231", "s421"))


def sizes_of(text, loop=S000, steps=100):
    return [case.n for case in far_cases(loop, text, make(loop, *LONG, "exact", 0), steps)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("n > 200000", [200001]),
        ("n == 200000", [200000]),
        ("n in (200000, 7)", [200000]),
        ("MOST = 1 << 18\nn >= MOST", [(1 << 18) + 1]),
        ("BLOCK = 1024\ngrid = min(triton.cdiv(n, BLOCK), 256)", [256 * 1024 + 1]),
        ("def f(BLOCK: tl.constexpr = 512): tl.minimum(count, 512)", [512 * 512 + 1]),
        (f"n > {LIMIT}", []),
        ("n > 70000 or n > 1000", []),
        ("n >", []),
        ("", []),
    ],
)
def test_what_a_text_names_comes_before_one_for_all(text, named):
    assert sizes_of(text) == [*named, USUAL[0]]


def test_there_are_not_too_many():
    assert len(sizes_of(" or ".join(f"n > {number}" for number in range(200000, 210000, 1000)))) == COUNT + 1


def test_a_matrix_is_large_by_its_side():
    found = far_cases(S231, "m > 1024", make(S231, *LONG, "exact", 0), 100)
    assert [case.m for case in found] == [1025, USUAL[1]]


def test_a_result_hangs_on_the_last_element_and_on_the_first_of_equals():
    assert {case.kind for case in far_cases(S311, "", make(S311, *LONG, "exact", 0), 100)} == {"last", "late", "early"}


def test_what_a_call_costs_decides():
    """Ten times the data are ten times the loads."""
    enough = STEPS * LONG[0] // USUAL[0]
    assert sizes_of("n > 200000", steps=enough - 1) == [200001, USUAL[0]]
    assert sizes_of("n > 200000", steps=enough + 100) == [200001]
    assert sizes_of("n > 200000", steps=STEPS) == []
    assert sizes_of("", steps=None) == []
    assert sizes_of("", S176) == []


def test_the_judge_asks_it_of_other_directories_alone(interpreter, tmp_path):
    text = Kernel.load("s421", trust_record=True).text
    (tmp_path / "s421.py").write_text(text)
    judges = [Judge(S421, interpreter, directory, trust_record=True) for directory in (tmp_path, None)]
    foreign, bundled = judges
    assert foreign.far_cases() == []  # nothing has been judged
    for judge in judges:
        judge.check(make(S421, 9000, 100, "exact", 0))
    assert USUAL[0] in {case.n for case in foreign.far_cases()}
    assert bundled.is_bundled and bundled.far_cases() == []
