"""What judging costs: the CPU time of the judge over that of Triton's own interpreter, which calls each kernel once.

    PYTHONPATH=. python tests/unit/judging_cost.py [LOOP ...]

Both go through the fixed cases of each loop (default: all). The plain run draws the same data, calls the kernel once
in an interpreter in which nothing was changed, and compares with the strict build. The judge does all that it does in
the suite: orders, gates, ablation, several runs of C. Imports and compiling C are left out of both.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tsvc.cases import fixed, sizes
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.inputs import Case
from tsvc.judge import Judge
from tsvc.kernel import BUNDLED
from tsvc.loops import LOOPS
from tsvc.reference import run


def plain_seconds(name: str) -> float:
    """CPU seconds of a plain run over a loop's cases, in this process, which has TRITON_INTERPRET set."""
    import importlib.util
    import inspect

    import torch

    spec = importlib.util.spec_from_file_location(name, BUNDLED / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function, loop = getattr(module, name), LOOPS[name]
    wanted = inspect.signature(function).parameters
    cases = fixed(loop, sizes(loop, False))
    _call(function, wanted, cases[0])  # C is compiled, and Triton has read its own sources
    start = time.process_time()
    for case in cases:
        _call(function, wanted, case)
    assert torch.get_num_threads() == 1
    return time.process_time() - start


def _call(function, wanted, case: Case) -> bool:
    import torch

    scalars = {"n": case.n, "m": case.m, **arguments(case.loop, case.n, case.m, case.params)}
    arrays, expected = case.arrays(), case.arrays()
    tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
    given = {**scalars, **tensors, "flat": tensors.get("flat")}
    function(**{key: given[key] for key in wanted if key in given}, **_device(wanted))
    run(case.loop, expected, n=case.n, m=case.m, params=case.params)
    return all(np.allclose(arrays[key], expected[key], equal_nan=True) for key in arrays)


def _device(wanted) -> dict:
    return {"device": "cpu"} if "device" in wanted else {}


def judged_seconds(name: str, device: Device) -> float:
    """CPU seconds of the judge over the same cases, its child's included."""
    judge = Judge(LOOPS[name], device, trust_record=True)
    cases = fixed(judge.loop, sizes(judge.loop, False))
    judge.check(cases[0])
    start = time.process_time() + _of_child(device)
    for case in cases:
        judge.check(case)
    return time.process_time() + _of_child(device) - start


def _of_child(device: Device) -> float:
    """CPU seconds so far of the processes that a device has started."""
    assert device.process is not None
    ticks, pids = 0, [device.process.pid]
    while pids:
        pid = pids.pop()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    if sys.argv[1:2] == ["--plain"]:
        for name in sys.argv[2:]:
            print(name, plain_seconds(name), flush=True)
        return
    names = sys.argv[1:] or list(LOOPS)
    environment = {**os.environ, "TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--plain", *names]
    device, plain, judged = Device("interpreter"), 0.0, 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            name, seconds = line.split()
            ours = judged_seconds(name, device)
            plain, judged = plain + float(seconds), judged + ours
            print(
                f"{name:6} plain {float(seconds):6.2f} s, judged {ours:6.2f} s, {ours / float(seconds):5.2f}x",
                flush=True,
            )
    device.close()
    print(f"{len(names)} loops: plain {plain:.1f} s, judged {judged:.1f} s, {judged / plain:.2f}x")


if __name__ == "__main__":
    main()
