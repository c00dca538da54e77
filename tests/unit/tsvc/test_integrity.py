"""What observes a kernel is looked at in processes of its own: an audit hook cannot be taken back."""

import subprocess
import sys

import pytest

_SCRIPT = """
import gc, types
import torch
from tsvc import accesses, races
from tsvc.integrity import Integrity
integrity = Integrity([accesses, races], [torch])
assert integrity.broken == "", integrity.broken
{change}
print(integrity.broken)
"""


@pytest.mark.parametrize(
    "change, name",
    [
        ("races._value = lambda *args: b''", "tsvc.races._value"),
        ("races._value.__code__ = (lambda access, place: b'').__code__", "tsvc.races._value"),
        ("accesses.AccessLog.add = lambda *args: None", "tsvc.accesses.AccessLog.add"),
        ("races._NOBODY = 7", "tsvc.races._NOBODY"),
        ("accesses.AccessLog.size = property(lambda self: 0)", "tsvc.accesses.AccessLog.size"),
        ("torch.empty = torch.zeros", "torch.empty"),
        ("torch.manual_seed = None; torch.compiled = True", ""),
        ("import torch._dynamo; torch.compile(lambda x: x + 1, backend='eager')(torch.ones(3))", ""),
        ("gc.get_objects()", "gc.get_objects"),
        ("gc.get_referrers(races)", "gc.get_referrers"),
        ("own, races._value = races._value, None; races._value = own; gc.collect()", ""),
    ],
)
def test_what_changed_is_named(change, name):
    done = subprocess.run([sys.executable, "-c", _SCRIPT.format(change=change)], capture_output=True, text=True)
    assert done.stdout.strip() == name, done.stderr
