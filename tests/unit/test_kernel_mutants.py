"""Mutants of kernels: what they are, a sample of them judged, and the committed score of all of them."""

import ast
import random
import re

import pytest
from kernel_mutants import OPERATORS, mutants
from kernel_score import STAGES, judge_mutant, summary
from kernel_section import equivalent, key_of, living, read_rows, reasons

from tsvc.loops import LOOPS

#: Judged here: a draw of loops, and of each its mutants; those that survive on purpose are in the committed score.
DRAW = random.Random(151)
JUDGED = list(dict.fromkeys(row["loop"] for row in read_rows()))
SAMPLE = DRAW.sample([name for name, loop in LOOPS.items() if not loop.is_superlinear], 8)


@pytest.mark.parametrize("name", ["s000", "s151", "s343", "s31111", "s442"])
def test_every_loop_has_twenty_mutants_and_no_two_are_alike(name):
    found = mutants(name)
    assert len({mutant.text for mutant in found}) == len(found) >= 20
    assert {mutant.operator for mutant in found} <= set(OPERATORS)
    for mutant in found[:10]:
        ast.parse(mutant.text)
        assert mutant.before != mutant.after


@pytest.mark.parametrize("name", ["s122", "s172"])
def test_what_is_changed_stands_where_it_stood(name):
    assert all(re.search(r"steps = (max|min)\(0, ", mutant.text) for mutant in mutants(name))


def test_a_limited_draw_takes_each_operator_in_turn_and_is_repeatable():
    everything, few = mutants("s321"), mutants("s321", 20)
    assert len(few) == 20
    assert {mutant.operator for mutant in few} == {mutant.operator for mutant in everything} or len(few) < len(
        OPERATORS
    )
    assert few == mutants("s321", 20)


def test_kinds_of_change_that_the_score_is_about():
    """Bounds, masks, operators, strides, initial values, order, tails, ties and carries all occur."""
    found = {mutant.operator for name in ("s151", "s321", "s316", "s341", "s318", "s258") for mutant in mutants(name)}
    asked = {"bound", "mask", "arithmetic", "index", "initial", "barrier", "launch", "grid", "tie", "carry", "scan"}
    assert asked <= found


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_is_killed(name, interpreter):
    reason = reasons()
    judged = [(mutant, judge_mutant(mutant, interpreter, STAGES[:1])) for mutant in mutants(name, 26)[::7]]
    left = [
        mutant.key
        for mutant, row in judged
        if row["verdict"] == "PASSED" and (name, mutant.operator, mutant.before, mutant.after) not in reason
    ]
    assert not left
    interpreter.timeout = 60.0


def test_a_mutant_that_triton_refuses_is_not_counted():
    rows = [dict(loop="s000", operator="bound", verdict=word, stage="fixed") for word in ("WRONG", "STILLBORN")]
    assert summary(rows)[0].startswith("2 mutants, 1 stillborn or the same; 1 of 1 killed")


class TestCommittedScore:
    """Of results/kernel-mutants.json."""

    def test_at_least_99_percent_of_other_functions_are_killed(self):
        same = equivalent()
        rows = [row for row in living(read_rows()) if key_of(row) not in same]
        assert len({row["loop"] for row in rows}) == 151
        assert sum(row["verdict"] != "PASSED" for row in rows) >= 0.99 * len(rows)

    def test_every_survivor_has_a_reason(self):
        assert {key_of(row) for row in read_rows() if row["verdict"] == "PASSED"} <= reasons().keys()
        assert equivalent() < reasons().keys()

    def test_no_reason_is_left_over(self):
        survivors = {key_of(row) for row in read_rows() if row["verdict"] == "PASSED"}
        assert {key for key in reasons() if key[0] in JUDGED} <= survivors

    @pytest.mark.parametrize("name", JUDGED[::20])
    def test_the_score_is_one_of_the_kernels_as_they_are(self, name):
        judged = {(row["line"], row["before"], row["after"]) for row in read_rows() if row["loop"] == name}
        assert judged == {(mutant.line, mutant.before, mutant.after) for mutant in mutants(name, 26)}
