"""Where a call's arrays lie."""

import numpy as np
import pytest

from tsvc.child import GUARD, _Interpreted
from tsvc.gates import ALL

PAGE_BYTES = 4096


@pytest.fixture
def runner():
    """A runner that has not begun to observe anything: it places arrays."""
    found = _Interpreted.__new__(_Interpreted)
    found.rooms = {}
    return found


def _place(runner, seed, gates=ALL, size=100, **arrays):
    arrays = arrays or {name: np.arange(size, dtype=np.float32) for name in "abc"}
    request = {"seed": seed, "gates": sorted(gates), "inputs": ["b", "c"]}
    buffers, views = runner.place(arrays, request)
    for name, array in arrays.items():
        assert buffers[name].numel() == array.size + 2 * GUARD
        assert views[name].numpy().tobytes() == array.tobytes()
    return {name: view.data_ptr() for name, view in views.items()}


def test_arrays_begin_with_a_page_in_every_other_call_and_else_off_it(runner):
    assert [{place % PAGE_BYTES for place in _place(runner, seed).values()} for seed in range(6)] == [
        {64},
        {0},
        {16},
        {0},
        {64},
        {0},
    ]


def test_equal_inputs_are_one_array_in_every_other_call(runner):
    for seed in range(4):
        places = _place(runner, seed)
        assert places["a"] != places["b"]  # one of them is written
        assert (places["b"] == places["c"]) == bool(seed % 2)
    zeros = np.zeros(4, np.float32)
    unlike = _place(runner, 1, a=zeros, b=zeros, c=-zeros)
    assert unlike["b"] != unlike["c"]  # -0.0 is another number


def test_arrays_lie_where_those_of_the_call_before_did(runner):
    first = _place(runner, 1, size=5003)
    assert _place(runner, 3, size=257) == _place(runner, 5, size=5003) == first


def test_without_the_gate_all_calls_are_alike(runner):
    assert len({str(_place(runner, seed, ALL - {"placement"})) for seed in range(4)}) == 1
