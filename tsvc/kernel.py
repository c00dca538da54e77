"""A kernel: one Python file and its record."""

import atexit
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from clib.build import ROOT
from tsvc.child import GUARD
from tsvc.device import Device
from tsvc.domain import arguments, extents
from tsvc.gates import ALL
from tsvc.layout import find_kernel
from tsvc.lease import visible_gpus
from tsvc.loops import LOOPS, Loop
from tsvc.verdicts import Crashed, Damaged, Missing, Stale, Wrong

BUNDLED = ROOT / "kernels_cache"


@dataclass(frozen=True)
class Kernel:
    """A kernel file as it was read, with what its record says.

    record: {} when there is none; else loop, origin, source_sha256 (of the C text it was written for),
        kernel_sha256 and verified (what it was verified on); slower_because where someone wrote it.
    """

    loop: Loop
    path: Path
    text: str
    record: dict = field(default_factory=dict)

    def __repr__(self) -> str:
        return str(self.path)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def origin(self) -> str:
        """Who wrote it: "bundled", a model's name, or "unknown" without a record."""
        return self.record.get("origin", "unknown")

    @property
    def slower_because(self) -> str | None:
        """Why C on one core may be faster, as the record says; None where it says nothing."""
        return self.record.get("slower_because")

    @classmethod
    def load(cls, loop: Loop | str, directory: Path | str | None = None, trust_record: bool = False) -> "Kernel":
        """Read a loop's kernel from a directory (the bundled set by default), laid out in any way of tsvc.layout.

        trust_record: accept a record of another C source or kernel text (the caller is about to renew it).
        Raises KeyError for an unknown loop, Missing, Damaged or Stale.
        """
        loop = LOOPS[loop] if isinstance(loop, str) else loop
        folder = Path(directory or BUNDLED)
        path = find_kernel(loop.name, folder)
        if path is None:
            raise Missing(f"no kernel for {loop.name}: {folder / loop.name}.py does not exist")
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise Damaged(f"{path} cannot be read: {error}") from None
        if not text.strip():
            raise Damaged(f"{path} is empty")
        kernel = cls(loop, path, text, _read_record(path.with_suffix(".json")) if path.stem == loop.name else {})
        if kernel.record and not trust_record:
            kernel._check_record()
        return kernel

    def _check_record(self) -> None:
        replay = f"pytest --loop {self.loop.name} --record judges the file as it is and renews its record"
        if self.record["loop"] != self.loop.name:
            raise Damaged(f"the record of {self.path} is one of {self.record['loop']}\n  {replay}")
        if self.record["kernel_sha256"] != self.sha256:
            raise Damaged(f"{self.path} is not the file that its record describes\n  {replay}")
        if self.record["source_sha256"] != self.loop.source_sha256:
            raise Stale(f"{self.path} was written for another C source of {self.loop.name}\n  {replay}")

    def run(self, arrays: dict, n: int = 1, m: int = 1, params: dict | None = None):
        """Call the kernel once on this machine's device, through the child, changing numpy arrays in place.

        Takes and returns what tsvc.reference.run does. Raises KernelFailure: what became of the kernel.
        """
        values = arguments(self.loop, n, m, params)
        own: dict[str, np.ndarray] = {
            array.name: np.ascontiguousarray(arrays[array.name], array.numpy_type()).reshape(extents(array, n, m))
            for array in self.loop.arrays
        }
        answer = call(default_device(), self, own, n, m, values)
        for array in self.loop.arrays:
            arrays[array.name][...] = answer.arrays[array.name].reshape(arrays[array.name].shape)
        if self.loop.result and answer.result is None:
            raise Wrong("returned no one-element tensor for the loop's scalar result")
        if answer.result is None or self.loop.result is None:
            return None
        return int(answer.result) if self.loop.result == "int" else float(answer.result)


@dataclass(frozen=True)
class Answer:
    """What one call left behind.

    arrays: exact extents; buffers: the same with their guard zones; result: float64 or int64 number, or None.
    header: what the child observed (launches, reordered).
    """

    arrays: dict[str, np.ndarray]
    buffers: dict[str, np.ndarray]
    result: np.number | None
    header: dict


def request_for(kernel: Kernel, n: int, m: int, params: dict, **more) -> dict:
    """The part of a request that names a kernel and its call."""
    return {
        "loop": kernel.loop.name,
        "text": kernel.text,
        "sha256": kernel.sha256,
        "n": n,
        "m": m,
        "sizes": list(kernel.loop.sizes),
        "params": params,
        "inputs": [array.name for array in kernel.loop.arrays if not array.is_written],
        **more,
    }


def call(device: Device, kernel: Kernel, arrays: dict, n: int, m: int, params: dict, **options) -> Answer:
    """Run a kernel once in a device's child.

    options: order and seed of the programs in the interpreter (the seed also draws guard zones and poison), and the
        names of the gates in force.
    Raises KernelFailure.
    """
    header = request_for(
        kernel, n, m, params, op="run", **{"order": "natural", "seed": 0, "gates": sorted(ALL), **options}
    )
    header, buffers = device.request(header, arrays)
    result = buffers.pop("result", None)
    for name, array in arrays.items():
        if name not in buffers or buffers[name].dtype != array.dtype or buffers[name].size != array.size + 2 * GUARD:
            raise Crashed(f"the process did not answer with array {name} as it was sent")
    exact = {name: buffers[name][GUARD:-GUARD].reshape(array.shape) for name, array in arrays.items()}
    return Answer(exact, buffers, None if result is None or result.size != 1 else result.reshape(())[()], header)


@lru_cache
def default_device() -> Device:
    """This machine's device: its GPU if there is one, else the interpreter."""
    device = Device("cuda" if visible_gpus() else "interpreter")
    atexit.register(device.close)
    return device


def _read_record(path: Path) -> dict:
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from None
    missing = {"loop", "origin", "source_sha256", "kernel_sha256"} - set(record if isinstance(record, dict) else ())
    if missing:
        raise Damaged(f"{path} lacks {', '.join(sorted(missing))}")
    return record
