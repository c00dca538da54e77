import time

import pytest

from tsvc import load
from tsvc.load import Load


@pytest.fixture
def stat(tmp_path):
    """stat(busy seconds): a file as /proc/stat that says so."""
    path = tmp_path / "stat"

    def write(seconds: float):
        path.write_text(f"cpu  {seconds * 50:.0f} 0 {seconds * 50:.0f} 7000 900 0 0 0 12 0\ncpu0 1 2 3\n")
        return path

    return write


@pytest.mark.parametrize(("busy", "own", "others"), [(20, 1, 1.0), (10, 1, 0.0), (5, 1, 0.0), (160, 16, 0.0)])
def test_what_others_take_is_all_but_our_own(stat, monkeypatch, busy, own, others):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    found = Load(stat(1000))
    now[0] += 10
    stat(1000 + busy)
    assert found.others(own) == pytest.approx(others)


def test_a_short_time_says_nothing(stat):
    found = Load(stat(10))
    stat(20)
    assert found.others(1) is None


@pytest.mark.parametrize("text", ["", "cpu", "cpu a b c d e"])
def test_where_the_system_does_not_tell_nothing_is_known(tmp_path, monkeypatch, text):
    monkeypatch.setattr(load, "SHORTEST", 0)
    assert Load(tmp_path / "missing").others(1) is None
    (tmp_path / "stat").write_text(text)
    assert Load(tmp_path / "stat").others(1) is None


def test_a_busy_machine_is_seen(monkeypatch):
    monkeypatch.setattr(load, "SHORTEST", 0)
    found, end = Load(), time.monotonic() + 0.3
    while time.monotonic() < end:
        pass
    assert found.others(0) > 0.5
