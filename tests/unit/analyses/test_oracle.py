"""Every claim of every finding is executed, and wrong claims are refuted."""

from pathlib import Path

import numpy as np
import pytest
from oracle import CHECKS, check_claim, load_checks, refutes

from analyses import analyse
from analyses.model import build
from analyses.model.schedule import distribute, interchange, reverse
from tsvc.loops import LOOPS, load

SHAPES = load(Path(__file__).with_name("shapes.c"))
load_checks()


@pytest.mark.parametrize("loop", [*LOOPS.values(), *SHAPES.values()], ids=str)
def test_claims_hold(loop):
    model, rng = build(loop), np.random.default_rng(5)
    for finding in analyse(loop):
        if finding.claim["type"] in CHECKS:
            check_claim(model, finding, rng)


def test_every_claim_can_be_executed():
    types = {finding.claim["type"] for loop in LOOPS.values() for finding in analyse(loop)}
    assert types <= CHECKS.keys()


WRONG = [
    ("s112", {"type": "parallel", "level": "i"}),
    ("s321", {"type": "parallel", "level": "i", "snapshot": ["a"]}),
    ("s1213", {"type": "parallel", "level": "i", "snapshot": ["a"]}),
    ("s252", {"type": "parallel", "level": "i", "private": ["s", "t"]}),
    ("s171", {"type": "parallel", "level": "i"}),
    ("s311", {"type": "parallel", "level": "i"}),
    ("s331", {"type": "parallel", "level": "i"}),
    ("s000", {"type": "dependence", "kind": "WAR", "array": "a", "source": "S0", "sink": "S0"}),
]


@pytest.mark.parametrize(("name", "claim"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_wrong_claims_are_refuted(name, claim):
    assert refutes(build(LOOPS[name]), claim, np.random.default_rng(6))


def test_reductions_combine_partial_results():
    rng = np.random.default_rng(7)
    sums = {"type": "parallel", "level": "i", "reduction": {"sum": "+"}}
    assert not refutes(build(LOOPS["s311"]), sums, rng)
    assert refutes(build(LOOPS["s312"]), {"type": "parallel", "level": "i", "reduction": {"prod": "+"}}, rng)


def order(schedule):
    return {"type": "order", "schedule": str(schedule)}


def test_orders():
    rng, model = np.random.default_rng(8), build(LOOPS["s1213"])
    level, (one, two) = model.level["i"], model.statements
    for groups, legal in (((two,), (one,)), True), (((one,), (two,)), False):
        schedule = distribute(model, level, groups)
        assert model.violated(schedule).is_empty() == legal
        assert refutes(model, order(schedule), rng) != legal
    for name, legal in ("s231", True), ("s257", False), ("s2111", True):
        model = build(LOOPS[name])
        schedule = interchange(model, *model.levels)
        assert model.violated(schedule).is_empty() == legal
        assert refutes(model, order(schedule), rng) != legal
    model = build(LOOPS["s111"])
    assert model.violated(reverse(model, model.level["i"])).is_empty()
