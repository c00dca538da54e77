"""Processes that a child has started: found in /proc, counted, and ended. Where there is no /proc, none are found."""

import contextlib
import os
import signal
import time
from pathlib import Path

_PROC = Path("/proc")


def family(root: int, marker: str | None = None) -> list[int]:
    """The living processes that descend from `root` or are of its session, itself included.

    marker: also those in whose first environment this NAME=VALUE stands. A process that has left the session, lost
    its parents and replaced its environment is not found.
    """
    parents, found = {}, set()
    for pid in _all_processes():
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"{_PROC}/{pid}/stat", "rb", buffering=0) as file:
                state, parent, _, session = file.read().rpartition(b")")[2].split(maxsplit=4)[:4]
            if state in b"ZX":
                continue
            parents[pid] = int(parent)
            if pid == root or int(session) == root or (marker and _has_marker(pid, marker)):
                found.add(pid)
    grew = True
    while grew:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        grew = bool(children)
    return sorted(found)


def threads(pids: list[int]) -> int:
    """The threads of these processes, one each at least."""
    return sum(_sum(pid, "status", ("Threads",)) for pid in pids)


def memory(pids: list[int], enough: int = 0) -> int:
    """Bytes that these processes hold together, without pages of files; no exact figure up to `enough`.

    What processes share since they were forked counts once; to find that out takes the system longer.
    """
    most = sum(_sum(pid, "status", ("RssAnon", "RssShmem")) << 10 for pid in pids)
    if most <= enough:
        return most
    return sum(_sum(pid, "smaps_rollup", ("Pss_Anon", "Pss_Shmem")) << 10 for pid in pids)


def end_family(root: int, marker: str | None = None, limit: float = 5.0) -> list[int]:
    """Kill what `family` finds until it finds none; returns who is left after `limit` seconds."""
    deadline = time.monotonic() + limit
    while pids := family(root, marker):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return pids
        time.sleep(0.002)
    return []


def _sum(pid: int, file: str, names: tuple[str, ...]) -> int:
    """The sum of some lines of a file of /proc/PID; of a process that has ended 0."""
    try:
        lines = (_PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.partition(":")[0] in names)


def _all_processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir(_PROC) if name.isdigit()]
    except OSError:
        return []


def _has_marker(pid: int, marker: str) -> bool:
    try:
        return marker.encode() in (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
