"""Kernels that hang, crash, cheat or are plainly wrong, and honest ones; written for loops of three kinds."""

#: The loops that they are written for, as a user's own C file.
C_LOOPS = {
    "copy": "void {name}(int n, real a[restrict n], const real b[restrict n])\n"
    "{{\n    for (int i = 0; i < n; i++)\n        a[i] = b[i] + 1;\n}}\n",
    "shift": "void {name}(int n, real a[n], const real b[restrict n])\n"
    "{{\n    for (int i = 0; i < n - 1; i++)\n        a[i] = a[i + 1] + b[i];\n}}\n",
    "sum": "real {name}(int n, const real a[restrict n])\n"
    "{{\n    real sum = 0;\n    for (int i = 0; i < n; i++)\n        sum += a[i];\n    return sum;\n}}\n",
}

_HEAD = """import ctypes, os, sys, threading, time
import torch
import triton
import triton.language as tl
"""

_COPY = """
@triton.jit
def copy_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n
    {body}


def launch(a, b, n):
    copy_kernel[(triton.cdiv(n, 256),)](a, b, n, BLOCK_SIZE=256)


def NAME(a, b, n):
    {call}
"""

_RIGHT = "tl.store(a_ptr + offsets, tl.load(b_ptr + offsets, mask=mask) + 1, mask=mask)"


def _copy(body: str = _RIGHT, call: str = "launch(a, b, n)") -> tuple[str, str]:
    return "copy", _HEAD + _COPY.format(body=body, call=call.replace("\n", "\n    "))


def _first(statement: str) -> tuple[str, str]:
    """An honest kernel that does something else first."""
    return _copy(call=f"{statement}\nlaunch(a, b, n)")


def _at_import(statement: str) -> tuple[str, str]:
    loop, text = _copy()
    return loop, f"{_HEAD}{statement}\n{text}"


def _accessing(statement: str, arguments: str = "a, b, n") -> tuple[str, str]:
    """A launch of one program that runs a statement over a_ptr, b_ptr, n and offsets of 16 lanes."""
    return "copy", (
        f"{_HEAD}\n@triton.jit\ndef touch_kernel(a_ptr, b_ptr, n):\n    offsets = tl.arange(0, 16)\n    {statement}\n"
        f"{_copy()[1]}\n    touch_kernel[(1,)]({arguments})\n"
    )


_SHIFT = """
@triton.jit
def shift_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = offsets < n - 1
    ahead = tl.load(a_ptr + offsets + 1, mask=mask)
    b = tl.load(b_ptr + offsets, mask=mask)
    tl.debug_barrier()
    tl.store(a_ptr + offsets, ahead + b, mask=mask)


def NAME(a, b, n):
    {call}
"""

_SUM = """
@triton.jit
def sum_kernel(a_ptr, partial_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    a = tl.load(a_ptr + offsets, mask=offsets < n, other=0.0)
    tl.store(partial_ptr + tl.program_id(0), tl.sum(a.to(tl.float64)))


def NAME(a, n):
    partial = torch.empty(triton.cdiv(n, 256), dtype=torch.float64, device=a.device)
    sum_kernel[(triton.cdiv(n, 256),)](a, partial, n, BLOCK_SIZE=256)
    return {result}
"""


def _sum(result: str) -> tuple[str, str]:
    return "sum", _HEAD + _SUM.format(result=result)


_NUMBERS = """import numpy


def numbers(tensor):
    memory = (__import__("ctypes").c_float * tensor.numel()).from_address(tensor.data_ptr())
    return numpy.frombuffer(memory, numpy.float32)


"""

_GARBAGE = """for fd in range(3, 32):
    try:
        os.write(fd, {data})
    except OSError:
        pass"""

#: name -> (kind of loop, text with NAME for the function's, expected word, part of the message).
_LATER = """
def work(x, y, n):
    x, y = (ctypes.cast(place, ctypes.POINTER(ctypes.c_float)) for place in (x, y))
    for k in range(n):
        x[k] = y[k] + 1


class Later:
    def __init__(self, a, b, n):
        self.kept, self.work = (a, b, n), lambda: work(a.data_ptr(), b.data_ptr(), n)

    def __del__(self):
        self.work()

"""


def _later(call: str) -> tuple[str, str]:
    """A launch into scratch memory, and work on the host when something of the call goes."""
    loop, text = _copy(call=f"launch(torch.empty_like(a), b, n)\n{call}")
    return loop, f"{_HEAD}import weakref\n{_LATER}{text}"


HOSTILE: dict[str, tuple[str, str, str, str]] = {
    "hang": (*_first("while True: pass"), "HUNG", "no answer within"),
    "hang_holding_the_gil": (*_first("ctypes.PyDLL(None).sleep(1000)"), "HUNG", "no answer within"),
    "half_an_answer": (*_first(_GARBAGE.format(data='b"xy"') + "\nwhile True: pass"), "HUNG", "no answer within"),
    "allocates_all_there_is": (*_first("torch.ones(25_000_000_000)"), "OUT_OF_MEMORY", "100000000000 bytes"),
    "crowd": (
        *_first("for _ in range(150): os.posix_spawnp('sleep', ['sleep', '30'], os.environ)\ntime.sleep(30)"),
        "TOO_MANY_PROCESSES",
        "128 are allowed",
    ),
    "flood": (*_first("print('x' * 20_000_000, flush=True)"), "TOO_MUCH_OUTPUT", "16 are allowed"),
    "abort": (*_first("os.abort()"), "CRASHED", "SIGABRT"),
    "exit_silently": (*_first("os._exit(0)"), "EXITED", "exit status 0"),
    "exit": (*_first("sys.exit(0)"), "EXITED", "SystemExit"),
    "pytest_exit": (*_at_import("import pytest; pytest.exit('done', returncode=0)"), "RAISED", "done"),
    "pytest_skip": (*_at_import("import pytest; pytest.skip('later', allow_module_level=True)"), "RAISED", "later"),
    "raise": (*_first("raise ValueError('no idea')"), "RAISED", "ValueError: no idea"),
    "syntax_error": ("copy", "def NAME(a, b, n:\n    pass\n", "NOT_COMPILED", "SyntaxError"),
    "no_such_builtin": (*_copy("tl.store(a_ptr + offsets, tl.no_such(b_ptr), mask=mask)"), "RAISED", "no_such"),
    "unbroadcastable": (*_copy("tl.store(a_ptr + offsets, tl.arange(0, 32), mask=mask)"), "RAISED", ""),
    "works_when_its_result_goes": (*_later("return Later(a, b, n)"), "WRONG", "differ from the C reference"),
    "works_when_an_array_goes": (
        *_later("weakref.finalize(a, work, a.data_ptr(), b.data_ptr(), n)"),
        "WRONG",
        "differ from the C reference",
    ),
    "one_past_the_end": (*_copy(_RIGHT.replace("mask=mask)", "mask=offsets <= n)")), "OUT_OF_BOUNDS", "b[{n}]"),
    "far_past_the_end": (*_accessing("tl.store(a_ptr + n + (1 << 44) + offsets, 0.0)"), "OUT_OF_BOUNDS", "none of its"),
    "read_past_the_end": (*_accessing("tl.store(a_ptr, tl.load(b_ptr + n) * 0)"), "OUT_OF_BOUNDS", "b[{n}]"),
    "before_the_start": (*_accessing("tl.store(a_ptr - 1, 0.0)"), "OUT_OF_BOUNDS", "a[-1]"),
    "atomic_past_the_end": (*_accessing("tl.atomic_add(a_ptr + n, 1.0)"), "OUT_OF_BOUNDS", "a[{n}]"),
    "atomic_max_masked_wrong": (
        *_accessing("tl.atomic_max(a_ptr + n - 1 + offsets, 0.0, mask=offsets < 2)"),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "cas_past_the_end": (
        *_accessing("tl.atomic_cas(a_ptr.to(tl.pointer_type(tl.int32)) + n, 0, 1)"),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "block_pointer_past_the_end": (
        *_accessing(
            "tl.store(tl.make_block_ptr(a_ptr, (n,), (1,), (n - 8,), (16,), (0,)), tl.zeros((16,), tl.float32))"
        ),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "descriptor_past_the_end": (
        *_accessing(
            "tl.make_tensor_descriptor(a_ptr, [n + 16], [1], [16]).store([n - 8], tl.zeros((16,), tl.float32))"
        ),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "host_write_past_the_end": (
        *_first("torch.as_strided(a, (n + 1,), (1,))[-1] = 0"),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "swallowed_exception": (
        "copy",
        _accessing("tl.store(a_ptr + n, 0.0)")[1].replace(
            "    touch_kernel[(1,)](a, b, n)",
            "    try:\n        touch_kernel[(1,)](a, b, n)\n    except BaseException:\n        pass",
        ),
        "OUT_OF_BOUNDS",
        "a[{n}]",
    ),
    "race": (
        "shift",
        _HEAD + _SHIFT.format(call="shift_kernel[(triton.cdiv(n, 64),)](a, b, n, BLOCK_SIZE=64)"),
        "RACY",
        "which program 0 reads in the same launch",
    ),
    "unwritten_scratch": (
        *_copy(call="launch(a, b, n)\na += torch.empty_like(a) * 0"),
        "TORCH_FALLBACK",
        "add_",
    ),
    "unwritten_scratch_by_name": (
        "copy",
        "from torch import empty as new\n" + _copy(call="launch(a, b, n)\na += new(n) * 0")[1],
        "TORCH_FALLBACK",
        "add_",
    ),
    "reads_old_output": (
        *_copy(call="old = a[0].item()\nlaunch(a, b, n)\na[0] += old * 0 + (old > 0)"),
        "WRONG",
        "a[0]",
    ),
    "clobbers_input": (*_copy(call="launch(a, b, n)\nb.zero_()"), "CLOBBERED", "b is an input"),
    "wrong_last_element": (*_copy(_RIGHT.replace("mask=mask)", "mask=offsets < n - 1)")), "WRONG", "1 of"),
    "wrong_when_long": (*_copy(call="launch(a, b, min(n, 1024))"), "WRONG", "a[1024]"),
    "does_nothing": (*_copy(call="pass"), "WRONG", "elements differ"),
    "nan": (*_copy("tl.store(a_ptr + offsets, float('nan') + tl.load(b_ptr), mask=mask)"), "WRONG", "got nan"),
    "half_precision": (
        *_copy(
            "half = tl.load(b_ptr + offsets, mask=mask).to(tl.float16)\n"
            "    tl.store(a_ptr + offsets, (half + 1).to(tl.float32), mask=mask)"
        ),
        "WRONG",
        "elements differ",
    ),
    "rebinds_its_array": (*_copy(call="a.data = b + 1"), "WRONG", "elements differ"),
    "garbage_to_every_descriptor": (*_first(_GARBAGE.format(data='b"[" * 4096')), "CRASHED", "no answer"),
    "forged_answer": (
        *_first(
            'text = b\'{"status": "ok", "arrays": []}\'\n'
            + _GARBAGE.format(data='len(text).to_bytes(8, "little") + text')
        ),
        "CRASHED",
        "not asked",
    ),
    "wrong_name": ("copy", _copy()[1].replace("def NAME", "def other"), "BAD_SIGNATURE", "defines no function"),
    "unknown_argument": (
        *_copy()[:1],
        _copy()[1].replace("(a, b, n):\n    launch", "(a, b, n, alpha):\n    launch"),
        "BAD_SIGNATURE",
        "'alpha'",
    ),
    "empty_file": ("copy", " \n", "DAMAGED", "is empty"),
    "not_text": ("copy", "\udcff\udcfe", "DAMAGED", "cannot be read"),
    "no_launch": (*_copy(call="torch.add(b, 1, out=a)"), "NO_TRITON", "no Triton kernel was launched"),
    "torch_beside_a_launch": (
        *_copy(call="launch(a, b, n)\ntorch.add(b, 1, out=a)"),
        "TORCH_FALLBACK",
        "torch does the work: add",
    ),
    "copies_beside_a_launch": (
        *_copy(call="launch(a, b, n)\na.copy_(torch.from_dlpack(b.__array__() + 1))"),
        "TORCH_FALLBACK",
        "__array__",
    ),
    "in_another_thread": (
        *_first("worker = threading.Thread(target=launch, args=(a, b, n))\nworker.start()\nworker.join()"),
        "TORCH_FALLBACK",
        "threads",
    ),
    "answers_when_launches_fail": (
        *_copy(call="try:\n    launch(a, b, n)\nexcept Exception:\n    torch.add(b, 1, out=a)"),
        "TORCH_FALLBACK",
        "when its launches fail, a comes out right",
    ),
    "decoy": (
        "copy",
        _NUMBERS + _copy(call="launch(a, a, n)\nnumbers(a)[:] = numbers(b) + 1")[1],
        "DECOY",
        "with its launches left out, a comes out right",
    ),
    "replaces_its_observer": (
        *_at_import(
            "from triton.runtime.interpreter import GridExecutor\n_call = GridExecutor.__call__\n"
            "GridExecutor.__call__ = lambda *args, **kwargs: _call(*args, **kwargs)"
        ),
        "TAMPERED",
        "GridExecutor",
    ),
    "asks_the_clock": (
        *_at_import("import time\nSTARTED = time.time()"),
        "REACHES_OUT",
        "uses time.time (a clock), which no kernel needs",
    ),
    "no_result": ("sum", "def NAME(a, n):\n    pass\n", "WRONG", "returned no one-element tensor"),
    "array_as_result": ("sum", "def NAME(a, n):\n    return a\n", "WRONG", ""),
    "wrong_result": ("sum", "def NAME(a, n):\n    return a.sum() + 1\n", "WRONG", "result: got"),
    "nan_result": ("sum", "def NAME(a, n):\n    return a.sum() * float('nan')\n", "WRONG", "got nan"),
    "word_as_result": ("sum", "def NAME(a, n):\n    return 'six'\n", "WRONG", "returned no one-element tensor"),
}

#: The same shapes without the trick: each must pass.
HONEST: dict[str, tuple[str, str]] = {
    "plain": _copy(),
    "talkative": _first("print('x' * 1_000_000); print('y' * 3_000_000, file=sys.stderr)"),
    "block_pointer": _copy(
        "block = tl.make_block_ptr(b_ptr, (n,), (1,), (tl.program_id(0) * BLOCK_SIZE,), (BLOCK_SIZE,), (0,))\n"
        "    tl.store(a_ptr + offsets, tl.load(block, boundary_check=(0,)) + 1, mask=mask)"
    ),
    "descriptor": _copy(
        "source = tl.make_tensor_descriptor(b_ptr, [n], [1], [BLOCK_SIZE])\n"
        "    value = source.load([tl.program_id(0) * BLOCK_SIZE])\n"
        "    tl.store(a_ptr + offsets, value + 1, mask=mask)"
    ),
    "masked_far_address": _copy(_RIGHT.replace("a_ptr + offsets", "a_ptr + tl.where(mask, offsets, 1 << 30)")),
    "own_scratch": _copy(call="scratch = torch.empty(n, device=a.device)\nlaunch(scratch, b, n)\na.copy_(scratch)"),
    "returns_its_array": _copy(call="launch(a, b, n)\nreturn a"),
    "shift": (
        "shift",
        _HEAD
        + _SHIFT.format(
            call="ahead = a.clone()\n"
            "    for start in range(0, n - 1, 1 << 16):\n"
            "        count, block = min(n - start, 1 + (1 << 16)), min(1 << 16, triton.next_power_of_2(n))\n"
            "        shift_kernel[(1,)](a[start:], b[start:], count, BLOCK_SIZE=block)"
        ),
    ),
    "sum": _sum("partial.double().sum()"),
    "sum_as_float": _sum("partial.double().sum().item()"),
    "sum_in_a_row": _sum("partial.double().sum().reshape(1, 1, 1)"),
    "sum_in_single": _sum("partial.sum()"),
}

#: Right, but what they leave behind in their process would fail whoever comes next.
POISONERS: dict[str, tuple[str, str]] = {
    "late_abort": _copy(call="launch(a, b, n)\nthreading.Timer(0.2, os.abort).start()"),
    "patched_cdiv": _copy(call="launch(a, b, n)\ntriton.cdiv = lambda x, y: 1"),
    "patched_load": _copy(call="launch(a, b, n)\ntl.load = lambda *args, **kwargs: 0.0"),
}


def c_text(loops: dict[str, str]) -> str:
    """A C file: name of a loop -> its kind."""
    return "\n".join(C_LOOPS[kind].format(name=name) for name, kind in loops.items())


def kernel_text(name: str, text: str) -> bytes:
    return text.replace("NAME", name).encode(errors="surrogateescape")
