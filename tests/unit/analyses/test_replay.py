"""Recorded instances in any order that the dependences allow give C's memory; without one kind they often do not."""

from pathlib import Path

import numpy as np
import pytest
import replay
from oracle import Refuted, compare, runs
from tracing import claimed, memory_of, prepare

from analyses.model import build
from tsvc.loops import LOOPS, load

SHAPES = load(Path(__file__).with_name("shapes.c"))


def extend(model, rng, count=2, without=None):
    for case, instances, memory in runs(model, {}, rng, count):
        values = memory_of(model.program, *prepare(case))[1]
        deps = [dep for dep in model.dependences if dep.kind != without]
        order = replay.linear_extension(instances, claimed(model, values, deps), rng)
        replay.in_order(order, memory)
        compare(case, memory)


@pytest.mark.parametrize("loop", [*LOOPS.values(), *SHAPES.values()], ids=str)
def test_linear_extensions(loop):
    extend(build(loop), np.random.default_rng(3))


@pytest.mark.parametrize(("kind", "at_least", "orders"), [("RAW", 40, 2), ("WAR", 30, 2), ("WAW", 4, 12)])
def test_a_forgotten_kind_shows(kind, at_least, orders):
    rng, caught = np.random.default_rng(4), 0
    for loop in LOOPS.values():
        model = build(loop)
        if any(dep.kind == kind for dep in model.dependences):
            try:
                extend(model, rng, orders, without=kind)
            except Refuted:
                caught += 1
    assert caught >= at_least


def test_tree_keeps_the_order_of_its_parts():
    rng = np.random.default_rng(0)
    assert replay.tree(lambda a, b: a + b, list("abcdef"), rng) == "abcdef"
    assert replay.tree_scan(lambda a, b: a + b, list("abc"), rng) == ["a", "ab", "abc"]
