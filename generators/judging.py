"""The judge that accepts or refuses candidates: the full one, in this process's own children."""

import re
import tempfile
import threading
from pathlib import Path

from tsvc.acceptance import accept
from tsvc.device import Device
from tsvc.judge import Judge
from tsvc.loops import Loop
from tsvc.machine import describe_machine
from tsvc.record import verification
from tsvc.verdicts import KernelFailure


class Interrupted(Exception):
    """Judging was ended from outside; nothing is known about the candidate."""


class FullJudge:
    """Judges one candidate at a time, from whichever thread: full_judge(loop, code) -> what it was verified on.

    mode: "interpreter" or "cuda". timeout: seconds for one call of a kernel. sandbox: as
    tsvc.device takes it. Raises KernelFailure, HarnessError, and
    Interrupted after close().
    """

    def __init__(self, mode: str, timeout: float, sandbox: str = "auto"):
        self._device, self._compiler = Device(mode, timeout, sandbox), Device("compile", sandbox=sandbox)
        self._lock = threading.Lock()
        self._is_closed = False

    def __call__(self, loop: Loop, code: str) -> dict:
        with self._lock, tempfile.TemporaryDirectory(prefix="tsvc-candidate-") as folder:
            if self._is_closed:
                raise Interrupted
            (Path(folder) / f"{loop.name}.py").write_text(code)
            try:
                found = accept(Judge(loop, self._device, Path(folder)), self._compiler)
            except KernelFailure as failure:
                if self._is_closed:  # its child was taken away: that is no verdict
                    raise Interrupted from None
                raise type(failure)(without_place(str(failure))) from None
            machine = describe_machine(found.device)
            return {machine.get("device", "unknown"): verification(found.cases, machine)}

    def close(self) -> None:
        """End the children, and with them what is being judged."""
        self._is_closed = True
        self._device.close()
        self._compiler.close()


def without_place(message: str) -> str:
    """A verdict without the lines that name a file which will be gone when someone reads them."""
    return re.sub(r"^  (kernel|replay)  .*\n?", "", message, flags=re.MULTILINE).rstrip("\n")
