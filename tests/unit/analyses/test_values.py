"""Value-based flow: what produced the value that is read."""

from pathlib import Path

import islpy as isl
import numpy as np
import pytest
from tracing import cases, claimed, control, points, produced, record

from analyses.model import build
from tsvc.loops import LOOPS, load

SHAPES = load(Path(__file__).with_name("shapes.c"))


def live_in(model, values):
    """(statement, counters, array) that may read a value from before, at fixed parameters."""
    found = set()
    maps = model.live_in.get_map_list()
    for at in range(maps.n_map()):
        one = maps.get_at(at)
        array, domain = one.get_tuple_name(isl.dim_type.out), one.domain()
        for name in model.parameters:
            position = domain.find_dim_by_name(isl.dim_type.param, name)
            if position >= 0:
                domain = domain.fix_val(isl.dim_type.param, position, isl.Val(int(values[name])))
        found |= {(domain.get_tuple_name(), point, array) for point in points(domain)}
    return found


@pytest.mark.parametrize("loop", [*LOOPS.values(), *SHAPES.values()], ids=str)
def test_flow_is_sound(loop):
    model, static = build(loop), {}
    for case in cases(loop, np.random.default_rng(9), 10, None if loop.name in LOOPS else [(5, 3), (4, 4)]):
        instances, values, _ = record(model, case)
        control(model, instances)
        key = tuple(values[name] for name in model.parameters)
        if key not in static:
            static[key] = claimed(model, values, model.flow), live_in(model, values)
        flow, live = produced(instances)
        assert flow <= static[key][0] and live <= static[key][1], case


def flows(model, array):
    return [dep for dep in model.flow if dep.array == array]


def test_a_guarded_temporary_is_read_where_it_was_written():
    model = build(LOOPS["s253"])
    assert flows(model, "s") and not model.carried(model.level["i"], flows(model, "s"))


def test_both_branches_overwrite(c_file):
    text = """
    void both(int n, real a[restrict n], const real b[restrict n])
    {
        real t;
        for (int i = 0; i < n; i++) {
            if (b[i] > 0)
                t = b[i];
            else
                t = 1;
            a[i] = t;
        }
    }
    """
    model = build(load(c_file(text))["both"])
    assert len(flows(model, "t")) == 2 and not model.carried(model.level["i"], model.flow)


def test_one_branch_overwrites_only_there():
    model = build(LOOPS["s258"])
    assert model.carried(model.level["i"], flows(model, "s"))


def test_the_last_of_two_writes_is_read():
    model = build(LOOPS["s243"])
    assert all(dep.distance != (0,) or dep.source.name != "S0" or dep.sink.name != "S2" for dep in flows(model, "a"))
