"""The observed interpreter, through its child; each access out of bounds is in test_hostile.py."""

import numpy as np
import pytest

from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Kernel, call
from tsvc.loops import LOOPS
from tsvc.verdicts import OutOfBounds, Raised

HEAD = "import torch\nimport triton\nimport triton.language as tl\n\n\n"

ORDER = """@triton.jit
def order_kernel(a_ptr, counter_ptr, NY: tl.constexpr, NZ: tl.constexpr):
    index = (tl.program_id(0) * NY + tl.program_id(1)) * NZ + tl.program_id(2)
    position = tl.atomic_add(counter_ptr, 1)
    tl.store(a_ptr + position, index.to(tl.float32))


def s000(a, n):
    for part in range(2):
        counter = torch.zeros(1, dtype=torch.int32)
        order_kernel[GRID](a[part * 24 :], counter, GRID[1], GRID[2])
"""


@pytest.fixture
def run(tmp_path, interpreter):
    """run(text of s000, arrays, options) -> the call's answer."""

    def make(text: str, **options):
        (tmp_path / "s000.py").write_text(HEAD + text)
        case = Case(LOOPS["s000"], 48, kind="exact")
        interpreter.tenants.clear()
        return call(interpreter, Kernel.load("s000", tmp_path), case.arrays(), 48, 1, {}, **options)

    return make


@pytest.mark.parametrize("grid", ["(24, 1, 1)", "(2, 3, 4)", "(1, 1, 24)"])
def test_every_program_runs_once_in_the_order_asked_for(run, grid):
    text = f"GRID = {grid}\n{ORDER}"
    orders = {}
    for order, seed in (("natural", 0), ("reversed", 0), ("random", 1), ("random", 2)):
        answer = run(text, order=order, seed=seed)
        orders[order, seed] = answer.arrays["a"].astype(int).reshape(2, 24).tolist()
        assert answer.header["launches"] == 2
        assert answer.header["reordered"] == (0 if order == "natural" else 2)
    programs = list(range(24))
    assert orders["natural", 0] == [programs, programs]
    assert orders["reversed", 0] == [programs[::-1], programs[::-1]]
    shuffled = [*orders["random", 1], *orders["random", 2]]
    assert all(sorted(order) == programs for order in shuffled)
    assert len({tuple(order) for order in [*shuffled, programs, programs[::-1]]}) == 6
    assert run(text, order="random", seed=1).arrays["a"].astype(int).reshape(2, 24).tolist() == orders["random", 1]


def test_a_launch_of_one_program_cannot_be_reordered(run):
    text = "@triton.jit\ndef one(a_ptr):\n    tl.store(a_ptr, 1.0)\n\n\ndef s000(a):\n    one[(1,)](a)\n"
    assert run(text, order="reversed").header["reordered"] == 0


def test_tensors_of_the_kernels_own_are_checked_whole(run):
    text = """@triton.jit
def past(own_ptr, n):
    tl.store(own_ptr + n, 0.0)


def s000(a, n):
    past[(1,)](torch.empty(n + EXTRA)[:n], n)
"""
    run("EXTRA = 1\n" + text)
    with pytest.raises(OutOfBounds, match="an address in none of its tensors"):
        run("EXTRA = 0\n" + text)


LEFT_OUT = """@triton.jit
def left_out(a_ptr):
    lanes = tl.arange(0, 4)
    tl.store(a_ptr + lanes, tl.load(a_ptr + lanes + 8, mask=lanes < 2OTHER))


def s000(a):
    left_out[(1,)](a)
"""


def test_lanes_that_a_mask_leaves_out_hold_what_other_says_or_anything(run):
    answer = run(LEFT_OUT.replace("OTHER", ", other=5.0"))
    assert answer.arrays["a"][2:4].tolist() == [5.0, 5.0] and not answer.header["has_undefined"]
    found = [run(LEFT_OUT.replace("OTHER", ""), seed=seed) for seed in range(3)]
    assert all(answer.header["has_undefined"] for answer in found)
    assert len({str(answer.arrays["a"][2]) for answer in found}) == 3
    assert all((answer.arrays["a"][:2] == answer.arrays["a"][8:10]).all() for answer in found)


def test_without_its_gate_they_hold_zeros(run):
    answer = run(LEFT_OUT.replace("OTHER", ""), gates=sorted(ALL - {"undefined"}))
    assert answer.arrays["a"][2:4].tolist() == [0.0, 0.0]


TWICE = """@triton.jit
def twice(counter_ptr, a_ptr):
    before = tl.atomic_add(counter_ptr, 0)
    tl.atomic_xchg(counter_ptr, before + 1)
    tl.store(a_ptr + tl.program_id(0), tl.program_id(0).to(tl.float32))


def s000(a):
    counter = torch.zeros(1, dtype=torch.int32)
    twice[(40,)](counter, a)
    a[40] = counter[0]
"""


def test_programs_take_turns_at_their_atomics_in_interleaved_order(run):
    for order in ("natural", "reversed", "random"):
        answer = run(TWICE, order=order)
        assert answer.header["exchanges"] and answer.arrays["a"][40] == 40
    answer = run(TWICE, order="interleaved")
    assert answer.header["reordered"] and answer.arrays["a"][40] < 40
    assert answer.arrays["a"][:40].tolist() == list(range(40))  # each knows its place when it goes on


@pytest.mark.parametrize("moved", ["tl.reshape(x, (4, 8), can_reorder=True)", "tl.cat(x, x, can_reorder=True)"])
def test_elements_that_may_be_reordered_are(run, moved):
    text = f"""@triton.jit
def reorder(a_ptr):
    x = tl.load(a_ptr + tl.arange(0, 32))
    y = {moved}
    tl.store(a_ptr + tl.arange(0, y.numel), tl.reshape(y, (y.numel,)))


def s000(a):
    whole = torch.arange(64, dtype=a.dtype)
    reorder[(1,)](whole)
    a.copy_(whole[:48])
"""
    natural, other = (run(text, order=order).arrays["a"] for order in ("natural", "reversed"))
    assert natural[:32].tolist() == list(range(32))
    assert other[:32].tolist() != list(range(32)) and set(other[:32]) <= set(range(32))


def test_a_program_has_at_most_32_warps(run):
    text = "@triton.jit\ndef one(a_ptr):\n    tl.store(a_ptr, 1.0)\n\n\ndef s000(a):\n    one[(1,)](a, num_warps=64)\n"
    with pytest.raises(Raised, match="num_warps=64"):
        run(text)


def test_an_array_that_was_not_passed_is_out_of_bounds(run):
    text = """@triton.jit
def far(a_ptr, distance):
    tl.store(a_ptr + distance, 0.0)


def s000(a, b):
    far[(1,)](a, (b.data_ptr() - a.data_ptr()) // 4)
"""
    with pytest.raises(OutOfBounds, match=r"touches b\[0\], of 48 elements"):
        run(text)


def test_arguments_by_keyword_and_in_tuples_count(run):
    text = """@triton.jit
def store(a_ptr, value):
    tl.store(a_ptr, value)


@triton.jit
def store_second(pair, value):
    tl.store(pair[1], value)


def s000(a, b):
    store[(1,)](a_ptr=a, value=3.0)
    store_second[(1,)]((a, a[1:]), 4.0)
"""
    assert run(text).arrays["a"][:2].tolist() == [3.0, 4.0]


def test_masked_lanes_may_point_anywhere(run):
    text = """@triton.jit
def some(a_ptr, n):
    lanes = tl.arange(0, 64)
    old = tl.load(a_ptr + lanes * 1000, mask=lanes == 0, other=0.0)
    tl.store(a_ptr + lanes * 1000, old + 1, mask=lanes == 0)
    tl.debug_barrier()
    tl.atomic_add(a_ptr + lanes - 10, 1.0, mask=(lanes >= 10) & (lanes < 12))


def s000(a, n):
    a.zero_()
    some[(1,)](a, n)
"""
    assert run(text).arrays["a"][:3].tolist() == [2.0, 1.0, 0.0]


def test_runs_with_seeds_in_a_row_see_each_kind_of_leftover_in_each_element(run):
    """NaN, which is made -1 here, the largest number and the smallest."""
    text = "def s000(a):\n    a.copy_(torch.nan_to_num(torch.empty(48), nan=-1.0))\n"
    found = np.sort([run(text, seed=seed).arrays["a"] for seed in range(3)], axis=0)
    assert np.all(found[0] < -1e38) and np.all(found[1] == -1.0) and np.all(found[2] > 1e38)


def test_an_autotuned_kernel_runs_every_configuration_in_turn(run):
    text = """
@triton.autotune([triton.Config({"VALUE": 1}), triton.Config({"VALUE": 2}, num_warps=8)], key=["n"])
@triton.jit
def tuned(a_ptr, n, VALUE: tl.constexpr):
    tl.store(a_ptr, VALUE)

def s000(a, n):
    tuned[(1,)](a, n)
"""
    found = [run(text, seed=seed).arrays["a"][0] for seed in range(4)]
    assert found in ([1, 2, 1, 2], [2, 1, 2, 1])
