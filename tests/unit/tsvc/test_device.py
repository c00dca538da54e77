"""The child's life; how it answers for kernels is in test_hostile.py."""

import os
import signal
import time

import pytest

from tsvc.device import Device
from tsvc.verdicts import HarnessError, Raised


def test_facts_name_the_machine(interpreter):
    facts = interpreter.facts
    assert {"device", "torch", "triton", "boundary"} <= set(facts)
    assert not {"status", "nonce", "message"} & set(facts)


def test_a_child_that_died_between_requests_is_replaced(interpreter):
    interpreter.request({"op": "describe"})
    first = interpreter.process
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    interpreter.request({"op": "describe"})
    assert interpreter.process.pid != first.pid
    second = interpreter.process
    interpreter.request({"op": "describe"})
    assert interpreter.process is second


def test_a_child_that_cannot_start_is_our_trouble(monkeypatch):
    monkeypatch.setattr("tsvc.device.sys.executable", "/bin/false")
    device = Device("c")
    with pytest.raises(HarnessError, match="the c child does not start: the process ended itself with exit status 1"):
        device.request({"op": "describe"})
    assert device.process is None


def test_a_child_that_does_not_come_up_in_time_is_our_trouble(monkeypatch, tmp_path):
    program = tmp_path / "sleeps"
    program.write_text("#!/bin/sh\nsleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr("tsvc.device.sys.executable", str(program))
    monkeypatch.setattr("tsvc.device.START_LIMIT", 0.2)
    device = Device("c")
    with pytest.raises(HarnessError, match="no answer within"):
        device.facts  # noqa: B018 - a property that starts the child
    assert device.process is None


def test_a_mode_that_does_not_exist_is_our_trouble():
    with pytest.raises(HarnessError, match="KeyError: 'abacus'"):
        Device("abacus").request({"op": "describe"})


def test_the_time_to_start_does_not_count_as_the_kernels(monkeypatch):
    device = Device("c", timeout=0.5)  # less than a child needs to start
    start = time.monotonic()
    device.request({"op": "describe"})
    assert device.process is not None, time.monotonic() - start
    device.close()


def test_an_unknown_request_is_refused(interpreter):
    with pytest.raises(Raised, match="dance"):
        interpreter.request({"op": "dance"})
    interpreter.request({"op": "describe"})


def test_closing_before_the_first_request_is_nothing():
    Device("interpreter").close()
