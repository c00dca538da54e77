import numpy as np

from tsvc.pipelining import PipelinedLoop, iterate


def places(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint64)


def test_a_load_overtakes_the_stores_of_the_iterations_before_it_and_of_its_own():
    loop = PipelinedLoop(3)
    for address in (4, 8, 12):
        loop.begin_iteration()
        loop.store(places(address, address + 100))
    assert loop.overtaken(places(4)) == 4  # two iterations before
    assert loop.overtaken(places(112, 8)) == 112
    assert loop.overtaken(places(16)) is None
    loop.begin_iteration()
    assert loop.overtaken(places(4, 16)) is None  # too long ago
    assert loop.overtaken(places(16, 8)) == 8


def test_nothing_was_stored():
    loop = PipelinedLoop(2)
    loop.begin_iteration()
    assert loop.overtaken(places(0)) is None


def test_a_loop_is_active_until_it_ends_or_is_left():
    active, loop = [], PipelinedLoop(2)
    for number in iterate(range(3), loop, active):
        assert active == [loop]
        if number == 1:
            break
    del number
    assert active == []
    assert list(iterate(range(5, 1, -2), loop, active)) == [5, 3]
    assert active == []
