"""What the child observed, and what it means; kernels that let torch work are in tests/exploits/shortcut."""

import numpy as np
import pytest

from tsvc.authorship import Authorship, check_observed, is_serial
from tsvc.expected import expect
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Answer
from tsvc.loops import LOOPS
from tsvc.verdicts import NoTriton, Tampered, TorchFallback


def observe(n=1000, loop="s000", order="reversed", gates=ALL, **header):
    expected = expect(Case(LOOPS[loop], n, kind="exact"))
    answer = Answer({}, {}, None, {"launches": 1, "programs": 2, "reordered": 1, **header})
    check_observed(expected, answer, order, gates)


def test_launches_and_views_are_fine():
    observe(torch={"sum": 4, "_local_scalar_dense": 1})
    observe(order="natural", reordered=0)
    observe(programs=1, reordered=0)


@pytest.mark.parametrize(
    ("verdict", "gate", "header"),
    [
        (NoTriton, "launches", {"launches": 0, "programs": 0}),
        (TorchFallback, "dispatch", {"torch": {"add": 1000}}),
        (TorchFallback, "dispatch", {"torch": {"add": 125, "mul": 126}}),
        (TorchFallback, "dispatch", {"torch": {"thread": 1}}),
        (TorchFallback, "dispatch", {"unaccounted": "a[3]"}),
        (Tampered, "order", {"tampered": "set_grid_idx"}),
        (Tampered, "order", {"reordered": 0}),
    ],
)
def test_each_observation_has_its_word_and_its_gate(verdict, gate, header):
    with pytest.raises(verdict):
        observe(**header)
    observe(gates=ALL - {gate}, **header)


def test_little_data_may_be_handled_by_the_host():
    observe(n=60, launches=0, programs=0, torch={"add": 60})
    with pytest.raises(NoTriton):
        observe(n=65, launches=0, programs=0)


def test_a_large_matrix_leaves_room_for_partial_sums():
    case = Case(LOOPS["s1119"], 1, 256, kind="exact")
    header = {"launches": 1, "programs": 2, "reordered": 1, "torch": {"sum": 256}}
    check_observed(expect(case), Answer({}, {}, None, header), "random")


def test_of_a_large_matrix_the_touched_elements_count():
    case = Case(LOOPS["s2101"], 1, 256, kind="exact")  # the diagonals of three matrices
    header = {"launches": 1, "programs": 2, "reordered": 1}
    check_observed(expect(case), Answer({}, {}, None, {**header, "torch": {"sum": 190}}), "random")
    with pytest.raises(TorchFallback, match="may work on 192"):
        check_observed(expect(case), Answer({}, {}, None, {**header, "torch": {"addcmul": 200}}), "random")


def test_one_program_that_does_nearly_all_works_alone():
    alone, together = ({"launches": 1, "programs": 9, "accesses": 100, "busiest": k} for k in (95, 12))
    alone, together = (Authorship.of(Answer({}, {}, None, header)) for header in (alone, together))
    assert alone.busiest == 0.95
    assert is_serial(alone, together)
    assert not is_serial(together, together) and not is_serial(alone, alone)


def test_what_is_glue_and_what_is_serial():
    answer = Answer(
        {}, {}, np.float64(1), {"launches": 2, "programs": 1, "torch": {"sum": 3, "_local_scalar_dense": 1}}
    )
    assert Authorship.of(answer).glue == ("sum",)
    assert is_serial(Authorship.of(answer), Authorship(1, 5))
    assert not is_serial(Authorship.of(answer), Authorship(1, 1))
    assert not is_serial(Authorship(1, 5), Authorship(1, 5))
    assert Authorship.of(Answer({}, {}, None, {})) == Authorship(None, None, ())
