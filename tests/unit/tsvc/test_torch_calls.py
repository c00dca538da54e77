"""Which torch calls count as work, and on how many elements."""

import threading

import numpy as np
import pytest
import torch
from torch import library

from tsvc.blindness import Blindness
from tsvc.torch_calls import TorchCalls


@pytest.fixture
def calls(monkeypatch):
    """A watcher; what it wraps to hear of threads is put back after the test."""
    import _thread

    for owner in (_thread, threading):
        for name in ("start_new_thread", "start_joinable_thread", "_start_new_thread", "_start_joinable_thread"):
            if hasattr(owner, name):
                monkeypatch.setattr(owner, name, getattr(owner, name))
    for name in ("from_numpy", "tensor", "as_tensor", "asarray", "frombuffer", "from_dlpack"):
        monkeypatch.setattr(torch, name, getattr(torch, name))
    inside: list[bool] = []
    watcher = TorchCalls(lambda: bool(inside))
    watcher.inside = inside
    return watcher


def test_allocating_viewing_copying_and_filling_are_no_work(calls):
    a = torch.ones(12)
    with calls.watching():
        b = torch.empty(12)
        b.copy_(a)
        b.view(3, 4)[1:, ::2].fill_(2.0)
        b[3] = 1.0
        b.reshape(2, 6).t().contiguous().zero_()
        torch.full((3,), 2.0).clone().to(torch.float64)
        torch.zeros_like(a).unsqueeze(0).expand(5, 12)
    assert not calls.elements


@pytest.mark.parametrize(
    ("call", "elements"),
    [
        (lambda a: a + 1, {"add": 12}),
        (lambda a: a.sum(), {"sum": 12}),
        (lambda a: a.mul_(2).flip(0), {"mul_": 12, "flip": 12}),
        (lambda a: torch.outer(a, a), {"mul": 144}),
        (lambda a: a[:1].item(), {"_local_scalar_dense": 1}),
        (lambda a: a.numpy(), {"numpy": 12}),
        (lambda a: a.tolist(), {"tolist": 12}),
        (lambda a: torch.from_numpy(np.ones(5)), {"from_numpy": 5}),
        (lambda a: torch.tensor([1.0, 2.0]), {"tensor": 2}),
        (lambda a: torch.as_tensor(np.ones(5)), {"as_tensor": 5}),
        (lambda a: torch.frombuffer(bytearray(8), dtype=torch.float32), {"frombuffer": 2}),
    ],
)
def test_everything_else_counts_by_elements(calls, call, elements):
    a = torch.ones(12)
    with calls.watching():
        call(a)
    assert elements.items() <= dict(calls.elements).items()


def test_copies_of_a_launch_do_not_count_and_arithmetic_inside_one_does(calls):
    a = torch.ones(12)
    with calls.watching():
        calls.inside.append(True)
        a.clone().numpy()
        assert not calls.elements
        a += 1
    assert calls.elements == {"add_": 12}
    assert not calls.written


def test_an_operator_of_someone_elses_is_work_whatever_its_name(calls):
    own = library.Library("test_torch_calls", "DEF")
    own.define("clone(Tensor x) -> Tensor")
    own.impl("clone", lambda x: x + 1.0, "CPU")
    with calls.watching():
        torch.ops.test_torch_calls.clone(torch.ones(12))
    assert calls.elements["clone"] == 12


class TestBlindness:
    def test_copies_and_small_operands_are_seen_and_other_arithmetic_is_not(self, calls):
        a, partials = torch.arange(100.0), torch.ones(8)
        blind = Blindness(16, lambda: None)
        blind.hide([a, partials])
        with calls.watching(blind):
            copied, total, wrong = a.clone(), partials.sum(), a + 1.0
            number, listed = total.item(), partials.tolist()
        seen = copied.numpy().copy()
        blind.show()
        assert seen[0] != 0.0 and copied.equal(torch.arange(100.0))
        assert number == 8.0 and listed == [1.0] * 8
        assert not wrong.equal(torch.arange(100.0) + 1.0)


def test_threads_are_told(calls):
    with calls.watching():
        worker = threading.Thread(target=lambda: None)
        worker.start()
        worker.join()
    assert calls.elements["thread"] == 1
    threading.Thread(target=lambda: None).start()
    assert calls.elements["thread"] == 1


def test_written_storages_are_known(calls):
    a, b = torch.ones(12), torch.ones(12)
    with calls.watching():
        a[3:].fill_(0.0)
        torch.add(a, b)
    assert calls.written == {a.untyped_storage().data_ptr()}
