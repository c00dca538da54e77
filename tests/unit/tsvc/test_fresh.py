import numpy as np
import torch

from tsvc.cases import make
from tsvc.fresh import amplitude, shrinking
from tsvc.inputs import before_fresh
from tsvc.loops import LOOPS

PLACES = np.arange(10_000)


def draw(seed: int, name: str = "a") -> np.ndarray:
    return shrinking(PLACES, np.array([seed]), name)


def test_numpy_and_torch_draw_the_same():
    seeds = np.array([[0], [7], [2**62 - 1]])
    ours, theirs = (shrinking(*each, "bb") for each in ((PLACES, seeds), map(torch.from_numpy, (PLACES, seeds))))
    assert np.array_equal(ours, theirs.numpy())


def test_draws_look_independent():
    found = [draw(5), draw(6), draw(5, "b"), np.roll(draw(5), 1)]
    assert np.abs(np.corrcoef(found) - np.eye(4)).max() < 0.05
    assert found[0].min() >= 0
    assert found[0].max() < 2**15
    assert found[0].std() > 2**12
    assert len({draw(seed).mean().round() for seed in range(20)}) == 20  # a whole array moves as well


def test_amplitude_follows_the_range():
    assert amplitude(-1, 1) == 1 / 16
    assert 2**-15 <= amplitude(0.999875, 1.000125) <= 2**-13
    assert amplitude(0, 0) == 0 == amplitude(1, 1)


def test_fresh_data_are_a_little_smaller_than_tsvcs():
    for name in ("s000", "s312", "s4112", "s321", "s481"):
        own, case = (make(LOOPS[name], 300, 9, kind, 11).arrays() for kind in ("tsvc", "fresh"))
        base, amplitudes = before_fresh(make(LOOPS[name], 300, 9, "fresh", 11))
        for array in LOOPS[name].arrays:
            new, old = case[array.name], base[array.name]
            if array.role != "out":
                assert np.array_equal(old, own[array.name])
            if array.dtype == "int":
                assert np.array_equal(new, old)
            else:
                assert (np.abs(new) <= np.abs(old)).all()
                assert (np.abs(new - old) <= amplitudes[array.name] * np.abs(old)).all()
                assert (new != old).sum() >= 0.9 * (old != 0).sum()
