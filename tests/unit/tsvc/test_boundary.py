"""What a kernel can see, reach and leave behind; what each limit costs it is in test_hostile.py and the exploits."""

import contextlib
import hashlib
import os
import signal
import socket
from pathlib import Path

import pytest

from clib.build import ROOT
from tsvc import boundary
from tsvc.device import Device
from tsvc.gates import ALL
from tsvc.verdicts import Hung, OutOfMemory, Raised

SECRET = "sk-planted"
needs_bwrap = pytest.mark.skipif(bool(boundary.why_no_bwrap()), reason=f"no bubblewrap: {boundary.why_no_bwrap()}")
KINDS = [pytest.param("bwrap", marks=needs_bwrap), "process"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Files with a secret in the places where secrets lie; it stands in the environment too."""
    home = tmp_path_factory.mktemp("home")
    files = [home / ".netrc", ROOT / ".cache" / f"planted-{os.getpid()}", tmp_path_factory.mktemp("other") / "token"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("ANTHROPIC_API_KEY", "GITHUB_TOKEN", "LD_PRELOAD_OF_MINE"):
            patch.setenv(name, SECRET)
        for file in files:
            file.parent.mkdir(exist_ok=True)
            file.write_text(SECRET)
        yield files
        files[1].unlink()


@pytest.fixture(scope="module")
def children(planted):
    """A child behind each boundary, started when the secrets lay there."""
    made = {kind: Device("interpreter", sandbox=kind) for kind in boundary.KINDS if kind in _possible()}
    yield made
    for device in made.values():
        device.close()


@pytest.fixture(params=KINDS)
def child(request, children):
    return children[request.param]


def _possible():
    return ["process"] if boundary.why_no_bwrap() else boundary.KINDS


def run(device: Device, code: str, **names) -> str:
    """What a kernel says after running some code, in which it may set `found`."""
    given = "".join(f"    {name} = {value!r}\n" for name, value in names.items())
    body = "".join(f"    {line}\n" for line in code.strip("\n").split("\n"))
    head = "import os, socket, sys, time\ndef probe():\n    found = None\n"
    text = f"{head}{given}{body}    raise ValueError(repr(found))\n"
    header = {"op": "run", "loop": "probe", "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    more = {"n": 1, "m": 1, "params": {}, "order": "natural", "seed": 0, "gates": sorted(ALL)}
    with pytest.raises(Raised, match="Error") as caught:
        device.request({**header, **more})
    return str(caught.value)


def attempt(device: Device, statement: str, **names) -> str:
    """ "" when a kernel could do it, else the name of its error."""
    said = run(device, f"try:\n    {statement}\nexcept Exception as error:\n    found = type(error).__name__", **names)
    return said.partition("ValueError: ")[2].strip("'").replace("None", "")


def test_a_secret_in_the_environment_stays_here(child):
    assert "PATH" in run(child, "found = dict(os.environ)")
    assert SECRET not in run(child, "found = dict(os.environ)")


def test_a_secret_in_a_file_stays_here_under_bwrap_alone(child, planted):
    readable = [file for file in planted if not attempt(child, "open(path).read()", path=str(file))]
    assert readable == ([] if child.boundary == "bwrap" else planted)


def test_a_loopback_server_is_out_of_reach_under_bwrap_alone(child):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = attempt(child, "socket.create_connection(('127.0.0.1', port), timeout=5).close()", port=port)
    assert said == ("ConnectionRefusedError" if child.boundary == "bwrap" else "")


def test_nothing_is_written_outside_its_directory_under_bwrap_alone(child, tmp_path):
    assert attempt(child, "open('mine', 'w').write('x')") == ""
    places = [tmp_path, ROOT / ".cache", Path("/var/tmp")]
    written = []
    for place in places:
        file = place / f"left-{os.getpid()}"
        attempt(child, "open(path, 'w').write('x')", path=str(file))
        if file.exists():
            written.append(place)
            file.unlink()
    assert written == ([] if child.boundary == "bwrap" else places)


def test_its_cache_is_its_own(child):
    said = run(child, "found = (os.environ['TRITON_CACHE_DIR'], os.environ['HOME'], os.environ['TMPDIR'])")
    own = "/tmp" if child.boundary == "bwrap" else str(child.folder)
    assert f"('{own}/triton', '{own}', '{own}')" in said


ESCAPES = {
    "a session of its own": "os.setsid()",
    "no trace of its parents": "os.setsid(); ctypes.CDLL(None).prctl(36, 0)",
}


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_who_survives_its_timeout(kind, escape, children):
    """Under bwrap nobody; else who has left its session, parents and environment."""
    device = children[kind]
    length = f"{1000 + len(escape)}.{os.getpid()}"
    code = f"""
import ctypes
ctypes.CDLL(None).prctl(36, 0 if 'prctl' in escape else 1)
if not os.fork():
    exec(escape)
    if not os.fork():
        os.execve('/usr/bin/env', ['env', '-i', 'sleep', '{length}'], {{}})
    os._exit(0)
time.sleep(0.3)
while True: pass
"""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Hung):
        patch.setattr(device, "timeout", 1.0)
        run(device, code, escape=ESCAPES[escape])
    left = sleepers(length)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == (kind == "process" and "prctl" in ESCAPES[escape])


def sleepers(length: str) -> list[int]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:2] == [b"sleep", length.encode()]:
                found.append(int(pid))
    return found


def test_shared_memory_counts_too(children, monkeypatch):
    device = children["process"]
    monkeypatch.setattr(boundary, "MEMORY", 400 << 20)
    fill = (
        "import mmap\nheap = mmap.mmap(-1, 500 << 20)\nfor _ in range(500): heap.write(bytes(1 << 20))\ntime.sleep(20)"
    )
    with pytest.raises(OutOfMemory, match="400 are allowed"):
        run(device, fill)


@needs_bwrap
def test_of_the_checkout_it_sees_its_own_modules_alone(children):
    said = run(children["bwrap"], "found = sorted(os.listdir(path))", path=str(ROOT))
    names = set(said.partition("[")[2].rstrip("]").replace("'", "").split(", "))
    assert "tsvc" in names
    assert not names & {"clib", "tests", "kernels_cache", ".cache", "results", ".git"}


@needs_bwrap
def test_it_sees_no_process_but_its_own(children):
    said = run(children["bwrap"], "found = [pid for pid in os.listdir('/proc') if pid.isdigit()]")
    assert "'1', '2'" in said


def test_choosing(monkeypatch):
    monkeypatch.setattr(boundary, "why_no_bwrap", lambda: "")
    assert [boundary.choose(kind) for kind in ("auto", "bwrap", "process")] == ["bwrap", "bwrap", "process"]
    with pytest.raises(boundary.Unavailable, match="--sandbox=process is none"):
        boundary.choose("process", required=True)
    monkeypatch.setattr(boundary, "why_no_bwrap", lambda: "no luck")
    assert boundary.choose() == "process"
    for wanted, required in (("bwrap", False), ("auto", True)):
        with pytest.raises(boundary.Unavailable, match="no luck"):
            boundary.choose(wanted, required)


def test_bubblewrap_is_tried_before_it_is_trusted(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "install" in boundary.why_no_bwrap.__wrapped__()
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    assert boundary.why_no_bwrap.__wrapped__() == "bwrap: No permissions to create new namespace"


def test_a_library_path_does_not_open_the_home(monkeypatch, tmp_path):
    (tmp_path / "cuda").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{tmp_path}:{ROOT}:/tmp:/:relative:{tmp_path}/cuda")
    command = boundary.behind_bwrap("interpreter", tmp_path)
    bound = {command[at + 1] for at, word in enumerate(command) if word.startswith("--ro-bind")}
    assert f"{tmp_path}/cuda" in bound
    assert not bound & {str(tmp_path), str(ROOT), "/tmp", "/", "relative"}


def test_a_compiler_elsewhere_can_be_read(monkeypatch, tmp_path):
    compiler = tmp_path / "toolchain" / "bin" / "cc"
    compiler.parent.mkdir(parents=True)
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setattr(boundary, "_is_too_much", lambda path: False)  # temporary files are
    command = boundary.behind_bwrap("interpreter", tmp_path)
    assert command[command.index(str(tmp_path / "toolchain")) - 1] == "--ro-bind-try"
    assert "/etc" not in command  # where a system keeps its choice of compiler


def test_the_environment_is_an_allow_list(monkeypatch, tmp_path):
    for name in ("ANTHROPIC_API_KEY", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, SECRET)
    found = boundary.environment("process", tmp_path)
    assert SECRET not in found.values()
    assert found["HOME"] == found["TMPDIR"] == str(tmp_path)
    assert found["CUDA_VISIBLE_DEVICES"] == ""
    assert SECRET in boundary.environment("process", tmp_path, ALL - {"environment"}).values()


def test_limits_of_each_mode():
    assert "RLIMIT_DATA" in boundary.resource_limits("interpreter")
    assert "RLIMIT_DATA" not in boundary.resource_limits("cuda")
    assert set(boundary.resource_limits("c")) == {"RLIMIT_CORE"}
    assert set(boundary.resource_limits("cuda", ALL - {"limits"})) == {"RLIMIT_CORE"}


def test_the_page_names_what_shows_it():
    lines = (ROOT / "docs" / "boundary.md").read_text().splitlines()
    shown = [line.split("|")[4] for line in lines if line.startswith("| ") and "---" not in line][1:]
    words = {word.strip(" `") for cell in shown for word in cell.split(",")} - {"no test"}
    text = "".join(file.read_text() for file in (ROOT / "tests").glob("unit/**/*.py"))
    exploits = {file.stem for file in (ROOT / "tests" / "exploits" / "process").glob("*.py")}
    assert len(words) > 30
    assert {word for word in words - exploits if f"def {word}(" not in text and f'"{word}": ' not in text} == set()
