import subprocess
import sys

import pytest

from clib.build import ROOT
from tsvc import lease


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """machine(files, chosen): as if /dev held these files and CUDA_VISIBLE_DEVICES were set."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(lease.tempfile, "tempdir", None)
    monkeypatch.setattr(lease, "_DEVICES", tmp_path)

    def make(files: str, chosen: str | None) -> None:
        for name in files.split():
            (tmp_path / name).touch()
        if chosen is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
        lease.visible_gpus.cache_clear()
        lease.lease_gpu.cache_clear()

    yield make
    monkeypatch.undo()
    lease.visible_gpus.cache_clear()
    lease.lease_gpu.cache_clear()


@pytest.mark.parametrize(
    ("files", "chosen", "visible"),
    [
        ("", None, ()),
        ("nvidiactl nvidia-uvm", None, ()),
        ("nvidia0 nvidiactl", None, ("0",)),
        ("nvidia0 nvidia1 nvidia-modeset", None, ("0", "1")),
        ("nvidia5", None, ("0",)),  # a container sees one GPU of many: CUDA counts from 0
        ("nvidia0 nvidia1", "1", ("1",)),
        ("nvidia0 nvidia1", "1, 0", ("1", "0")),
        ("nvidia0", "GPU-8f3c,MIG-1/2", ("GPU-8f3c", "MIG-1/2")),
        ("nvidia0", "", ()),
        ("nvidia0", "-1", ()),
        ("", "0", ()),
    ],
)
def test_visible_gpus(machine, files, chosen, visible):
    machine(files, chosen)
    assert lease.visible_gpus() == visible


_HOLDER = """
import sys
from pathlib import Path
from tsvc import lease
lease._DEVICES = Path(sys.argv[1])
print(lease.lease_gpu().visible, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """holder() -> (a process that leases a GPU until its input ends, the GPU's name)."""
    started = []

    def start():
        command = [sys.executable, "-c", _HOLDER, str(tmp_path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, cwd=ROOT, **pipes)
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.communicate()


def test_each_process_gets_a_gpu_of_its_own_while_there_are_any(machine, holder):
    machine("nvidia0 nvidia1", None)
    first, one = holder()
    _, two = holder()
    assert {one, two} == {"0", "1"}
    _, third = holder()
    assert third in ("0", "1")  # shared
    first.kill()
    first.wait()
    own = lease.lease_gpu()
    assert own.visible == one  # a dead process's lease is free
    assert own is lease.lease_gpu()
    assert own.file is not None
    own.file.close()


def test_the_names_of_visible_devices_are_kept(machine, holder):
    machine("nvidia0 nvidia1", "GPU-a/b,7")
    assert {holder()[1], holder()[1]} == {"GPU-a/b", "7"}


def test_no_gpu_no_lease(machine):
    machine("", None)
    assert lease.lease_gpu() == lease.Lease("")


def test_one_process_at_a_time_is_under_the_clock(machine, tmp_path):
    machine("nvidia0", "0")
    lease.lease_gpu()
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tsvc import lease; import pathlib\n"
    code += f"lease._DEVICES = pathlib.Path({str(tmp_path)!r})\n"
    code += "with lease.clock_turn(): print('turn', flush=True)"
    with lease.clock_turn():
        other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.communicate(timeout=2)
    assert other.communicate(timeout=60)[0] == "turn\n"
    lease.lease_gpu().file.close()


def test_without_a_gpu_nobody_waits(machine, tmp_path):
    machine("", None)
    with lease.clock_turn(), lease.clock_turn():
        assert not list(tmp_path.rglob("*.clock"))
