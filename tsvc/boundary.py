"""The boundary around a child: what it sees, what it reaches, and how much it may use.

bwrap     namespaces by bubblewrap: no network, no other processes, a read-only view of the libraries alone
process   where the system does not allow that: a session of its own, an environment of its own, resource limits

What each of them prevents, and what it does not: docs/boundary.md.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from clib.build import ROOT
from tsvc.gates import ALL

KINDS = ("bwrap", "process")

#: Bytes that a child and all that it started may hold in memory.
MEMORY = 8 << 30
#: Threads, of all its processes together.
THREADS = 128
#: Bytes of one file, and of all files together under bwrap.
FILE_SIZE, DISK = 64 << 20, 512 << 20
#: Bytes printed in the course of one request.
OUTPUT = 16 << 20
#: Descriptors that a process of it may have open.
OPEN_FILES = 1024

#: What a child may see of our environment; everything else, keys and tokens included, stays here.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "VIRTUAL_ENV", "CC")
#: Where a child behind bwrap has its own directory.
_INSIDE = "/tmp"
_LIBRARIES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
#: The linker's and the C compiler's settings; Triton builds its launchers with cc.
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
_PACKAGES = ("numpy", "torch", "triton")


class Unavailable(Exception):
    """The boundary that was asked for cannot be had here; the message says what is missing."""


def choose(wanted: str = "auto", required: bool = False) -> str:
    """The boundary to use, one of KINDS.

    wanted: "auto" (bwrap where it works), or one of KINDS; required: nothing weaker than bwrap will do.
    Raises Unavailable.
    """
    if wanted == "process":
        if required:
            raise Unavailable("a sandbox is required, and --sandbox=process is none")
        return "process"
    if not (missing := why_no_bwrap()):
        return "bwrap"
    if wanted == "bwrap" or required:
        raise Unavailable(f"bubblewrap cannot be used here: {missing}")
    return "process"


def describe(kind: str) -> str:
    """One of KINDS in words, for a run's header."""
    if kind == "bwrap":
        return "bwrap: no network, no other processes, libraries alone to read"
    return f"process: limits alone, kernels have your rights (bubblewrap: {why_no_bwrap() or 'not asked for'})"


@lru_cache
def why_no_bwrap() -> str:
    """Nothing ("") where bubblewrap works, found out by running Python behind it; else what is missing."""
    if sys.platform != "linux":
        return "it needs Linux"
    if not shutil.which("bwrap"):
        return "there is no bwrap command (install the package bubblewrap)"
    command = [*behind_bwrap("interpreter", Path(_INSIDE)), sys.executable, "-P", "-c", "import tsvc.child"]
    try:
        done = subprocess.run(
            command, env=environment("bwrap", Path(_INSIDE)), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    words = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else f"{words[-1] if words else f'exit status {done.returncode}'}"


#: Modes of a child in which nothing runs but what is our own.
OWN = ("c", "cpu")


def behind_bwrap(mode: str, folder: Path, gates: frozenset[str] = ALL) -> list[str]:
    """The bwrap command to put before a child's own.

    mode: a child's mode; with "cuda" the GPU's devices are let in. folder: the child's folder outside, which it sees
    only when the filesystem gate is off.
    """
    command = ["bwrap", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--unshare-user", "--uid", "65534", "--gid", "65534"]  # nobody; root outside is no root inside
    command += ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--unshare-pid"] if "processes" in gates else []
    command += ["--unshare-net"] if "network" in gates else []
    if "filesystem" not in gates:
        return [*command, "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc", "--chdir", str(folder)]
    command += ["--size", str(DISK), "--tmpfs", _INSIDE]
    for path in _LIBRARIES:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            command += ["--ro-bind", path, path]
    for path in (*_SETTINGS, *_readable()):
        command += ["--ro-bind-try", path, path]
    command += ["--proc", "/proc", "--dev", "/dev"]
    if mode == "cuda":
        command += ["--ro-bind", "/sys", "/sys"]
        for device in sorted(Path("/dev").glob("nvidia*")):
            command += ["--dev-bind", str(device), str(device)]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", _INSIDE]


def _readable() -> list[str]:
    """What a child needs beside the system's libraries: Python, its packages, our own modules, a CUDA of the user's."""
    paths = [sys.base_prefix, sys.prefix, *_links(sys.executable), str(ROOT / "tsvc")]
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):  # Triton builds its launchers with one of them
        links = [Path(link) for link in _links(shutil.which(name) or "")] if name else []
        paths += [str(link.parents[1]) for link in links if link.parent.name == "bin"]
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            paths.append(str(Path(spec.origin).parents[1]))
    listed = [os.environ.get("LD_LIBRARY_PATH", ""), *(os.environ.get(name, "") for name in ("CUDA_HOME", "CUDA_PATH"))]
    paths += [path for entry in listed for path in entry.split(os.pathsep) if path]
    paths += [os.path.realpath(path) for path in paths]
    return list(_outermost(path for path in dict.fromkeys(paths) if not _is_too_much(path)))


def _links(path: str) -> Iterable[str]:
    """A path and, where it is a symbolic link, what it names in turn."""
    for _ in range(40):
        yield path
        if not os.path.islink(path):
            return
        path = os.path.join(os.path.dirname(path), os.readlink(path))


def _outermost(paths: Iterable[str]) -> Iterable[str]:
    """Without those that lie in another one, or in the system's libraries."""
    kept = [Path(path) for path in _LIBRARIES]
    for path in sorted(map(Path, paths), key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
            yield str(path)


def _is_too_much(path: str) -> bool:
    """Whether a directory would show more than libraries: the user's home, the checkout, all temporary files."""
    secret = (Path.home(), ROOT, Path("/tmp"))
    return not os.path.isabs(path) or any(kept.is_relative_to(path) for kept in secret)


def environment(kind: str, folder: Path, gates: frozenset[str] = ALL, cuda_visible: str = "") -> dict[str, str]:
    """A child's environment: an allow-list of ours, and its own directory wherever programs look for one.

    folder: the child's folder; TSVC_CHILD names it, so that what the child leaves behind can be found.
    """
    allowed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    own = _INSIDE if kind == "bwrap" and "filesystem" in gates else str(folder)
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return (allowed if "environment" in gates else dict(os.environ)) | {
        "HOME": own,
        "TMPDIR": own,
        "TRITON_CACHE_DIR": f"{own}/triton",  # a cache that others use too could be poisoned
        "TSVC_CHILD": str(folder),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": cuda_visible,
    }


def resource_limits(mode: str, gates: frozenset[str] = ALL) -> dict[str, int]:
    """A child's limits by the names of the module resource, for it to set before it reads a kernel.

    Memory is limited by what is written to (DATA), not by addresses; CUDA reserves more addresses than there is memory
    and is watched alone.
    """
    limits = {"RLIMIT_CORE": 0}
    if "limits" in gates and mode not in OWN:
        limits |= {"RLIMIT_FSIZE": FILE_SIZE, "RLIMIT_NOFILE": OPEN_FILES}
        limits |= {} if mode == "cuda" else {"RLIMIT_DATA": MEMORY}
    return limits
