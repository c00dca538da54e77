"""Launches as they are on a GPU, with a stand-in for Triton's own launching: none is needed."""

import pytest
from triton.runtime.errors import OutOfResources
from triton.runtime.jit import JITFunction

from tsvc.launches import Launches


class Function:
    """A kernel whose launches append their grids."""

    arg_names = ("n", "BLOCK")

    def __init__(self):
        self.ran = []


@pytest.fixture
def function(monkeypatch):
    monkeypatch.setattr(JITFunction, "run", lambda self, *args, grid, warmup, **kwargs: self.ran.append((grid, warmup)))
    return Function()


def launch(function, grid, warmup=False):
    return JITFunction.run(function, 100, grid=grid, warmup=warmup, BLOCK=32)


def test_launches_and_programs_are_counted(function):
    launches = Launches()
    with launches.watching():
        launch(function, (2, 3))
        launch(function, lambda meta: (meta["n"] // meta["BLOCK"],))
        launch(function, (99,), warmup=True)
    assert (launches.launches, launches.programs, launches.tampered, launches.inside) == (2, 6, "", False)
    assert function.ran == [((2, 3), False), ((3,), False), ((99,), True)]
    launch(function, (1,))
    assert launches.launches == 2


def test_launches_can_be_left_out_or_made_to_fail(function):
    launches = Launches()
    with launches.watching("skip"):
        launch(function, (2,))
    with launches.watching("fail"), pytest.raises(OutOfResources):
        launch(function, (2,))
    assert function.ran == []
    assert launches.launches == 1


def test_a_kernel_that_replaces_the_observer_is_told(function):
    launches, before = Launches(), JITFunction.run
    with launches.watching():
        JITFunction.run = lambda self, *args, **kwargs: None
    assert launches.tampered == "JITFunction.run"
    assert JITFunction.run is before
