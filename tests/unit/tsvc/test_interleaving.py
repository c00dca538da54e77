import pytest
from greenlet import getcurrent

from tsvc.interleaving import PATIENCE, STARVED, Patience, Turns, Waiting


class Launch:
    """A launch of programs that log their places, begun one after another as the interpreter does."""

    def __init__(self, count: int, seed: int):
        self.count, self.begun, self.entered = count, 0, []
        self.turns = Turns(lambda place, patience: self.entered.append((place, patience)), [seed])

    def run(self, body) -> None:
        begin = self.turns.around(body, lambda: (self.begun, 0, 0), lambda: self.begun == self.count - 1)
        try:
            while self.begun < self.count:
                begin(self.begun)
                self.begun += 1
        finally:
            self.turns.close()


def steps(count: int, seed: int) -> list[tuple[int, int]]:
    """(program, step) in the order in which programs of three steps with two pauses make them."""
    made, launch = [], Launch(count, seed)

    def body(program):
        for step in range(3):
            if step:
                launch.turns.pause()
            made.append((program, step))

    launch.run(body)
    return made


def test_each_program_makes_its_steps_in_order_and_all_come_to_their_end():
    made = steps(5, 0)
    assert sorted(made) == [(program, step) for program in range(5) for step in range(3)]
    assert all([step for own, step in made if own == program] == [0, 1, 2] for program in range(5))


def test_seeds_draw_the_turns():
    assert steps(5, 1) == steps(5, 1)
    found = {tuple(steps(5, seed)) for seed in range(20)}
    assert len(found) > 15
    one_by_one = [(program, step) for program in range(5) for step in range(3)]
    assert tuple(one_by_one) not in found


def test_an_update_in_two_steps_is_lost():
    totals = set()
    for seed in range(10):
        launch, total = Launch(4, seed), [0]

        def body(program, launch=launch, total=total):
            launch.turns.pause()
            before = total[0]
            launch.turns.pause()
            total[0] = before + 1

        launch.run(body)
        totals.add(total[0])
    assert min(totals) < 4


def test_a_program_is_entered_with_its_own_patience_whenever_it_goes_on():
    launch = Launch(3, 0)
    launch.run(lambda program: launch.turns.pause())
    assert len(launch.entered) == 6
    assert all(len({id(patience) for place, patience in launch.entered if place == (k, 0, 0)}) == 1 for k in range(3))


def test_outside_a_launch_nobody_pauses():
    Turns(lambda place, patience: None, [0]).pause()


def test_an_error_of_one_program_ends_all():
    launch, ended = Launch(3, 0), []

    def body(program):
        try:
            launch.turns.pause()
            if program == 2:
                raise ValueError("of a program")
            launch.turns.pause()
            launch.turns.pause()
        finally:
            ended.append(program)

    launch.turns._goes_on = 0.0
    with pytest.raises(ValueError, match="of a program"):
        launch.run(body)
    assert sorted(ended) == [0, 1, 2]
    assert getcurrent().parent is None


def poll(launch: Launch, flags: list[int], index: int) -> None:
    """Wait for a flag as a program does, by an atomic whose outcome is looked at."""
    while True:
        launch.turns.pause()
        _, own = launch.entered[-1]
        own.note(("add", index, bytes([flags[index]])))
        if flags[index]:
            return


def polls_until_set(most: int, seed: int) -> tuple[int, bool]:
    """How often the first of two programs asked for the other's flag, and whether it saw it."""
    launch, flags, asked = Launch(2, seed), [0], [0]
    launch.turns._starves = True

    def body(program):
        while program == 0 and asked[0] < most:
            launch.turns.pause()
            _, own = launch.entered[-1]
            asked[0] += 1
            own.note(("add", 0, bytes(flags)))
            if flags[0]:
                return
        for _ in range(50):
            launch.turns.pause()
        flags[0] = 1

    launch.run(body)
    return asked[0], bool(flags[0])


@pytest.mark.parametrize("seed", range(5))
def test_who_gives_up_is_seen_and_who_waits_is_not_left_waiting(seed):
    assert polls_until_set(100, seed)[0] == 100
    asked, _ = polls_until_set(10 * PATIENCE, seed)
    assert STARVED <= asked < STARVED + PATIENCE


def test_one_launch_of_several_lets_a_program_starve():
    found = [Launch(2, seed).turns._starves for seed in range(200)]
    assert 10 < sum(found) < 50


@pytest.mark.parametrize("seed", range(5))
def test_who_waits_for_another_lets_it_go_on(seed):
    launch, flags = Launch(6, seed), [0] * 6

    def body(program):
        if program < 5:  # for a later one, which in this order is no reason to stop
            poll(launch, flags, program + 1)
        flags[program] = 1

    launch.run(body)
    assert flags == [1] * 6


def test_programs_that_wait_for_each_other_are_told_so():
    launch = Launch(2, 0)
    with pytest.raises(Waiting, match="wait for each other"):
        launch.run(lambda program: poll(launch, [0, 0], 1 - program))
    assert len(launch.entered) < PATIENCE


def test_patience_ends_with_the_same_atomic_and_the_same_outcome():
    patience = Patience()
    for _ in range(PATIENCE):
        patience.note(("add", 8, b"0"))
    assert patience.is_waiting
    with pytest.raises(Waiting):
        patience.note(("add", 8, b"0"))
    for outcome in (b"1", b"2", b"1"):
        patience.note(("add", 8, outcome))
    assert not patience.is_waiting
    patience.note(())
    patience.note(())
    assert not patience.is_waiting
