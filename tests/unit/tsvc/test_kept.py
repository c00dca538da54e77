"""What is noise after a call, and what is spared; kernels that keep answers are in tests/exploits/fabrication."""

import functools
import types

import pytest
import torch

from tsvc.kept import Kept
from tsvc.torch_calls import TorchCalls

#: What a call may keep of its array, and it holds data of it.
HOLDING = {
    "the array": lambda a: a,
    "a part": lambda a: a[2:],
    "a copy": lambda a: a.clone(),
    "a part of copies": lambda a: a.clone().clone()[3:],
    "arithmetic": lambda a: a + 1,
    "another type": lambda a: a.to(torch.float64),
    "whole numbers": lambda a: a.to(torch.int32),
    "a copy into fresh memory": lambda a: torch.empty_like(a).copy_(a),
    "a sum": lambda a: a.sum(),
    "rows": lambda a: torch.stack([a, a])[1],
}
SPARED = {
    "numbers": lambda a: torch.arange(8),
    "ones": lambda a: torch.ones(8),
    "one number": lambda a: a.new_full((3,), 2.0),
    "the host's": lambda a: torch.tensor([1.0, 2.0]),
    "arithmetic": lambda a: torch.arange(4) * 2,
    "a copy of ones": lambda a: torch.zeros_like(a).copy_(torch.ones(8)),
    "a cleared copy": lambda a: a.clone().zero_(),
}


@pytest.fixture(scope="module")
def calls():
    return TorchCalls(lambda: False)


@pytest.fixture
def kept(calls):
    """A call on the arrays `own`, watched; what it returns is what it keeps."""

    def run(call, own=(), module=None, launched=()):
        before = calls.kept.count
        own = list(own) or [torch.arange(1.0, 9.0)]
        with calls.watching(own=own):
            left = call(*own)
            calls.kept.launched(*launched) if launched else None
        calls.kept.spoil(1, module)
        return left, calls.kept.count - before

    return run


@pytest.mark.parametrize("name", HOLDING)
def test_what_holds_data_of_the_call_is_noise_afterwards(kept, name):
    keep = HOLDING[name]
    want = keep(torch.arange(1.0, 9.0)).clone()
    left, count = kept(keep)
    assert count >= 1
    assert not torch.equal(left, want)


@pytest.mark.parametrize("name", SPARED)
def test_constants_and_zeros_are_spared(kept, name):
    keep = SPARED[name]
    left, _ = kept(keep)
    assert torch.equal(left, keep(torch.arange(1.0, 9.0)))


def test_what_is_gone_is_forgotten(kept, calls):
    kept(lambda a: (a + 1).sum() and None)
    calls.kept.spoil(1)
    assert not calls.kept._marked


def test_what_a_launch_stored_of_data_is_noise_but_not_a_table(kept):
    a, partial, table = torch.arange(1.0, 9.0), torch.ones(4), torch.ones(4)
    kept(lambda _: None, [a], launched=((a, partial, table), {partial.data_ptr()}))
    assert not (partial == 1).any() and (table == 1).all()
    kept(lambda _: None, [a], launched=({"table": table}, {table.data_ptr()}))
    assert (table == 1).all()


def test_it_is_noise_again_after_a_later_call(kept):
    scratch = torch.ones(4)
    a = torch.arange(1.0, 9.0)
    kept(lambda _: None, [a], launched=((a, scratch), {scratch.data_ptr()}))
    scratch.fill_(3)
    _, count = kept(lambda _: None, [a])
    assert not (scratch == 3).any() and count >= 1


READ = {"item": lambda a: a[2].item(), "float": lambda a: float(a[2]), "tolist": lambda a: a.tolist()[2]}


@pytest.mark.parametrize("name", READ)
def test_numbers_of_the_data_are_noise_in_a_module(kept, name):
    module = types.ModuleType("kernel")
    source = "SUMS, LIST, PAIRS, LAST, CONSTANT = {}, [], {}, 0.0, 3.0\nclass Held:\n    value = 1.0\n"
    source += "def f(cache={}):\n    return cache\ndef g(x):\n    return lambda: x\n"
    exec(source, vars(module))

    def call(a):
        value = READ[name](a)
        module.SUMS[value], module.PAIRS["k"], module.LAST = value, (1, value), value
        module.LIST.append(value)
        module.f()["k"] = module.Held.value = module.f.last = value
        module.h = module.g(value)

    _, count = kept(call, module=module)
    left = [*module.SUMS.values(), *module.LIST, module.PAIRS["k"][1], module.LAST, module.Held.value]
    left += [module.f()["k"], module.f.last, module.h()]
    assert all(value != value for value in left) and len(left) == 8
    assert count >= 8 and module.CONSTANT == 3.0 and module.PAIRS["k"][0] == 1 and list(module.SUMS) == [3.0]


def test_a_cache_of_results_begins_anew_where_numbers_were_read(kept):
    module = types.ModuleType("kernel")
    module.cached = functools.lru_cache(lambda x: x)
    kept(lambda a: module.cached(1), module=module)
    assert module.cached.cache_info().currsize == 1
    kept(lambda a: module.cached(a[0].item()), module=module)
    assert module.cached.cache_info().currsize == 0


def test_a_constant_of_the_same_value_is_left_alone(kept):
    module = types.ModuleType("kernel")
    module.SCALE = 3.0
    kept(lambda a: a[2].item(), module=module)
    assert module.SCALE == 3.0


def test_without_arrays_all_that_a_launch_stores_is_the_answer():
    spared, spoilt = torch.ones(4), torch.ones(4)
    given = {"power_ptr": spoilt}
    for own, noise in (([torch.ones(2)], 0), ([], 1)):
        kept = Kept()
        kept.start(own)
        kept.launched(given, [spoilt.data_ptr()])
        del own[:]
        kept.spoil(1)
        assert kept.count == noise
    assert spared.eq(1).all() and not spoilt.eq(1).all()
