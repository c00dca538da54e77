import pytest

from analyses.model import build
from analyses.model.program import For
from analyses.threads import Copy, NotShared, Shared, shared_program
from tsvc.loops import LOOPS, load


def shared(name: str, n: int = 1000, m: int = 100, **params) -> tuple:
    return shared_program(build(LOOPS[name]), {"n": n, "m": m, **params})


def test_the_outermost_loop_that_may_run_at_once_is_shared():
    (outer,) = shared("s2275")
    assert isinstance(outer, Shared) and not any(isinstance(node, Shared) for node in outer.body)
    (sequential,) = shared("s119")
    assert not isinstance(sequential, Shared) and isinstance(sequential.body[0], Shared)


def test_overwritten_elements_are_copied_first():
    copy, loop = shared("s121")
    assert copy == Copy("a", "a_old", copy.line)
    assert isinstance(loop, Shared)


def test_parts_of_a_split_follow_one_another():
    first, second = shared("s281")
    assert [(one.lower.value, one.upper.value) for one in (first, second)] == [(0, 500), (500, 1000)]
    first, second = shared("s293")
    assert not isinstance(first, Shared) and isinstance(second, Shared)  # one iteration needs no threads


def test_reductions_name_their_operators():
    loop = next(node for node in shared("s311") if isinstance(node, For))
    assert dict(loop.reductions) == {"sum": "+"}


def test_few_iterations_are_not_worth_the_threads():
    with pytest.raises(NotShared):
        shared("s31111")


def test_a_scalar_that_lives_on_keeps_its_last_value(c_file):
    body = "real t = 0; for (int i = 0; i < n; i++) { t = a[i]; b[i] = t; } return t;"
    text = f"real f(int n, const real a[n], real b[n]) {{ {body} }}"
    program = shared_program(build(load(c_file(text))["f"]), {"n": 1000, "m": 1})
    loop = next(node for node in program if isinstance(node, For))
    assert loop.private == loop.last == ("t",)
