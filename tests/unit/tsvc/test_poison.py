"""Fresh memory holds noise, however it is asked for; kernels that add it up are in tests/exploits/fabrication."""

import pytest
import torch

from tsvc.kept import Kept
from tsvc.poison import poison
from tsvc.torch_calls import _Operators, _Shown

MAKERS = {
    "empty": lambda: torch.empty(9),
    "empty_like": lambda: torch.empty_like(torch.zeros(9)),
    "empty_strided": lambda: torch.empty_strided((9,), (1,)),
    "empty_permuted": lambda: torch.empty_permuted((3, 3), (0, 1)),
    "new_empty": lambda: torch.zeros(1).new_empty(9),
    "new_empty_strided": lambda: torch.zeros(1).new_empty_strided((9,), (1,)),
    "new": lambda: torch.zeros(1).new(9),
    "Tensor": lambda: torch.Tensor(9),
    "FloatTensor": lambda: torch.FloatTensor(9),
    "operator": lambda: torch.ops.aten.empty.memory_format([9]),
}


def made(make, seed):
    """What a maker's tensor holds in a call with this seed."""
    with _Operators(lambda *_: None, lambda *_: None, _Shown(None, lambda: False), seed, Kept()):
        return make()


@pytest.mark.parametrize("name", MAKERS)
def test_every_way_to_get_memory_gives_noise(name):
    values = made(MAKERS[name], 1).flatten()
    largest = torch.finfo(torch.float32).max
    assert values.isnan().sum() == (values == largest).sum() == (values == -largest).sum() == 3


def test_what_was_written_is_kept():
    grown = made(lambda: torch.zeros(4).resize_(10), 1)
    assert (grown[:4] == 0).all() and not (grown[4:] == 0).any()
    assert (made(lambda: torch.zeros(9), 1) == 0).all()
    assert (made(lambda: torch.full((9,), 2.0), 1) == 2).all()


@pytest.mark.parametrize(
    "dtype", [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bool]
)
def test_three_seeds_in_a_row_leave_three_things(dtype):
    found = []
    for seed in range(3):
        tensor = torch.zeros(6, dtype=dtype)
        poison(tensor, seed)
        found.append(tensor.clone())
    assert not any(torch.equal(found[k], found[k - 1]) for k in range(3))


def test_any_shape_is_filled():
    turned = torch.zeros(4, 6).T
    poison(turned, 0)
    assert turned.isnan().all()
    poison(torch.zeros(0), 0)
    spectrum = torch.zeros(3, dtype=torch.complex64)
    poison(spectrum, 2)
    assert spectrum.isnan().all()
