"""Which GPUs there are, without touching one, and one GPU for each process that asks."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

_DEVICES = Path("/dev")


@dataclass(frozen=True)
class Lease:
    """visible: the CUDA_VISIBLE_DEVICES entry of the leased GPU; held as long as `file` stays open."""

    visible: str
    file: IO | None = None


@lru_cache
def visible_gpus() -> tuple[str, ...]:
    """The GPUs this process may use, as CUDA_VISIBLE_DEVICES entries. Creates no CUDA context."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    present = sorted(path.name[len("nvidia") :] for path in _DEVICES.glob("nvidia[0-9]*"))
    if chosen is not None:
        wanted = [entry.strip() for entry in chosen.split(",") if entry.strip() not in ("", "-1")]
        return tuple(wanted) if present else ()
    # CUDA counts the GPUs it sees from 0, whatever their device files are called.
    return tuple(str(index) for index in range(len(present)))


@lru_cache
def lease_gpu() -> Lease:
    """One GPU for this process, the same at every call: the first that no other process holds, else a shared one.

    A lock on a file is the lease, so the system frees it when the process dies, and a replaced pytest worker
    takes over its predecessor's GPU.
    """
    gpus, folder = visible_gpus(), _folder()
    for gpu in gpus:
        file = open(folder / f"{gpu.replace('/', '_')}.lock", "w")  # noqa: SIM115 - held open on purpose
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return Lease(gpu, file)
        except OSError:
            file.close()
    return Lease(gpus[os.getpid() % len(gpus)] if gpus else "")


@contextlib.contextmanager
def clock_turn() -> Iterator[None]:
    """Inside, no other process of this user times on this process's GPU; waits until it is so. Not to be nested."""
    gpu = lease_gpu().visible
    with open(_folder() / f"{gpu.replace('/', '_')}.clock", "w") if gpu else contextlib.nullcontext() as file:
        if file:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"tsvc-gpu-leases-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    return folder
