import numpy as np
import pytest

from tsvc.undefined import undefined


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "u1", "i4", "i8", "u8"])
def test_three_seeds_show_three_values_of_each_lane_and_none_is_zero(dtype):
    found = [undefined((3, 7), np.dtype(dtype), seed) for seed in (4, 5, 6)]
    assert all(values.shape == (3, 7) and values.dtype == dtype for values in found)
    assert not any((values == 0).any() for values in found)
    lanes = np.stack(found).reshape(3, -1)
    assert all(len({str(value) for value in lane}) == 3 for lane in lanes.T)


def test_no_lane_of_a_truth_value_is_false():
    assert undefined((5,), np.dtype(bool), 0).all()


def test_nobody_can_change_them():
    with pytest.raises(ValueError, match="read-only"):
        undefined((4,), np.dtype(np.float32), 0)[0] = 1
