"""The child that times what runs on the processor beside the fast build: other compilers' code, all cores, numba.

Mode "cpu" of tsvc.child. As in mode "c", inputs are restored before each call and the clock runs around the call alone;
what the last call left is answered, so that it can be compared with C.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from clib.build import ROOT
from tsvc.child import _c_values, _side_by_side


def cores() -> int:
    """The cores that this process may use: its affinity, or what its control group grants where that is less."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError):  # none, "max", or another kind of control groups
        return allowed


class OnCpu:
    """Times a compiled function or a numba one, on as many cores as it takes."""

    def __init__(self) -> None:
        # Read when the OpenMP library is loaded. Threads stay where they are, and wait a little before they sleep.
        os.environ |= {"OMP_NUM_THREADS": str(cores()), "OMP_PROC_BIND": "true", "NUMBA_NUM_THREADS": str(cores())}

    def describe(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        return {"status": "ok", "cores": cores()}, {}

    def time_library(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """NAME_timed of a library (tsvc.fast)."""
        own = _side_by_side(arrays)
        library = ctypes.CDLL(request["library"])
        function = getattr(library, f"{request['loop']}_timed")
        restored = request["restored"]
        pointers, sizes = ctypes.c_void_p * len(restored), ctypes.c_int64 * len(restored)
        samples = (ctypes.c_int64 * request["calls"])()
        done = function(
            *_c_values(request, own),
            ctypes.c_int(len(restored)),
            pointers(*(own[name].ctypes.data for name in restored)),
            pointers(*(arrays[name].ctypes.data for name in restored)),
            sizes(*(arrays[name].nbytes for name in restored)),
            ctypes.c_int(request["warmups"]),
            ctypes.c_int(request["calls"]),
            ctypes.c_int64(int(request["limit"] * 1e9)),
            samples,
        )
        result = ctypes.c_double.in_dll(library, "tsvc_sink").value
        return _answer([sample * 1e-9 for sample in samples[:done]], own, result, request)

    def time_numba(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """The loop's function in a module, compiled by a first call outside the clock."""
        function, own = _function(Path(request["module"]), request["loop"]), _side_by_side(arrays)
        given = [
            own[name]
            if kind == "array"
            else np.float32(request["scalars"][name])
            if kind == "real"
            else int(request["scalars"][name])
            for name, kind in request["signature"]
        ]
        samples: list[float] = []
        start = 0.0
        for call in range(-1 - request["warmups"], request["calls"]):
            for name in request["restored"]:
                own[name][...] = arrays[name]
            before = time.perf_counter()
            result = function(*given)
            after = time.perf_counter()
            start = start or after  # compiled by now
            if call >= 0:
                samples.append(after - before)
            if samples and after - start > request["limit"]:
                break
        return _answer(samples, own, result, request)


def _answer(samples: list[float], own: dict, result, request: dict) -> tuple[dict, dict]:
    if not request["left"]:
        return {"status": "ok", "samples": samples}, {}
    left = {name: np.ascontiguousarray(array) for name, array in own.items()}
    number = np.array([0.0 if result is None else float(result)])
    return {"status": "ok", "samples": samples}, {**left, "result": number}


def _function(path: Path, name: str):
    """A function of a module's file; numba keeps what it compiles beside the file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # numba looks it up by its name
    spec.loader.exec_module(module)
    return getattr(module, name)


def compile_side_by_side(modules: list[Path]) -> None:
    """Compile numba modules ahead, in as many processes as there are cores; what fails is left to the first call."""
    count = min(cores(), len(modules))
    command = [sys.executable, "-m", "tsvc.cpu"]
    # One process compiles; what is left in the folder does not depend on how many threads will run it.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": str(cores())}
    running = [
        subprocess.Popen([*command, *map(str, modules[k::count])], env=environment, stderr=subprocess.DEVNULL)
        for k in range(count)
    ]
    for one in running:
        one.wait()


def compile_ahead(path: Path) -> None:
    """Compile the function of one module for the arguments that its .json names: its name, and dtype and dimensions."""
    name, arguments = json.loads(path.with_suffix(".json").read_text())
    function = _function(path, name)
    given = [np.zeros((1,) * rank, dtype) if rank else np.dtype(dtype).type(1) for dtype, rank in arguments]
    import numba

    function.compile(tuple(numba.typeof(one) for one in given))


if __name__ == "__main__":
    for file in sys.argv[1:]:
        with contextlib.suppress(Exception):
            compile_ahead(Path(file))
