"""The model as a whole: levels, conditions, legality."""

import time

import pytest

from analyses.model import build
from analyses.model.schedule import original, shift, skew
from analyses.model.verdict import judge
from tsvc.loops import LOOPS


def test_every_loop_has_a_model():
    for loop in LOOPS.values():
        model = build(loop)
        assert model.statements and model.violated(original(model)).is_empty()


def test_all_take_little_time():
    from analyses.model.model import _build

    start = time.process_time()
    for loop in LOOPS.values():
        _ = _build.__wrapped__(loop, "").flow
    assert time.process_time() - start < 6  # about 2 s on one idle core


@pytest.mark.parametrize(
    ("name", "level", "private", "snapshot", "condition"),
    [
        ("s000", "i", (), (), ""),
        ("s121", "i", (), ("a",), ""),
        ("s171", "i", (), (), "inc > 0"),
        ("s174", "i", (), (), ""),
        ("s251", "i", ("s",), (), ""),
        ("s162", "i", (), ("a",), ""),
        ("s235", "i", (), (), ""),
    ],
)
def test_parallel_levels(name, level, private, snapshot, condition):
    model = build(LOOPS[name])
    verdict = judge(model, model.level[level])
    assert verdict.is_parallel and (verdict.private, verdict.snapshot) == (private, snapshot)
    assert model.describe(verdict.condition) == condition


def test_retiming_s211():
    model = build(LOOPS["s211"])
    first, second = model.statements
    delayed = shift(model, model.level["i"], {first: 1})
    assert model.violated(delayed).is_empty()
    assert not model.violated(shift(model, model.level["i"], {second: 1})).is_empty()
    swapped = "[n] -> { S1[i] -> [i, 0]; S0[i] -> [i - 1, 1] }"
    assert model.violated(swapped).is_empty()


def test_wavefront_s2111():
    model = build(LOOPS["s2111"])
    assert model.violated(skew(model, *model.levels, (1, 1))).is_empty()
    assert not model.violated(skew(model, *model.levels, (1, -1))).is_empty()


def test_the_packed_triangle_is_affine():
    model = build(LOOPS["s141"])
    assert not model.dependences and model.arrays["flat"].rank == 2


def test_a_schedule_must_cover_all_instances():
    model = build(LOOPS["s000"])
    with pytest.raises(ValueError, match="leaves out"):
        model.violated("[n] -> { S0[i] -> [i] : i > 0 }")
