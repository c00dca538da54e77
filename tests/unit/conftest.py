"""What the unit tests share. This directory is on sys.path: helpers beside this file are imported by name."""

import pytest

from tsvc.device import Device


@pytest.fixture
def c_file(tmp_path, monkeypatch):
    """Writes a C file of loops: c_file(text) -> its path. What is built meanwhile goes with the test."""
    monkeypatch.setenv("TSVC_CACHE", str(tmp_path / "cache"))

    def write(text: str, name: str = "mine.c"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture(scope="session")
def interpreter():
    """One interpreter child for all tests, on machines with a GPU too."""
    device = Device("interpreter")
    yield device
    device.close()


@pytest.fixture(scope="session")
def compiler():
    """One child that compiles for GPUs that are not there, for all tests."""
    device = Device("compile")
    yield device
    device.close()
