"""What the host sees while data are kept from it, and what a launch sees."""

import pytest
import torch

from tsvc.blindness import Blindness, tensors_in


@pytest.fixture
def blind():
    return Blindness(4, lambda: None)


def test_hidden_numbers_are_others_and_come_back_to_the_bit(blind):
    floats, whole = torch.tensor([1.0, float("inf"), -0.0, 4.0]), torch.arange(9, dtype=torch.int32)
    before = floats.clone(), whole.clone()
    blind.hide([floats, whole])
    assert not torch.equal(floats, before[0]) and not torch.equal(whole, before[1])
    assert sorted(whole.tolist()) == list(range(9))
    blind.show()
    assert floats.view(torch.int32).equal(before[0].view(torch.int32)) and whole.equal(before[1])


def test_a_view_hides_its_whole_storage_once(blind):
    whole = torch.arange(100.0)
    blind.hide([whole[10:20], whole[50:]])
    assert whole[0] != 0
    blind.show([whole[90:]])
    assert whole.equal(torch.arange(100.0))


def test_a_launch_sees_all_and_what_it_leaves_is_hidden(blind):
    given, scratch = torch.arange(8.0), torch.zeros(8)
    blind.hide([given])
    with blind.lifted(tensors_in({"x": given, "more": (scratch, 3)})):
        assert given.equal(torch.arange(8.0))
        scratch += 1
    assert not given.equal(torch.arange(8.0)) and not scratch.equal(torch.ones(8))
    blind.show()
    assert scratch.equal(torch.ones(8))


def test_what_was_let_go_stays_as_it_is(blind):
    tensor = torch.arange(4.0)
    blind.hide([tensor])
    blind.let_go(tensor)
    blind.hide()
    assert tensor.equal(torch.arange(4.0))
