"""The floors' kernels in the interpreter, where their times say nothing, and in compiled code."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from clib.build import ROOT
from tsvc.device import Device
from tsvc.lease import visible_gpus
from tsvc.limits import Floors
from tsvc.targets import TARGETS
from tsvc.timing import measure_floors
from tsvc.verdicts import HarnessError

SCALE = {
    "cache_bytes": 3 << 15,
    "memory_bytes": 1 << 16,
    "programs": 2,
    "launches": 2,
    "rounds": 2,
    "turns": 2,
    "replays": 2,
}


def test_every_floor_is_measured(interpreter):
    floors = measure_floors(interpreter, SCALE)
    assert floors.cache_bytes == SCALE["cache_bytes"]
    assert 0 < floors.launch < floors.round_trip


class Answering(Device):
    """A device whose child says what it is told to."""

    def __init__(self, answer: dict) -> None:
        super().__init__("interpreter")
        self.answer, self.closed = answer, 0

    def request(self, header, arrays=None, timeout=None, room=0):
        return self.answer, {}

    def close(self):
        self.closed += 1


def test_they_are_measured_in_a_child_in_which_no_kernel_has_run():
    device = Answering({"floors": dict.fromkeys(Floors.__dataclass_fields__, 1.0)})
    measure_floors(device)
    assert device.closed == 0
    device.tenants.add("some kernel")
    measure_floors(device)
    assert device.closed == 1


class Busy(Answering):
    """A device whose first answers cannot be."""

    def request(self, header, arrays=None, timeout=None, room=0):
        self.answer["floors"]["latency"] += 1.0
        return super().request(header, arrays, timeout, room)


@pytest.mark.parametrize(("first", "comes_right"), [(-2.5, True), (-3.5, False)])
def test_figures_that_cannot_be_are_measured_again_twice(first, comes_right):
    device = Busy({"floors": {**dict.fromkeys(Floors.__dataclass_fields__, 1.0), "latency": first}})
    if comes_right:
        assert measure_floors(device).latency == 0.5
    else:
        with pytest.raises(HarnessError, match="not the floors of a machine"):
            measure_floors(device)


@pytest.mark.parametrize("answer", [{}, {"floors": None}, {"floors": {"launch": 1.0}}])
def test_an_answer_that_is_none_is_our_trouble(answer):
    with pytest.raises(HarnessError, match="the machine's floors cannot be measured"):
        measure_floors(Answering(answer))


COMPILE = """
import json
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile
from tsvc import floors

SIZES = {"UNROLLED": 32, "BLOCK_SIZE": 1024, "READS": True, "WRITES": True}

def text(kernel, target, warps, **others):
    names, signature, constants, attributes = [p.name for p in kernel.params], {}, {}, {}
    for at, name in enumerate(names):
        if name.isupper():
            signature[name], constants[(at,)] = "constexpr", {**SIZES, **others}[name]
        elif name.endswith("_ptr"):
            signature[name], attributes[(at,)] = "*fp32", [["tt.divisibility", 16]]
        else:
            signature[name] = "fp32" if name == "factor" else "i32"
    source = ASTSource(kernel, signature, constants, attributes)
    asm = compile(source, target=GPUTarget(*target), options={"num_warps": warps}).asm
    return asm["ptx"] if "ptx" in asm else asm["amdgcn"]
"""


def compiled(body: str, tmp_path) -> str:
    """What a process prints in which Triton compiles instead of interpreting."""
    environment = {**os.environ, "TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", COMPILE + body]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_kernels_compile_for_every_target(tmp_path):
    body = f"""
for target in {list(TARGETS.values())}:
    for kernel in (floors.empty_kernel, floors.increment_kernel, floors.chain_kernel):
        text(kernel, target, 1)
    text(floors.compute_kernel, target, 4)
    for elements, warps in floors.SHAPES:
        text(floors.stream_kernel, target, warps, BLOCK_SIZE=elements)
print("done")
"""
    assert compiled(body, tmp_path) == "done\n"


def test_the_compiler_leaves_what_they_measure(tmp_path):
    body = f"""
for kernel, warps, flags in (
    (floors.compute_kernel, 4, {{}}),
    (floors.chain_kernel, 1, {{}}),
    (floors.stream_kernel, 4, {{}}),
    (floors.stream_kernel, 4, {{"WRITES": False}}),
    (floors.stream_kernel, 4, {{"READS": False}}),
):
    print(text(kernel, {TARGETS["sm_90"]}, warps, **flags), end="NEXT")
"""
    computing, chain, copying, reading, writing, _ = compiled(body, tmp_path).split("NEXT")
    assert computing.count("fma.rn.f32") == 32 * 1024 // 128
    steps = [re.findall(r"%\w+", line) for line in chain.splitlines() if "fma.rn.f32" in line]
    assert len(steps) == 32
    assert all(after[0] not in before and before[0] in after for before, after in pairwise(steps))
    assert copying.count("ld.global.cg.v4.b32") == copying.count("st.global.v4.b32") == 2
    assert reading.count("ld.global.cg.v4.b32") == 2
    assert writing.count("st.global.v4.b32") == 2
    assert "ld.global" not in writing


@pytest.mark.skipif(not visible_gpus(), reason="no GPU")
def test_the_floors_of_a_gpu_are_those_of_a_gpu():
    device = Device("cuda")
    floors = measure_floors(device)
    device.close()
    assert 0.1e-6 < floors.launch <= floors.round_trip < 20e-6
    assert 1e11 < floors.memory_copy < floors.cache_copy < 1e14
    assert 1e12 < floors.operations < 1e15
    assert 0.3e-9 < floors.latency < 20e-9
