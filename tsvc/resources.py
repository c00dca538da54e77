"""What compiled kernels ask of a GPU: registers, spills, shared memory, occupancy and the width of their loads.

All of it is read from compiled code, so no GPU is needed: a cubin's usage as cuobjdump (in Triton's wheel) tells it,
PTX, and AMD's assembly. `measured` runs in the child that compiled; what it says is added up in the parent.
"""

import math
import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Processor:
    """What one multiprocessor holds at a time.

    warps, programs: how many; registers: of 32 bits, for each of `units` equal parts, given out to a warp in steps of
    `step` a lane; shared: bytes, of which every program takes `reserved` more than it asks for.
    """

    warps: int
    programs: int
    registers: int
    step: int
    lanes: int
    units: int
    shared: int
    reserved: int = 0


#: NVIDIA: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability" (and 1 KiB reserved a block).
#: AMD: "CDNA 3 Instruction Set Architecture" and LLVM's GCNSubtarget: 512 registers a lane and 8 waves a SIMD unit.
PROCESSORS = {
    "sm_80": Processor(64, 32, 16384, 8, 32, 4, 164 << 10, 1024),
    "sm_90": Processor(64, 32, 16384, 8, 32, 4, 228 << 10, 1024),
    "sm_100": Processor(64, 32, 16384, 8, 32, 4, 228 << 10, 1024),
    "gfx942": Processor(32, 16, 512 * 64, 8, 64, 4, 64 << 10),
}


class NoTool(Exception):
    """A program that reads machine code is missing; the message says which and what to do."""


def occupancy(target: str, registers: int, shared: int, warps: int) -> float:
    """The share of a multiprocessor's warps that programs of this kind can fill, if there are enough of them.

    registers: of one lane; shared: bytes of one program; warps: of one program. 0 when not even one program fits.
    """
    has = PROCESSORS[target]
    a_warp = math.ceil(max(registers, 1) / has.step) * has.step * has.lanes
    by_registers = has.units * (has.registers // a_warp) // warps
    by_shared = has.shared // (shared + has.reserved) if shared + has.reserved else has.programs
    programs = min(has.programs, has.warps // warps, by_registers, by_shared)
    return programs * warps / has.warps


def measured(compiled, target: str) -> dict:
    """One compiled kernel (triton.compiler.CompiledKernel) of one target, in the words of the results' schema.

    Without cuobjdump, NVIDIA's registers, spills and occupancy are None and `unknown` says why.
    """
    shared, warps = int(compiled.metadata.shared), int(compiled.metadata.num_warps)
    facts: dict = {"kernel": compiled.metadata.name, "warps": warps, "shared_bytes": shared}
    try:
        facts |= of_amdgcn(compiled.asm["amdgcn"]) if "amdgcn" in compiled.asm else _of_cubin(compiled.asm)
        facts["occupancy"] = round(occupancy(target, facts["registers"], shared, warps), 4)
    except NoTool as error:
        facts |= {"registers": None, "spill_bytes": None, "occupancy": None, "unknown": str(error)}
    loads = loads_of_amdgcn(compiled.asm["amdgcn"]) if "amdgcn" in compiled.asm else loads_of_ptx(compiled.asm["ptx"])
    return {**facts, "load_bits": max(loads, default=None), "loads": {str(bits): loads[bits] for bits in sorted(loads)}}


def of_usage(usage: str, ptx: str) -> dict:
    """Registers and spilled bytes of a lane, from what `cuobjdump -res-usage` prints and the PTX it was made from.

    Registers spill to the stack, where arrays that the PTX itself declares local lie too; those are no spills.
    """
    found = re.search(r"REG:(\d+) STACK:(\d+)", usage)
    if found is None:
        raise NoTool(f"cuobjdump says nothing of registers: {usage.strip()[:200]!r}")
    own = sum(int(size) for size in re.findall(r"^\s*\.local \.align \d+ \.b8 \s*\w+\[(\d+)\]", ptx, re.MULTILINE))
    return {"registers": int(found[1]), "spill_bytes": max(0, int(found[2]) - math.ceil(own / 8) * 8)}


def of_amdgcn(text: str) -> dict:
    """Registers (vector ones, accumulators included) and spilled bytes of a lane, from an AMD kernel's metadata."""
    count = {key: int(value) for key, value in re.findall(r"^\s*-?\s*\.(vgpr_\w*count):\s+(\d+)", text, re.MULTILINE)}
    return {"registers": count["vgpr_count"], "spill_bytes": 4 * count["vgpr_spill_count"]}


def loads_of_ptx(text: str) -> Counter[int]:
    """How many instructions load from global memory, by bits a lane; flags that programs poll do not count."""
    found: Counter[int] = Counter()
    for vector, bits in re.findall(r"\bld\.global(?:\.(?!v\d)[\w:]+)*?(?:\.v(\d))?\.[busf](\d+)\b", text):
        found[int(vector or 1) * int(bits)] += 1
    for size in re.findall(r"\bcp\.async\.c[ag]\.shared\.global[^;]*?\], (0x[0-9a-f]+|\d+)", text):
        found[8 * int(size, 0)] += 1
    return found


def loads_of_amdgcn(text: str) -> Counter[int]:
    """The same of AMD's assembly; loads that see other processors' stores (sc1) are polled flags."""
    found: Counter[int] = Counter()
    for kind, vector, rest in re.findall(
        r"\b(?:global|buffer|flat)_load_(dword|[us]?short|[us]?byte)(x\d)?(?:_\w+)? (.*)", text
    ):
        if not re.search(r"\bsc1\b", rest):
            width = 32 if kind == "dword" else 16 if kind.endswith("short") else 8
            found[width * int((vector or "x1")[1:])] += 1
    return found


def by_target(kernels: list[dict], large: list[dict] = ()) -> dict[str, dict]:  # type: ignore[assignment]
    """A loop's `resources`: for each target the worst of its launches, and each launch.

    kernels: what was compiled for the timed size; large: for a large size, of which only other code is kept.
    """
    found: dict[str, dict] = {}
    for target in dict.fromkeys(kernel["target"] for kernel in kernels):
        own, more = ([_without_target(one) for one in some if one["target"] == target] for some in (kernels, large))
        found[target] = {**_worst(own), "launches": own}
        if others := [one for one in more if one not in own]:
            found[target]["large"] = others
    return found


def spilling(resources: dict, target: str) -> list[str]:
    """The launches that spill registers on a target, at the timed and at the large size, in words."""
    of = resources.get(target, {})
    return [
        f"{one['kernel']} spills {one['spill_bytes']} bytes on {target}{where}"
        for where, some in (("", of.get("launches", [])), (" at large sizes", of.get("large", [])))
        for one in some
        if one.get("spill_bytes")
    ]


def _without_target(kernel: dict) -> dict:
    return {key: value for key, value in kernel.items() if key != "target"}


def _worst(launches: list[dict]) -> dict:
    worst: dict = {}
    for key, choose in (("registers", max), ("spill_bytes", max), ("shared_bytes", max), ("occupancy", min)):
        values = [one[key] for one in launches]
        worst[key] = None if None in values else choose(values)
    widths = [one["load_bits"] for one in launches if one["load_bits"]]
    return {**worst, "load_bits": max(widths, default=None)}


def _of_cubin(asm) -> dict:
    from triton import knobs

    try:
        tool = knobs.nvidia.cuobjdump.path
    except RuntimeError:
        raise NoTool(
            "no cuobjdump: it comes with Triton's wheel and with CUDA; TRITON_CUOBJDUMP_PATH names another place"
        ) from None
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(asm["cubin"])
        file.flush()
        done = subprocess.run([tool, "-res-usage", file.name], capture_output=True, text=True, timeout=60, check=False)
    return of_usage(done.stdout or done.stderr, asm["ptx"])
