"""Races in logs of accesses made by hand; kernels that race are in tests/exploits/race."""

import numpy as np
import pytest

from tsvc.accesses import ATOMIC, LOAD, STORE, AccessLog, Extent
from tsvc.races import find_race

LOW = 1 << 20


@pytest.fixture
def log():
    """A log of a launch of three programs on an array of 100 elements of four bytes."""
    return AccessLog([Extent(LOW, LOW + 400, "a")], 3)


def access(log, program, kind, *elements, lanes=None, values=None, width=4, orders=()):
    if log.program != program or not log.epoch:
        log.enter(program)
    addresses = np.array([LOW + width * k for k in elements], np.uint64)
    log.add(kind, addresses, None if lanes is None else np.array(lanes), width, values, *orders)


def test_what_one_program_writes_no_other_touches(log):
    access(log, 0, STORE, 1, 2)
    access(log, 1, STORE, 3, 4)
    access(log, 2, LOAD, 5, 6)
    assert find_race(log) is None
    access(log, 2, LOAD, 3)
    assert find_race(log) == (
        "program 1 writes a[3], which program 2 reads in the same launch, and no atomic orders them"
    )


@pytest.mark.parametrize(("first", "second"), [(STORE, STORE), (LOAD, STORE), (STORE, ATOMIC), (ATOMIC, LOAD)])
def test_two_accesses_that_are_not_both_loads_or_atomics_race(log, first, second):
    access(log, 0, first, 7, values=np.zeros(1))
    access(log, 1, second, 7, values=np.zeros(1))
    assert "a[7]" in find_race(log)


@pytest.mark.parametrize("kind", [LOAD, ATOMIC])
def test_loads_and_atomics_among_themselves_do_not(log, kind):
    for program in range(3):
        access(log, program, kind, 7)
    access(log, 2, STORE, 8, values=np.zeros(1))
    assert find_race(log) is None


def test_to_other_programs_an_atomic_of_one_block_is_a_load_and_a_store(log):
    access(log, 0, ATOMIC, 7, orders=(False, False, True))
    access(log, 0, ATOMIC, 7, orders=(False, False, True))
    assert find_race(log) is None
    access(log, 1, ATOMIC, 7)
    assert "program 0 updates a[7], which program 1 updates" in find_race(log)


def test_a_reader_among_readers_that_writes_races(log):
    for program in range(3):
        access(log, program, LOAD, 7)
    access(log, 2, STORE, 7, values=np.zeros(1))
    assert "program 2 writes a[7], which program 0 reads" in find_race(log)


@pytest.mark.parametrize(("releases", "acquires", "races"), [(1, 1, False), (0, 1, True), (1, 0, True), (0, 0, True)])
@pytest.mark.parametrize("barrier", [True, False])
def test_an_atomic_orders_what_was_released_behind_a_barrier(log, releases, acquires, races, barrier):
    access(log, 0, STORE, 1, 2, values=np.zeros(2))
    if barrier:
        log.barrier()
    access(log, 0, ATOMIC, 50, orders=(False, bool(releases)))
    access(log, 1, ATOMIC, 50, orders=(bool(acquires), False))
    log.barrier()
    access(log, 1, LOAD, 1, 2)
    assert bool(find_race(log)) == (races or not barrier)


def test_a_single_element_is_released_without_a_barrier(log):
    access(log, 0, STORE, 1, values=np.zeros(1))
    access(log, 0, ATOMIC, 50, orders=(False, True))
    access(log, 1, ATOMIC, 50, orders=(True, False))
    access(log, 1, LOAD, 1)
    assert find_race(log) is None


def test_order_is_handed_on_and_does_not_run_backwards(log):
    access(log, 1, LOAD, 1)
    access(log, 0, STORE, 2, values=np.zeros(1))
    for program in range(3):
        access(log, program, ATOMIC, 50 + program, orders=(True, True))
        log.barrier()
        if program < 2:
            access(log, program, ATOMIC, 51 + program, orders=(True, True))
            log.barrier()
    access(log, 2, LOAD, 2)
    assert find_race(log) is None
    access(log, 2, STORE, 1, values=np.zeros(1))
    assert find_race(log) is None
    access(log, 0, LOAD, 1)
    assert "a[1]" in find_race(log)


def test_lanes_race_between_two_barriers(log):
    access(log, 0, LOAD, 1, 2, 3, 4)
    log.barrier()
    access(log, 0, STORE, 0, 1, 2, 3, values=np.arange(4))
    assert find_race(log) is None
    access(log, 0, LOAD, 4, 3, 2, 1)
    assert "in program 0 one lane writes a[1], another touches it" in find_race(log)


def test_the_same_lane_may_read_what_it_wrote(log):
    access(log, 0, STORE, 4, 9, lanes=[3, 5], values=np.arange(8))
    access(log, 0, LOAD, 4, 9, lanes=[3, 5])
    assert find_race(log) is None


@pytest.mark.parametrize(("values", "races"), [([1.0, 1.0], False), ([1.0, 2.0], True), ([0.0, -0.0], True)])
def test_lanes_that_store_one_value_do_not_race(log, values, races):
    access(log, 0, STORE, 4, 4, lanes=[0, 2], values=np.array([values[0], 9.0, values[1]]))
    assert bool(find_race(log)) == races


def test_an_access_of_eight_bytes_touches_two_elements(log):
    access(log, 0, STORE, 3, width=8, values=np.zeros(1))
    access(log, 1, LOAD, 7)
    assert "a[3]" in find_race(log) or "a[7]" in find_race(log)


def test_an_empty_log_has_no_race(log):
    assert find_race(log) is None
