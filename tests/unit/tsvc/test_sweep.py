import pytest

import tsvc.sweep as sizes
from clib.build import build, cache_dir
from tsvc.device import Device
from tsvc.fast import fast_text
from tsvc.kernel import Kernel
from tsvc.limits import Floors
from tsvc.load import Load
from tsvc.loops import LOOPS
from tsvc.report.speed import sizes_section
from tsvc.schema import first_fault
from tsvc.sweep import Point, Sweep, cases, compile_ahead, crossover, elements, sweep
from tsvc.timing import timing_case
from tsvc.verdicts import Wrong


@pytest.fixture(scope="module")
def clock():
    device = Device("c")
    yield device
    device.close()


def test_sizes_go_from_2_to_the_10_to_2_to_the_26_in_powers_of_4():
    assert [elements(case) for case in cases(LOOPS["s000"])] == [2**power for power in range(10, 27, 2)]
    assert [case.m for case in cases(LOOPS["s231"])] == [2**power for power in range(5, 13)]
    assert all(elements(case) % 5 == 0 for case in cases(LOOPS["s351"]))  # the nearest legal size


def test_fewer_points_keep_the_first_and_the_last():
    assert [elements(case) for case in cases(LOOPS["s000"], 3)] == [2**10, 2**18, 2**26]
    assert len(cases(LOOPS["s231"], 100)) == 8
    assert [elements(case) for case in cases(LOOPS["s000"], 3, last=24)] == [2**10, 2**18, 2**24]


@pytest.mark.parametrize(
    ("ratios", "size"),
    [
        ([(1024, 0.5), (4096, 2.0)], 2048),  # half way, on both scales
        ([(1024, 2.0), (4096, 8.0)], 1024),
        ([(1024, 0.1), (4096, 0.5)], None),
        ([(1024, 2.0), (4096, 0.5), (16384, 2.0)], 8192),  # from where it stays faster
        ([(1024, 0.5), (4096, 1.0)], 4096),
    ],
)
def test_the_crossover_is_where_both_take_as_long(ratios, size):
    assert crossover(ratios) == size


def test_the_record_of_a_sweep():
    points = (Point(1024, 32, 2.0, 1.0, 4.0), Point(4096, 64, 2.0, 4.0, 8.0, 1.5))
    facts = Sweep(points, "enough").facts()
    assert facts["sweep"][0] == {"n": 1024, "m": 32, "device_us": 2.0, "c_us": 1.0, "c_all_us": 4.0}
    assert (facts["crossover_n"], facts["crossover_all_n"], facts["sweep_ended"]) == (2048, 1024, "enough")
    record = {"schema": 1, "machine": {}, "n": 1, "m": 1, "loops": {"s000": {"verdict": "PASSED", **facts}}}
    assert first_fault(record) == ""
    assert "crossover_all_n" not in Sweep((Point(1024, 32, 2.0, 1.0),)).facts()


def test_a_point_says_who_else_was_busy():
    point = Point(1024, 32, 2.0, 1.0, busy_cores=3.5).as_dict()
    assert point == {"n": 1024, "m": 32, "device_us": 2.0, "c_us": 1.0, "busy_cores": 3.5}
    record = {"schema": 1, "machine": {}, "n": 1, "m": 1, "loops": {"s000": {"verdict": "PASSED", "sweep": [point]}}}
    assert first_fault(record) == ""
    assert sizes_section(record).sentences[-1] == (
        "C was timed 1 times beside others, who kept 3.5 cores busy: there it is too slow"
    )


@pytest.mark.parametrize(("others", "said"), [(None, None), (0.5, None), (2.04, 2.0)])
def test_c_that_had_not_the_machine_to_itself_is_marked(interpreter, clock, monkeypatch, others, said):
    monkeypatch.setattr(Load, "others", lambda self, own: others)
    found = sweep(Kernel.load("s000"), interpreter, clock, cases(LOOPS["s000"], 2, last=12)[:1], 60)
    assert [point.busy_cores for point in found.points] == [said]


def test_both_sides_are_timed_at_each_size(interpreter, clock):
    loop = LOOPS["s000"]
    floors = Floors(*[1e-6] * 2, *[1e12] * 6, 1e8, 1e13, 1e-9)
    found = sweep(Kernel.load(loop), interpreter, clock, cases(loop)[:2], 60, lambda case: case.n * 1e-9, floors)
    assert [point.n for point in found.points] == [1024, 4096]
    assert all(point.device_us > point.c_us > 0 and point.limit_us >= 1 for point in found.points)
    assert [point.gb_per_s * point.device_us for point in found.points] == pytest.approx([8.192, 32.768])
    assert [point.c_all_us for point in found.points] == pytest.approx([1.024, 4.096])
    assert found.ended == ""
    assert found.facts()["crossover_n"] is None


def test_no_work_is_counted_beyond_what_takes_seconds(interpreter, clock, monkeypatch):
    monkeypatch.setattr(sizes, "COUNTED", 1024)
    floors = Floors(*[1e-6] * 2, *[1e12] * 6, 1e8, 1e13, 1e-9)
    found = sweep(Kernel.load("s000"), interpreter, clock, cases(LOOPS["s000"])[:2], 60, floors=floors)
    assert [point.limit_us is None for point in found.points] == [False, True]


def test_a_sweep_ends_before_it_takes_too_long(interpreter, clock):
    found = sweep(Kernel.load("s000"), interpreter, clock, cases(LOOPS["s000"]), 0.0)
    assert len(found.points) == 2
    assert "would have taken more than 0 s" in found.ended


WRONG_WHEN_LONG = """
import torch
from pathlib import Path

import triton
import triton.language as tl


@triton.jit
def add_one(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = (offsets < n) & (offsets < 2048)
    tl.store(a_ptr + offsets, tl.load(b_ptr + offsets, mask=mask) + 1, mask=mask)


def s000(a, b, n):
    add_one[(triton.cdiv(n, 1024),)](a, b, n, BLOCK_SIZE=1024)
"""


def test_a_kernel_that_is_wrong_at_a_size_is_found(interpreter, clock, tmp_path):
    path = tmp_path / "s000.py"
    path.write_text(WRONG_WHEN_LONG)
    kernel = Kernel.load("s000", tmp_path)
    assert len(sweep(kernel, interpreter, clock, cases(LOOPS["s000"])[:1], 60).points) == 1
    with pytest.raises(Wrong, match=r"in a timed call, at n=4096"):
        sweep(kernel, interpreter, clock, cases(LOOPS["s000"])[:2], 60)


def test_c_is_compiled_ahead(tmp_path, monkeypatch):
    monkeypatch.setenv("TSVC_CACHE", str(tmp_path))
    case = timing_case(LOOPS["vsumr"], 1000, 32)
    compile_ahead([case])
    (library,) = cache_dir().glob("clib/*.so")
    assert build(case.loop.path, "fast", *fast_text(case.loop.path, 1000, 32)) == library
