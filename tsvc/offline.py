"""Compile a kernel's launches to machine code on a machine without their GPU. Imported by the child alone."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.compiler import compile as triton_compile
from triton.runtime.autotuner import Autotuner
from triton.runtime.jit import JITFunction

from tsvc.resources import measured
from tsvc.targets import TARGETS

_POINTERS = {
    torch.float16: "*fp16",
    torch.bfloat16: "*bf16",
    torch.float32: "*fp32",
    torch.float64: "*fp64",
    torch.int8: "*i8",
    torch.int16: "*i16",
    torch.int32: "*i32",
    torch.int64: "*i64",
    torch.uint8: "*u8",
    torch.bool: "*i1",
}
_OPTIONS = ("num_warps", "num_stages", "num_ctas", "maxnreg", "enable_fp_fusion")


@dataclass
class Launch:
    """One launch as it was asked for: the kernel, its arguments by name, and the compile options."""

    kernel: JITFunction
    arguments: dict
    options: dict


@contextlib.contextmanager
def recorded_launches() -> Iterator[list[Launch]]:
    """Inside, launching a kernel only appends to the list; autotuned kernels take their first configuration."""
    launches: list[Launch] = []
    run, tuned_run = JITFunction.run, Autotuner.run

    def record(self, *args, grid=None, warmup=False, **kwargs):
        names = [parameter.name for parameter in self.params]
        arguments = {p.name: p.default for p in self.params if p.has_default}
        arguments |= dict(zip(names, args, strict=False))
        arguments |= {name: value for name, value in kwargs.items() if name in names}
        options = {name: value for name, value in kwargs.items() if name in _OPTIONS}
        launches.append(Launch(self, arguments, options))

    def record_first(self, *args, **kwargs):
        return self.fn.run(*args, **{**kwargs, **self.configs[0].all_kwargs()})

    JITFunction.run, Autotuner.run = record, record_first
    try:
        yield launches
    finally:
        JITFunction.run, Autotuner.run = run, tuned_run


def compile_launches(launches: list[Launch], targets: list[str]) -> list[dict]:
    """Compile each distinct launch for each target; one dict each: its target and what tsvc.resources measures.

    Raises what Triton raises for code that does not compile.
    """
    done, report = set(), []
    for launch in launches:
        for target in targets:
            source, key = _source(launch)
            if (key, target) in done:
                continue
            done.add((key, target))
            compiled = triton_compile(source, target=GPUTarget(*TARGETS[target]), options=dict(launch.options))
            report.append({"target": target, **measured(compiled, target), "kernel": launch.kernel.__name__})
    return report


def _source(launch: Launch) -> tuple[ASTSource, str]:
    signature, constants, attributes = {}, {}, {}
    for position, parameter in enumerate(launch.kernel.params):
        value = launch.arguments[parameter.name]
        # As in a launch: an int that is 1 becomes a constant, one that 16 divides is known to be so.
        special = isinstance(value, int) and not isinstance(value, bool) and not parameter.do_not_specialize
        if parameter.is_constexpr or value is None or (special and value == 1):
            signature[parameter.name] = "constexpr"
            constants[(position,)] = value
        else:
            signature[parameter.name] = _type(value)
            if isinstance(value, torch.Tensor) or (special and value % 16 == 0):
                attributes[(position,)] = [["tt.divisibility", 16]]
    source = ASTSource(launch.kernel, signature, constants, attributes)
    return source, f"{launch.kernel.__name__} {signature} {constants} {attributes} {launch.options}"


def _type(value) -> str:
    if isinstance(value, torch.Tensor):
        return _POINTERS[value.dtype]
    if isinstance(value, bool):
        return "i1"
    if isinstance(value, int):
        return "i32" if -(2**31) <= value < 2**31 else "i64"
    if isinstance(value, float):
        return "fp32"
    raise TypeError(f"a launch got an argument of type {type(value).__name__}")
