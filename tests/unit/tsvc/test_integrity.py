"""What observes a kernel is looked at in processes of its own: an audit hook cannot be taken back."""

import json
import subprocess
import sys

import pytest

#: Each change is made in a fork of one process, so that torch is imported once.
_SCRIPT = """
import gc, json, os, sys, traceback, types
import torch
from tsvc import accesses, races
from tsvc.integrity import Integrity

for change in json.load(sys.stdin):
    if os.fork():
        os.wait()
        continue
    try:
        integrity = Integrity([accesses, races], [torch])
        assert integrity.broken == "", integrity.broken
        exec(change)
        found = integrity.broken
    except BaseException:
        found = traceback.format_exc()
    print(json.dumps(found), flush=True)
    os._exit(0)
"""
#: A change, and the name of what it breaks.
CHANGES = {
    "races._value = lambda *args: b''": "tsvc.races._value",
    "races._value.__code__ = (lambda access, place: b'').__code__": "tsvc.races._value",
    "accesses.AccessLog.add = lambda *args: None": "tsvc.accesses.AccessLog.add",
    "races._NOBODY = 7": "tsvc.races._NOBODY",
    "accesses.AccessLog.size = property(lambda self: 0)": "tsvc.accesses.AccessLog.size",
    "torch.empty = torch.zeros": "torch.empty",
    "torch.manual_seed = None; torch.compiled = True": "",
    "import torch._dynamo; torch.compile(lambda x: x + 1, backend='eager')(torch.ones(3))": "",
    "gc.get_objects()": "gc.get_objects",
    "gc.get_referrers(races)": "gc.get_referrers",
    "own, races._value = races._value, None; races._value = own; gc.collect()": "",
}


@pytest.fixture(scope="module")
def named():
    """What integrity names after each change."""
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, input=json.dumps(list(CHANGES)), capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(CHANGES, found, strict=True))


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_named(named, change):
    assert named[change] == CHANGES[change]
