"""Programs of a launch that take turns at their atomics. Imported by the child alone.

Triton's interpreter runs one program to its end before the next begins, which no GPU does: an update made of an atomic
read and an atomic write, or two atomics that only belong together, is right as long as nobody comes between. Here each
program is a greenlet, and before each atomic another may go on. What lies between two atomics of a program needs no
turns: where others access it as well, that is a race by address (tsvc.races).
"""

import contextvars
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from greenlet import GreenletExit, greenlet

#: The same atomic on the same address with the same outcome, so often in a row, is a program that waits.
PATIENCE = 2000
#: So often one program that waits asks in vain, in one launch of _STARVES: who gives up before goes on too early.
STARVED, _STARVES = 1500, 8
#: A program's place in the grid.
Place = tuple[int, int, int]
#: How likely it is at most that a program that has begun goes on before the next begins.
_GOES_ON = 0.5
#: Where all programs wait, so many turns for each show that nothing will change.
_ROUNDS = 20


class Waiting(Exception):
    """A program waits for another, which cannot run, or never does what it waits for."""


class Patience:
    """Of one program: whether its last atomics were one and the same, with the same outcome."""

    def __init__(self) -> None:
        self.last: tuple = ()
        self.left = PATIENCE

    def note(self, atomic: tuple) -> None:
        """An atomic on one address, with its outcome; () for any other access. Raises Waiting."""
        self.left = self.left - 1 if atomic and atomic == self.last else PATIENCE
        self.last = atomic
        if not self.left:
            raise Waiting("a program waits for another that has not run: only a lucky order of programs lets it end")

    @property
    def is_waiting(self) -> bool:
        return self.left < PATIENCE


@dataclass(eq=False)
class _Program:
    place: Place
    patience: Patience
    run: greenlet


class Turns:
    """The turns of one launch's programs.

    enter: called when a program goes on, with its place in the grid and its patience. seed: of the turns.
    """

    def __init__(self, enter: Callable[[Place, Patience], None], seed: list[int]):
        self._enter = enter
        self._random = np.random.default_rng(seed)
        self._goes_on = _GOES_ON * self._random.random()
        self._pending: list[_Program] = []
        self._hub: greenlet | None = None
        self._idle = 0
        self._starves = self._random.integers(_STARVES) == 0

    def around(self, body: Callable, place: Callable[[], Place], is_last: Callable[[], bool]) -> Callable:
        """The body of a launch's programs, so that each call begins one and the last call ends all.

        place: of the program that is called; is_last: whether none comes after it.
        """

        @functools.wraps(body)
        def begin(*args, **kwargs):
            self._hub = greenlet.getcurrent()
            run = greenlet(lambda: body(*args, **kwargs))
            run.gr_context = contextvars.copy_context()  # numpy's error state is there
            program = _Program(place(), Patience(), run)
            self._pending.append(program)
            self._go_on(program)
            while self._pending and (is_last() or self._random.random() < self._goes_on):
                self._go_on(self._chosen())

        begin.__signature__ = inspect.signature(body)  # type: ignore[attr-defined]
        return begin

    def pause(self) -> None:
        """Let another program go on. Nothing where programs take no turns."""
        if self._hub is not None and greenlet.getcurrent() is not self._hub:
            self._hub.switch()

    def close(self) -> None:
        """End the programs that have not come to their end."""
        pending, self._pending = self._pending, []
        for program in pending:
            program.run.throw(GreenletExit)

    def _go_on(self, program: _Program) -> None:
        self._switch_to(program)
        if self._starves and program.patience.is_waiting:
            self._starves = False
            for _ in range(STARVED):
                if program.run.dead or not program.patience.is_waiting:
                    break
                self._switch_to(program)
            else:
                program.patience.left = PATIENCE - 1  # all that it asked meanwhile was asked of nobody
        if program.run.dead:
            self._pending.remove(program)

    def _switch_to(self, program: _Program) -> None:
        self._enter(program.place, program.patience)
        program.run.switch()

    def _chosen(self) -> _Program:
        """Any program; one that waits only if all do. Raises Waiting where they wait for each other."""
        ready = [program for program in self._pending if not program.patience.is_waiting]
        self._idle = 0 if ready else self._idle + 1
        if self._idle > _ROUNDS * len(self._pending):
            raise Waiting("its programs wait for each other")
        ready = ready or self._pending
        return ready[self._random.integers(len(ready))]
