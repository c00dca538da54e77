"""Numbers of elements over several stretches of memory."""

import numpy as np

from tsvc.accesses import STORE, AccessLog, Extent, disjoint, mark


def test_elements_are_numbered_through_all_extents():
    log = AccessLog(disjoint([Extent(800, 808, "b"), Extent(400, 440, "a"), Extent(408, 440, "a_again")]), 1)
    log.add(STORE, np.array([400, 436, 800], np.uint64), np.arange(3), 4, np.zeros(3))
    log.add(STORE, np.array([800], np.uint64), None, 8, np.zeros(1))
    elements, count, width = log.elements()
    assert [each.tolist() for each in elements] == [[0, 9, 10], [10, 11]]
    assert (count, width) == (12, 4)
    assert [log.words(address, 4) for address in (404, 800, 900)] == [
        "a[1]",
        "b[0]",
        "an element of none of its tensors",
    ]


def test_touching_extents_stay_apart_and_overlapping_ones_join():
    found = disjoint([Extent(8, 16, "c"), Extent(0, 8, "a"), Extent(4, 6, "b")])
    assert [(each.low, each.high, each.name) for each in found] == [(0, 8, "a"), (8, 16, "c")]


def test_what_is_stored_is_marked():
    log = AccessLog([Extent(400, 440, "a")], 1)
    log.add(STORE, np.array([400, 408], np.uint64), None, 4, np.zeros(2))
    log.add(STORE, np.array([416], np.uint64), None, 8, np.zeros(1))
    marks, others = np.zeros(6, bool), np.zeros(6, bool)
    mark(log.stores, [(400, marks), (500, others)], 4)
    assert marks.tolist() == [True, False, True, False, True, True]
    assert not others.any()


def test_a_program_that_goes_on_is_where_it_was():
    log = AccessLog([Extent(0, 64, "a")], 2)
    epochs = []
    for program in (0, 1, 0, 1):
        log.enter(program)
        epochs.append(log.epoch)
    assert epochs == [1, 2, 1, 2]
    log.barrier()
    assert log.epoch == 3
    log.enter(0)
    log.barrier()
    assert log.epoch == 4
    log.enter(1)
    assert log.epoch == 3
