from dataclasses import replace

import pytest

from tsvc.limits import Floors, Limit, Work, limit

H200 = Floors(
    launch=0.6e-6,
    round_trip=1.2e-6,
    memory_read=4.4e12,
    memory_write=4.2e12,
    memory_copy=4.2e12,
    cache_read=6e12,
    cache_write=5e12,
    cache_copy=5.5e12,
    cache_bytes=50e6,
    operations=60e12,
    latency=2e-9,
)
MANY = 1 << 24


@pytest.mark.parametrize(
    ("work", "by"),
    [
        (Work(1000, 1000, 1000, 1), "floor"),
        (Work(MANY, MANY, MANY, 1), "bytes"),
        (Work(1000, 1000, 10**9, 1), "operations"),
        (Work(1000, 1000, 1000, 1000), "chain"),
    ],
)
def test_the_largest_of_the_four_is_the_limit(work, by):
    assert limit(work, H200).by == by


def test_a_small_loop_needs_a_launch_and_one_that_reads_also_a_round_trip():
    assert limit(Work(0, 1, 10, 0), H200) == Limit(0.6e-6, "floor", "cache")
    assert limit(Work(1, 1, 10, 0), H200) == Limit(1.2e-6, "floor", "cache")


def test_a_copy_out_of_memory_takes_what_a_copy_takes():
    found = limit(Work(MANY, MANY, 0, 0), H200, calls=1000)
    assert found.level == "memory"
    assert found.seconds == pytest.approx(8 * MANY / H200.memory_copy, rel=0.03)
    assert found.seconds <= 8 * MANY / H200.memory_copy


def test_a_reduction_reads_at_the_rate_of_reading():
    assert limit(Work(MANY, 1, 0, 0), H200, calls=1000).seconds == pytest.approx(4 * MANY / 4.4e12, rel=0.01)


def test_what_fits_in_the_cache_is_moved_there():
    work = Work(3_000_000, 3_000_000, 0, 0)
    found = limit(work, H200)
    assert (found.level, found.by) == ("cache", "bytes")
    assert found.seconds == pytest.approx(work.bytes / H200.cache_copy, rel=0.03)


def test_several_calls_share_the_cache_and_the_limit_has_no_step_where_they_fill_it():
    work = Work(1_000_000, 1_000_000, 0, 0)
    fits = int(H200.cache_bytes // work.bytes)
    times = [limit(work, H200, calls).seconds for calls in (1, fits, fits + 1, fits + 2, 10 * fits, 10_000)]
    assert times[0] == times[1]
    assert times == sorted(times)
    assert times[2] / times[1] < 1.1
    assert [limit(work, H200, calls).level for calls in (fits, fits + 1)] == ["cache", "memory"]


def test_no_measured_rate_is_contradicted():
    fast = replace(H200, memory_read=3e12, memory_write=2e12, memory_copy=4e12)  # reads and writes at a time
    assert limit(Work(MANY, MANY, 0, 0), fast, 10_000).seconds <= 8 * MANY / 4e12
    fast = replace(H200, memory_read=5e12, memory_write=5e12, memory_copy=4e12)
    assert limit(Work(MANY, 0, 0, 0), fast, 10_000).seconds <= 4 * MANY / 5e12


def test_floors_go_into_a_record_and_come_back():
    assert Floors.of(H200.as_dict()) == H200


@pytest.mark.parametrize("fault", [{"latency": 0}, {"launch": float("nan")}, {"launch": None}, {"operations": "many"}])
def test_figures_that_are_none_are_refused(fault):
    with pytest.raises(ValueError, match="not the floors of a machine"):
        Floors.of(H200.as_dict() | fault)


def test_a_missing_figure_is_refused():
    facts = H200.as_dict()
    del facts["round_trip"]
    with pytest.raises(ValueError, match="round_trip"):
        Floors.of(facts)
