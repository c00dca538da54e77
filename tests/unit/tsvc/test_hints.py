"""What a hint says of numbers; kernels whose hints are false are in tests/exploits/fabrication."""

import numpy as np
import pytest

from tsvc.hints import HINTS, holds

STEPS = np.arange(32, 64)


@pytest.mark.parametrize(
    ("attribute", "numbers", "values", "so"),
    [
        ("tt.divisibility", np.array([48]), 16, True),
        ("tt.divisibility", np.array([49]), 16, False),
        ("tt.divisibility", STEPS, [16], True),
        ("tt.divisibility", STEPS + 1, [16], False),
        ("tt.divisibility", STEPS + 1, [1], True),
        ("tt.contiguity", STEPS, [32], True),
        ("tt.contiguity", STEPS % 40, [32], False),
        ("tt.contiguity", STEPS % 40, [8], True),
        ("tt.contiguity", STEPS * 2, [2], False),
        ("tt.constancy", STEPS // 4, [4], True),
        ("tt.constancy", STEPS // 4, [8], False),
        ("tt.contiguity", np.arange(8)[:, None] * 100 + np.arange(4), [1, 4], True),
        ("tt.contiguity", np.arange(8)[:, None] * 100 + np.arange(4), [8, 4], False),
        ("tt.constancy", np.arange(8)[:, None] + np.zeros((1, 4)), [1, 4], True),
    ],
)
def test_a_hint_holds_or_not(attribute, numbers, values, so):
    assert attribute in HINTS
    assert holds(attribute, numbers, values) == so


def test_a_pointer_near_the_end_of_memory_is_a_number_too():
    assert holds("tt.divisibility", np.array(2**63 + 64, np.uint64), 16)
