"""The process that owns the device and runs kernels; nothing a kernel does here reaches the parent but bytes.

Started by tsvc.device as `python -m tsvc.child MODE REQUESTS ANSWERS LIMITS`: MODE is interpreter, cuda, compile, c
(which times the C reference) or cpu (tsvc.cpu), the next two are file descriptors, LIMITS is a JSON object of resource
limits. It never sees an expected value.
"""

import builtins
import collections
import contextlib
import ctypes
import gc
import importlib.util
import inspect
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import warnings
from dataclasses import fields
from pathlib import Path

import numpy as np

from tsvc.limits import Work

#: Modules of ours whose code a kernel has no reason to change.
_OBSERVERS = (
    "torch_calls",
    "kept",
    "interpreter",
    "interleaving",
    "pipelining",
    "launches",
    "blindness",
    "hints",
    "poison",
    "accesses",
    "races",
    "tree_order",
    "undefined",
    "shortcuts",
    "whereabouts",
    "integrity",
)
#: Elements of guard zone on each side of every array: more than the usual block.
GUARD = 4096
#: Elements of a page of memory, and how many behind one arrays begin, by turns: at a line of the cache or between two.
#: Always at a multiple of 16 bytes, which tensor descriptors ask for.
PAGE, _BEHIND_A_PAGE = 1024, (16, 0, 4, 0)
#: The generation of GPUs for which launches are recorded: what is asked of it every target can do.
_OLDEST = (8, 0)


class Unusable(Exception):
    """The kernel file cannot be called; `status` is the word for the parent."""

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status = status


def main() -> None:
    """Serve requests until the parent closes its end."""
    mode, requests, answers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    _behave(json.loads(sys.argv[4]))
    from tsvc import wire

    warnings.filterwarnings("ignore")
    if mode not in ("c", "cpu"):
        os.environ["TRITON_INTERPRET"] = "1" if mode == "interpreter" else "0"
        import torch

        torch.set_num_threads(1)
    kinds = {"interpreter": _Interpreted, "cuda": _OnGpu, "compile": _Compiled, "c": _TimedC, "cpu": _on_cpu}
    runner = kinds[mode]()
    gc.freeze()  # what was imported stays: to look through it again and again would take longer than most calls
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            request, arrays = wire.receive(requests)
            header, results = _answer(runner, request, arrays)
            if request["sealed"]:
                wire.send(answers, {"status": "done"})
                seal, _ = wire.receive(requests)  # the parent draws it now: the kernel could not find it
                header = {**header, "nonce": seal.get("nonce")}  # None where a kernel has asked for it before
            wire.send(answers, header, results)


def _answer(runner, request: dict, arrays: dict) -> tuple[dict, dict]:
    try:
        return getattr(runner, request["op"])(request, arrays)
    except Unusable as error:
        return {"status": error.status, "message": str(error)}, {}
    except BaseException as error:  # a kernel may raise anything, SystemExit and pytest's outcomes included
        return {"status": _status_of(error), "message": _describe(error)}, {}


def _status_of(error: BaseException) -> str:
    names = {kind.__name__ for kind in type(error).__mro__}
    text = str(error)
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return "exited"
    if names & {"MemoryError", "OutOfMemoryError"} or re.search("can(not|'t) allocate memory", text, re.IGNORECASE):
        return "out_of_memory"
    if names & {"CompilationError", "CompileTimeAssertionFailure", "UnsupportedLanguageConstruct", "SyntaxError"}:
        return "not_compiled"
    if names & {"OutOfResources", "PTXASError"} or "PassManager::run failed" in text:
        return "not_compiled"
    if re.search(r"illegal memory access|misaligned address|OutOfBoundsAccess", text):
        return "out_of_bounds"
    if names & {"AcceleratorError"} or "CUDA error" in text or "Triton Error [CUDA]" in text:
        return "crashed"
    return "raised"


def _describe(error: BaseException) -> str:
    """The exception in words, with the line of the kernel file that it came from."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).parent == Path.cwd():
            where = f"line {trace.tb_lineno}: "
        trace = trace.tb_next
    cause = error.__cause__
    detail = f" (from {type(cause).__name__}: {cause})" if cause is not None and str(cause) not in str(error) else ""
    return f"{where}{type(error).__name__}: {error}{detail}"[:8000]


def _stem(request: dict) -> str:
    """The name of the kernel's module."""
    return f"{request['loop']}_{request['sha256'][:12]}"


def _load(request: dict):
    """The kernel's function, from the source text that came with the request."""
    folder = Path.cwd()
    stem = _stem(request)
    path = folder / f"{stem}.py"
    if stem in sys.modules:
        module = sys.modules[stem]
    else:
        path.write_text(request["text"])
        spec = importlib.util.spec_from_file_location(stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[stem] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[stem]
            raise
    names = (request["loop"], f"{request['loop']}_triton")
    for name in names:
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    raise Unusable("bad_signature", f"the file defines no function {' or '.join(names)}")


def _bind(function, values: dict) -> dict:
    """The call's arguments by parameter name; parameters with a default may be unknown."""
    bound = {}
    for name, parameter in inspect.signature(function).parameters.items():
        several = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if name in values:
            bound[name] = values[name]
        elif several or parameter.default is not parameter.empty:
            continue
        elif (own := _spelt_otherwise(name, values)) is not None:
            bound[name] = values[own]
        else:
            known = ", ".join(values)
            raise Unusable("bad_signature", f"wants an argument {name!r}, which the loop does not have ({known})")
    return bound


def _spelt_otherwise(name: str, values: dict) -> str | None:
    """The one value that another benchmark's name stands for: by case, without its number (x for x0), or TSVC's own."""
    own = {"flat_2d_array": "flat"}.get(name, name).lower()
    found = [known for known in values if own in (known.lower(), known.lower().rstrip("0123456789"))]
    return found[0] if len(found) == 1 else None


def _scalars(request: dict) -> dict:
    sizes = {name: request[name] for name in request.get("sizes", ("n", "m"))}
    names = {"n": ("N", "n_elements", "LEN_1D", "len_1d"), "m": ("LEN_2D", "len_2d")}
    named = {name: size for own, size in sizes.items() for name in names[own]}
    if list(sizes) == ["m"]:  # the only size there is
        named |= {"n": sizes["m"], "N": sizes["m"]}
    return {**named, **sizes, **request["params"]}


class _OfTorch:
    """What the children that load torch share."""

    def describe(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        """Which machine this is."""
        import torch
        import triton

        return {"status": "ok", "torch": torch.__version__, "triton": triton.__version__, "device": "interpreter"}, {}


class _Runner(_OfTorch):
    """What both ways of running share: tensors with guard zones in, bytes out.

    launches: what counts them; bench: what times them, made before any kernel is read.
    """

    device = "cpu"

    def __init__(self, launches, clock):
        import torch

        from tsvc.gputime import Bench
        from tsvc.integrity import Integrity
        from tsvc.kept import Kept
        from tsvc.torch_calls import TorchCalls

        self.launches, self.bench = launches, Bench(clock)
        self.torch_calls = TorchCalls(lambda: launches.inside, launches.torch_wrote)
        self.kept = collections.defaultdict(Kept)  # by kernel: what one keeps says nothing of another
        ours = [sys.modules[f"tsvc.{name}"] for name in _OBSERVERS if f"tsvc.{name}" in sys.modules]
        self.integrity = Integrity([*ours, *self.of_triton(), builtins, np, np.random], [torch])

    def of_triton(self) -> list:
        """Modules of Triton by which launches are observed."""
        return []

    def run(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """Call the kernel once; answer its arrays with their guard zones. What is left of them afterwards is noise,
        unless the request says that it is kept.
        """
        kept = self.kept[_stem(request)]
        self.launches.kept = self.torch_calls.kept = kept
        before = kept.count
        header, answer = self._run(request, arrays)  # in a call of its own: what it alone holds is gone by now
        if "state" in request["gates"] and not request.get("keep"):
            kept.spoil(request["seed"], sys.modules.get(_stem(request)))
        return {**header, "kept": before}, answer

    def _run(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        import torch

        from tsvc.blindness import Blindness
        from tsvc.gputime import as_number

        with self.whereabouts(request):
            function = _load(request)
        is_bare = request.get("ablation") == "bare"
        seed = request["seed"] if "poison" in request["gates"] else None
        buffers, views = self.place(arrays, request, is_bare)
        blindness = Blindness(request["few"], self.synchronize) if request.get("ablation") == "blind" else None
        bound = _bind(
            function, {**_scalars(request), "device": next(iter(views.values()), self.empty()).device, **views}
        )
        if blindness:
            blindness.hide(views.values())
        watched = self.torch_calls.watching(blindness, seed, views.values())
        with torch.no_grad() if is_bare else watched:  # as they are that only compute
            result = self.call(function, bound, views, request, blindness)
        if blindness:
            self.synchronize()
            blindness.show()
        # Copies, while all that the kernel made is still there: what it does when that goes comes too late.
        answer = {name: buffer.to("cpu", copy=True).numpy() for name, buffer in buffers.items()}
        if is_bare:
            answer = {name: guarded(array, request["seed"]) for name, array in answer.items()}
        elif "inputs" in request["gates"]:
            self.require_inputs_unwritten({name: views[name] for name in request["inputs"] if name in views})
        torch_calls = {"torch": dict(self.torch_calls.elements), "torch_on_own": self.torch_calls.on_own}
        header = {"status": "ok", **({} if is_bare else torch_calls), **self.observed(arrays, views)}
        value = as_number(result)
        if value is not None:
            answer["result"] = value.cpu().numpy()
        return header, answer

    def synchronize(self) -> None:
        """Wait until the device is idle."""

    def whereabouts(self, request: dict) -> contextlib.AbstractContextManager:
        """While it is entered, a kernel that asks where it runs hears what it would on a GPU."""
        return contextlib.nullcontext()

    def empty(self):
        import torch

        return torch.empty(0, device=self.device)

    def require_inputs_unwritten(self, inputs: dict) -> None:
        """Raises Unusable for an input that a torch operator wrote to, whatever it wrote."""
        for name, tensor in inputs.items():
            if tensor.untyped_storage().data_ptr() in self.torch_calls.written:
                raise Unusable("clobbered", f"{name} is an input, and torch writes to it")

    def place(self, arrays: dict, request: dict, is_bare: bool = False) -> tuple[dict, dict]:
        """(whole buffers, exact views): each array between two guard zones of noise that changes with the seed.

        With every other seed arrays begin with a page of memory, and equal ones that are only read are one array; with
        one in four they begin off a line. In the interpreter arrays lie where those of the call before did.
        is_bare: both are tensors as anyone would make them instead.
        """
        import torch

        if is_bare:
            bare = {name: torch.from_numpy(array.copy()).to(self.device) for name, array in arrays.items()}
            return bare, bare
        buffers: dict = {}
        views: dict = {}
        turn = request["seed"] % 4 if "placement" in request["gates"] else 0
        for position, (name, array) in enumerate(arrays.items()):
            padded = torch.from_numpy(guarded(array, request["seed"] + position))
            room = self.allocate(position, len(padded) + 2 * PAGE, padded.dtype)
            start = -room.data_ptr() // room.element_size() % PAGE + _BEHIND_A_PAGE[turn]
            buffers[name] = room[start : start + len(padded)]
            buffers[name].copy_(padded)
            views[name] = buffers[name][GUARD : GUARD + array.size].view(array.shape)
            if turn % 2 and name in request["inputs"]:
                others = (other for other in request["inputs"] if other in views and _is_same(arrays[other], array))
                views[name] = views[next(others)]  # the first of its equals, which it may be itself
        return buffers, views

    def allocate(self, position: int, size: int, dtype):
        """Memory for the array at a position among a call's, with whatever it holds."""
        import torch

        return torch.empty(size, dtype=dtype, device=self.device)

    def call(self, function, bound: dict, views: dict, request: dict, blindness):
        raise NotImplementedError

    def time(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """Device and launch-included times of calls on fresh data; see tsvc.gputime."""
        function = _load(request)
        scalars = {**_scalars(request), "device": self.empty().device}
        return self.bench.measure(lambda views: function(**_bind(function, {**scalars, **views})), arrays, request), {}

    def age(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """Call the kernel so many times as anyone would, on the same data, and look at nothing that it does."""
        import torch

        function, end = _load(request), time.monotonic() + request["seconds"]
        scalars = {**_scalars(request), "device": self.empty().device}
        for _ in range(request["calls"]):
            if time.monotonic() > end:
                break
            views = {name: torch.from_numpy(array.copy()).to(self.device) for name, array in arrays.items()}
            function(**_bind(function, {**scalars, **views}))
        self.synchronize()
        return {"status": "ok"}, {}

    def floors(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        """What the device does at best; the parent asks for it before any kernel is read. See tsvc.floors."""
        from tsvc.floors import measure

        return {"status": "ok", "floors": measure(self.bench.clock, **{**self.scale(), **request.get("scale", {})})}, {}

    def scale(self) -> dict[str, int]:
        """The device's own figures among the arguments of tsvc.floors."""
        return {}

    def again(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        """Repeat what was timed, for the parent's clock."""
        self.bench.again(request["count"], request["by_call"])
        return {"status": "ok"}, {}

    def left(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        """What one timed call left."""
        return {"status": "ok"}, self.bench.left(request["index"], request["row"])

    def observed(self, before: dict, after: dict) -> dict:
        seen = {name: getattr(self.launches, name) for name in ("launches", "programs", "tampered")}
        return {**seen, "tampered": seen["tampered"] or self.integrity.broken}


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays hold the same elements, byte for byte."""
    return (one.shape, one.dtype) == (other.shape, other.dtype) and one.tobytes() == other.tobytes()


def guarded(array: np.ndarray, seed: int) -> np.ndarray:
    """The array flat, between two guard zones of noise; the same noise for the same seed and type."""
    noise = np.random.default_rng(seed).integers(1 << 30, 0x4F000000, 2 * GUARD, dtype=np.int32)
    noise = noise if array.dtype.kind == "i" else noise.view(np.float32)
    padded = np.empty(array.size + 2 * GUARD, array.dtype)
    padded[:GUARD], padded[-GUARD:] = noise[:GUARD], noise[GUARD:]
    padded[GUARD:-GUARD] = array.ravel()
    return padded


class _Interpreted(_Runner):
    """Triton's interpreter, observed."""

    def __init__(self) -> None:
        from tsvc.clocks import HostClock
        from tsvc.interpreter import Observer
        from tsvc.whereabouts import as_on_gpu

        self.observer, self.as_on_gpu = Observer(), as_on_gpu
        self.rooms: dict[int, np.ndarray] = {}
        super().__init__(self.observer, HostClock())

    def of_triton(self) -> list:
        from triton.runtime import interpreter

        return [interpreter, interpreter._interpreter]

    def allocate(self, position: int, size: int, dtype):
        import torch

        if position not in self.rooms or len(self.rooms[position]) < size:
            self.rooms[position] = np.empty(size, np.int32)
        return torch.from_numpy(self.rooms[position][:size]).view(dtype)  # a storage of its own for each call

    def whereabouts(self, request: dict) -> contextlib.AbstractContextManager:
        return self.as_on_gpu() if "whereabouts" in request["gates"] else super().whereabouts(request)

    def call(self, function, bound: dict, views: dict, request: dict, blindness):
        gates, ablation = frozenset(request["gates"]), request.get("ablation")
        asked = request["order"], request["seed"], gates
        self.observer.start(*asked[:2], views, gates, ablation, blindness, request.get("inputs", ()))
        try:
            with self.whereabouts(request):
                return function(**bound)
        finally:  # whatever the kernel makes of the exception
            self.observer.ablation = self.observer.blindness = None  # a timed call may be next
            if self.observer.out_of_bounds:
                raise Unusable("out_of_bounds", f"touches {self.observer.out_of_bounds}") from None
            if self.observer.race:
                raise Unusable("racy", self.observer.race) from None
            if self.observer.clobbered:
                raise Unusable("clobbered", self.observer.clobbered) from None
            if self.observer.broken:
                raise Unusable("wrong", self.observer.broken) from None
            if self.observer.refused:
                raise Unusable("raised", self.observer.refused) from None
            if (self.observer.order, self.observer.seed, self.observer.gates) != asked:
                self.observer.turned = "what the observer of launches was asked for"

    def age(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        self.observer.start("natural", 0, {}, frozenset(), "skip")  # what counts calls does so outside them
        try:
            return super().age(request, arrays)
        finally:
            self.observer.ablation = None

    def time(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        # The extents of an earlier call may lie where this one's arrays are now.
        self.observer.start("natural", 0, {}, frozenset(request["gates"]))
        return super().time(request, arrays)

    def observed(self, before: dict, after: dict) -> dict:
        seen = self.observer
        names = ("reordered", "atomics", "exchanges", "has_undefined")
        more: dict = {name: getattr(seen, name) for name in names}
        if seen.ablation_of_call != "bare":  # where torch is not watched
            more |= {"unaccounted": seen.unaccounted(before, after), "copied": seen.copied(before, after)}
        if seen.log is not None:  # else nobody counted
            more |= {"accesses": seen.accesses, "busiest": seen.busiest, "steps": seen.steps}
        return super().observed(before, after) | more


class _OnGpu(_Runner):
    """A CUDA device."""

    device = "cuda"

    def __init__(self) -> None:
        from tsvc.clocks import CudaClock
        from tsvc.launches import Launches

        super().__init__(Launches(), CudaClock())

    def describe(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        import torch

        header, _ = super().describe(request, arrays)
        properties = torch.cuda.get_device_properties(0)
        header |= {
            "device": properties.name,
            "uuid": str(getattr(properties, "uuid", "")),
            "cuda": torch.version.cuda or "",
            "capability": list(torch.cuda.get_device_capability(0)),
        }
        return header, {}

    def scale(self) -> dict[str, int]:
        import torch

        properties = torch.cuda.get_device_properties(0)
        return {"cache_bytes": self.bench.clock.cache_bytes, "programs": 16 * properties.multi_processor_count}

    def synchronize(self) -> None:
        import torch

        torch.cuda.synchronize()

    def call(self, function, bound: dict, views: dict, request: dict, blindness):
        with self.launches.watching(request.get("ablation"), blindness):
            result = function(**bound)
        self.synchronize()
        return result


class _Compiled(_OfTorch):
    """No GPU: calls are recorded instead of launched, and each launch is compiled for the targets asked for."""

    def compile(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        import torch

        from tsvc import offline
        from tsvc.whereabouts import as_on_gpu

        with as_on_gpu(_OLDEST):
            function = _load(request)
        # Arrays of which only the shape is told are never touched, and so take no memory.
        told = {name: np.zeros(shape, dtype) for name, (shape, dtype) in request.get("shapes", {}).items()}
        views = {name: torch.from_numpy(array) for name, array in {**told, **arrays}.items()}
        bound = _bind(function, {**_scalars(request), "device": torch.device("cpu"), **views})
        with offline.recorded_launches() as launches, as_on_gpu(_OLDEST):
            function(**bound)
        return {"status": "ok", "kernels": offline.compile_launches(launches, request["targets"])}, {}


def _on_cpu():
    from tsvc.cpu import OnCpu

    return OnCpu()


class _TimedC:
    """The fast build, timed in C; a process of its own because a C loop cannot be interrupted."""

    def describe(self, request: dict, arrays: dict) -> tuple[dict, dict]:
        return {"status": "ok"}, {}

    def time_c(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        own = _side_by_side(arrays)
        function = getattr(ctypes.CDLL(request["library"]), f"{request['loop']}_timed")
        values = _c_values(request, own)
        restored = request["restored"]
        pointers, sizes = ctypes.c_void_p * len(restored), ctypes.c_int64 * len(restored)
        samples = (ctypes.c_int64 * request["calls"])()
        done = function(
            *values,
            ctypes.c_int(len(restored)),
            pointers(*(own[name].ctypes.data for name in restored)),
            pointers(*(arrays[name].ctypes.data for name in restored)),
            sizes(*(arrays[name].nbytes for name in restored)),
            ctypes.c_int(request["warmups"]),
            ctypes.c_int(request["calls"]),
            ctypes.c_int64(int(request["limit"] * 1e9)),
            samples,
        )
        return {"status": "ok", "samples": [sample * 1e-9 for sample in samples[:done]]}, {}

    def count(self, request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict, dict]:
        """The loop's work on these arrays; see tsvc.counted."""
        return {"status": "ok", **run_counted(request, arrays)[0]}, {}


def run_counted(request: dict, arrays: dict[str, np.ndarray]) -> tuple[dict[str, int], dict[str, np.ndarray]]:
    """Run a loop that counts (tsvc.counted) on copies of arrays.

    request: library, loop, signature and scalars. Returns the fields of tsvc.limits.Work, and for each array a word of
    each element: bit 0 where it was read before it was written, bit 1 where it was written.
    """
    own = _side_by_side(arrays)
    places = [(array.ctypes.data, array.nbytes) for array in own.values()]
    start = min((at for at, _ in places), default=0)
    elements = (max((at + size for at, size in places), default=0) - start) // 4
    names = [field.name for field in fields(Work)]
    shadow, found = np.zeros(elements, np.uint32), (ctypes.c_int64 * len(names))()
    function = getattr(ctypes.CDLL(request["library"]), f"{request['loop']}_work")
    pointers = ctypes.c_void_p(start), ctypes.c_int64(elements), ctypes.c_void_p(shadow.ctypes.data)
    function(*_c_values(request, own), *pointers, found)
    first = {name: (array.ctypes.data - start) // 4 for name, array in own.items()}
    words = {name: shadow[first[name] :][: array.size].reshape(array.shape) for name, array in own.items()}
    return dict(zip(names, found, strict=True)), words


def _c_values(request: dict, arrays: dict[str, np.ndarray]) -> list:
    """The loop's arguments in C's order."""
    values: list = []
    for name, kind in request["signature"]:
        if kind == "array":
            values.append(ctypes.c_void_p(arrays[name].ctypes.data))
        else:
            number = request["scalars"][name]
            values.append(ctypes.c_float(number) if kind == "real" else ctypes.c_int(number))
    return values


def _side_by_side(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Copies in one block of memory, each on a cache line, one behind the other as TSVC's own arrays lie.

    Blocks of their own would all start at the same place in a page, and a load would wait for a store 4096 bytes away.
    """
    starts, end = {}, 0
    for name, array in arrays.items():
        starts[name] = end
        end += -(-array.nbytes // 64) * 64
    room = np.empty(end + 64, np.uint8)
    origin = -room.ctypes.data % 64
    copies = {}
    for name, array in arrays.items():
        start = origin + starts[name]
        copies[name] = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
        copies[name][...] = array
    return copies


def _behave(limits: dict[str, int]) -> None:
    """A child keeps to its limits, does not outlive its parent, and goes first when memory is short.

    limits: by the names of the module resource.
    """
    for name, value in limits.items():
        kind = getattr(resource, name)
        ceiling = resource.getrlimit(kind)[1]
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(kind, (value, value))
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        library.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans stay in its family, where they are counted and ended
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp(dir=os.environ["TMPDIR"]))
    main()
