"""The judge without a process of its own for kernels: what the gate own_process is there to prevent.

    python tests/unit/in_process.py LOOP DIRECTORY

prints the verdict on a kernel that ran beside its judge.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tsvc import child
from tsvc.device import _STATUS, Device
from tsvc.gates import ALL
from tsvc.verdicts import Crashed

#: The gate, and those that would catch its exploits as well, or call them on data that they would write past.
OTHERS = {"own_process", "blindness", "bare", "reach", "between", "far", "age"}


class InProcess(Device):
    """A device whose requests this very process answers."""

    def __init__(self) -> None:
        super().__init__("interpreter")
        os.environ["TRITON_INTERPRET"] = "1"
        self.runner = child._Interpreted()

    def request(self, header: dict, arrays: dict | None = None, timeout: float | None = None) -> tuple[dict, dict]:
        answer, results = child._answer(self.runner, header, arrays or {})
        if answer.get("status") != "ok":
            raise _STATUS.get(answer["status"], Crashed)(answer["message"])
        return answer, results


if __name__ == "__main__":
    from exploits import verdict

    directory = Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as own:
        os.chdir(own)  # a child writes the kernel's text where it runs
        print(
            "VERDICT",
            verdict(sys.argv[1], InProcess(), directory, ALL - OTHERS, "own_process"),
        )
