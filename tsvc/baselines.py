"""What else a user might run the loop with: clang, all cores with OpenMP or numba, torch.compile of the array form.

Each is optional: one that is not installed, or that a loop has no text for, is left out with the reason; one whose
answer is not C's is never timed, and the record says so. The texts come from outside (analyses.baselines).
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import statistics
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from clib.build import BuildError, build, build_text, cache_dir, compiler_version, processor
from tsvc.cpu import compile_side_by_side
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.fast import fast_text, timed_text
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Kernel
from tsvc.lease import visible_gpus
from tsvc.loops import Loop
from tsvc.plain import Plain
from tsvc.quick import time_quickly
from tsvc.verdicts import HarnessError, Hung, KernelFailure

#: By the order of the report: what runs on the processor, then what runs on the GPU.
ON_CPU, ON_GPU = ("clang", "openmp", "numba"), ("torch",)
NAMES = (*ON_CPU, *ON_GPU)
#: What their figures stand for.
LABELS = {
    "clang": "C on one core, clang with the flags of the fast build",
    "openmp": "C on all cores, OpenMP where the analyses prove a parallel loop or a reduction",
    "numba": "numba, fastmath, all cores where the analyses prove a parallel loop or a sum",
    "torch": "torch.compile of the array form, on the GPU by graph replay",
}
WARMUPS, CALLS, LIMIT = 10, 50, 20.0
#: Seconds for the calls that are sampled, one at least; a first call alone may take LIMIT.
SAMPLING = 1.0
#: Seconds that numba may compile for, and any other child may take besides its calls.
COMPILING, BESIDES = 40.0, 5.0

#: (text, reason why there is none) of a baseline for a case.
TextOf = Callable[[str, Case], tuple[str, str]]


class Left(Exception):
    """A baseline that is left out; the message is the reason."""


def chosen(option: str) -> tuple[str, ...]:
    """The baselines that an option names: a comma between names, or "all". Raises ValueError for another name."""
    wanted = [name.strip() for name in option.split(",") if name.strip()]
    if "all" in wanted:
        return NAMES
    if unknown := sorted(set(wanted) - set(NAMES)):
        raise ValueError(f"{', '.join(unknown)}: no such baseline; choose from {', '.join(NAMES)}, all")
    return tuple(name for name in NAMES if name in wanted)


@cache
def why_missing(name: str) -> str:
    """Why a baseline cannot run on this machine; "" where it can."""
    if name == "clang":
        if not shutil.which("clang"):
            return "clang is not installed"
        return "the C compiler is clang already" if "clang" in compiler_version() else ""
    if name == "openmp":
        try:
            build_text(
                "#include <omp.h>\nint tsvc_threads(void) { return omp_get_max_threads(); }", "openmp", "threads"
            )
        except BuildError:
            return "the C compiler has no OpenMP"
        return ""
    if name == "torch":
        return "" if visible_gpus() else "no GPU"
    return "" if importlib.util.find_spec(name) else f"{name} is not installed"


@dataclass(frozen=True)
class Found:
    """What the baselines of one loop came to.

    seconds: name -> median of a call. left: name -> why there is none.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)

    def facts(self, c_us: float, device_us: float) -> dict:
        """What the record holds of them, beside C on one core and the kernel's time; microseconds."""
        us = {name: seconds * 1e6 for name, seconds in self.seconds.items()}
        best = min({"C": c_us, **us}.items(), key=lambda pair: pair[1])
        found = {"baselines": us, "best_baseline": best[0], "speedup_best": best[1] / device_us}
        return {**found, "baselines_left": dict(self.left)} if self.left else found


class Baselines:
    """Times the chosen baselines. Each kind has a process of its own: spinning threads of one would slow another.

    text_of: gives the text of one for a case, or why there is none.
    """

    def __init__(self, names: tuple[str, ...], text_of: TextOf):
        self.names, self.text_of = names, text_of
        self._devices: dict[str, Device] = {}

    def build_ahead(self, cases: Iterable[Case], names: tuple[str, ...] = NAMES) -> None:
        """Compile what they need for these cases side by side, on all cores, before a clock runs.

        names: only these. What does not compile is left to whoever asks for it.
        """
        wanted = [name for name in self.names if name in names and name != "torch" and not why_missing(name)]
        texts = [(name, case, *self.text_of(name, case)) for case in cases for name in wanted]
        jobs = [(name, case, text) for name, case, text, reason in texts if not reason]

        def one(job: tuple) -> None:
            with contextlib.suppress(HarnessError):
                library(*job)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(one, [job for job in jobs if job[0] != "numba"]))
        compile_side_by_side([module(case.loop, text) for name, case, text in jobs if name == "numba"])

    def time(self, case: Case, calls: int = CALLS, limit: float = LIMIT) -> Found:
        """Check and time each on a case's data."""
        seconds, left = {}, {}
        plain: list[Plain] = []
        for name in self.names:
            try:
                seconds[name] = self._one(name, case, plain, calls, limit)
            except Left as reason:
                left[name] = str(reason)
        return Found(seconds, left)

    def time_one(self, name: str, case: Case, calls: int = CALLS, limit: float = LIMIT) -> float:
        """Median seconds of one baseline. Raises Left."""
        return self._one(name, case, [], calls, limit)

    def _one(self, name: str, case: Case, plain: list[Plain], calls: int, limit: float) -> float:
        if reason := why_missing(name):
            raise Left(reason)
        text, reason = self.text_of(name, case)
        if reason:
            raise Left(reason)
        if name == "torch":
            return self._torch(case, text, calls, limit)
        if not plain:
            plain.append(Plain.of(case, case.arrays()))
        return self._on_cpu(name, plain[0], text, calls, limit)

    def _device(self, name: str) -> Device:
        if name not in self._devices:
            own = name in ON_CPU
            self._devices[name] = Device("cpu") if own else Device("cuda", sandbox="process", gates=ALL - {"limits"})
        return self._devices[name]

    def _on_cpu(self, name: str, plain: Plain, text: str, calls: int, limit: float) -> float:
        case, loop = plain.case, plain.case.loop
        header: dict = {
            "op": "time_numba" if name == "numba" else "time_library",
            "loop": loop.name,
            "signature": list(loop.signature),
            "scalars": {"n": case.n, "m": case.m, **arguments(loop, case.n, case.m, case.params)},
            "restored": [array.name for array in loop.outputs],
            "limit": limit,
        }
        code = module(loop, text) if name == "numba" else library(name, case, text)
        header["module" if name == "numba" else "library"] = str(code)
        device, more = self._device(name), COMPILING if name == "numba" else BESIDES
        try:
            first = {**header, "warmups": 0, "calls": 1, "left": True}
            answer, got = device.request(first, plain.sent, timeout=1.1 * limit + more)
            result = got.pop("result", np.zeros(1))
            if difference := plain.difference(got, float(result[0]) if loop.result else None):
                raise Left(f"WRONG: {difference}")
            header["limit"] = min(limit, SAMPLING)
            warmups = min(WARMUPS, int(header["limit"] / max(answer["samples"][0], 1e-9)))
            answer, _ = device.request(
                {**header, "warmups": warmups, "calls": calls, "left": False}, plain.sent, timeout=4 * limit + more
            )
        except Hung:
            raise Left(f"takes longer than {limit:g} s") from None
        except KernelFailure as failure:
            raise Left(f"{failure.word}: {failure}".split("\n")[0][:300]) from None
        return statistics.median(answer["samples"])

    def _torch(self, case: Case, text: str, calls: int, limit: float) -> float:
        kernel = Kernel(case.loop, Path("torch.compile"), text)
        try:
            timing = time_quickly(kernel, self._device("torch"), case, ALL - {"quiescence"}, calls, limit)
        except KernelFailure as failure:
            raise Left(f"{failure.word}: {failure}".split("\n")[0][:300]) from None
        if timing.method != "graph":
            raise Left("cannot be captured in a graph")
        return timing.median

    def close(self) -> None:
        for device in self._devices.values():
            device.close()


def library(name: str, case: Case, text: str) -> Path:
    """The library of a compiled baseline, NAME_timed in it. Raises HarnessError when it does not compile."""
    loop = case.loop
    try:
        if name == "clang":
            return build(loop.path, "fast", *fast_text(loop.path, case.n, case.m), command=["clang"])
        return build_text(timed_text(loop.function, text), f"{loop.name}-openmp", "threads")
    except BuildError as error:
        raise HarnessError(f"{loop.name}: the {name} baseline does not compile: {error}") from None


def module(loop: Loop, text: str) -> Path:
    """The file of a numba text. Beside it stands what compiles it ahead: the dtype and dimensions of each argument."""
    kinds = {array.name: (np.dtype(array.numpy_type()).name, len(array.extents)) for array in loop.arrays}
    numbers = {"real": ("float32", 0)}
    arguments = [kinds[name] if kind == "array" else numbers.get(kind, ("int64", 0)) for name, kind in loop.signature]
    folder = cache_dir() / "numba"
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256("\0".join([text, processor()]).encode()).hexdigest()[:20]
    path = folder / f"{loop.name}_{key}.py"
    for file, content in ((path.with_suffix(".json"), json.dumps([loop.name, arguments])), (path, text)):
        if not file.exists():
            temporary = file.with_suffix(f".{os.getpid()}")
            temporary.write_text(content)
            temporary.replace(file)
    return path
