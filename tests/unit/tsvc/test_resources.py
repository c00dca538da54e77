from types import SimpleNamespace

import pytest

from tsvc.__main__ import main
from tsvc.cases import make
from tsvc.judge import Judge
from tsvc.loops import LOOPS
from tsvc.report import markdown, summary_lines
from tsvc.report.resources import launches_table
from tsvc.resources import (
    PROCESSORS,
    NoTool,
    by_target,
    loads_of_amdgcn,
    loads_of_ptx,
    measured,
    occupancy,
    of_amdgcn,
    of_usage,
    spilling,
)
from tsvc.results import write_results
from tsvc.schema import first_fault
from tsvc.targets import TARGETS

USAGE = "Function k:\n  REG:{} STACK:{} SHARED:0 LOCAL:0 CONSTANT[0]:568 TEXTURE:0 SURFACE:0 SAMPLER:0\n"


def test_every_target_has_its_limits():
    assert list(PROCESSORS) == list(TARGETS)
    assert all(PROCESSORS[name].lanes == lanes for name, (_, _, lanes) in TARGETS.items())


# By hand, and by NVIDIA's occupancy calculator: registers are given out in 256 a warp, four partitions hold 16384 each.
@pytest.mark.parametrize(
    ("target", "registers", "shared", "warps", "share"),
    [
        ("sm_90", 32, 0, 4, 1.0),  # 64 warps
        ("sm_90", 33, 0, 4, 48 / 64),  # 40 registers: 12 warps a partition
        ("sm_90", 255, 0, 4, 8 / 64),
        ("sm_90", 168, 65536, 4, 12 / 64),  # three programs by either
        ("sm_80", 32, 65536, 4, 8 / 64),  # 164 KiB hold two of 65 KiB
        ("sm_90", 16, 0, 1, 32 / 64),  # 32 programs at most
        ("sm_90", 64, 0, 32, 32 / 64),
        ("sm_90", 65, 0, 32, 0.0),  # 28 warps of the 32 that one program has
        ("sm_100", 32, 229 << 10, 4, 0.0),
        ("gfx942", 64, 0, 4, 1.0),  # 8 waves a unit
        ("gfx942", 65, 0, 4, 28 / 32),  # 72 registers: 7 waves a unit
        ("gfx942", 32, 32768, 4, 8 / 32),
        ("gfx942", 256, 0, 1, 8 / 32),
    ],
)
def test_occupancy(target, registers, shared, warps, share):
    assert occupancy(target, registers, shared, warps) == share


def test_spills_are_what_lies_on_the_stack_beside_arrays():
    assert of_usage(USAGE.format(17, 0), "") == {"registers": 17, "spill_bytes": 0}
    assert of_usage(USAGE.format(255, 40), "") == {"registers": 255, "spill_bytes": 40}
    slow_sine = "\t.local .align 4 .b8 \t__local_depot0[28];\n"
    assert of_usage(USAGE.format(32, 32), slow_sine)["spill_bytes"] == 0
    assert of_usage(USAGE.format(32, 48), slow_sine)["spill_bytes"] == 16
    with pytest.raises(NoTool, match="no kernel image"):
        of_usage("cuobjdump fatal: no kernel image", "")


def test_amd_metadata():
    text = "  - .agpr_count:     0\n    .sgpr_spill_count: 1\n    .vgpr_count:     35\n    .vgpr_spill_count: 3\n"
    assert of_amdgcn(text) == {"registers": 35, "spill_bytes": 12}


def test_widths_of_loads():
    ptx = """@%p1 ld.global.v4.b32 { %r1, %r2, %r3, %r4 }, [ %rd1 + 0 ];
    ld.global.nc.L1::evict_last.v2.f32 {%f1, %f2}, [%rd2];
    ld.global.b32 { %r5 }, [ %rd3 + 0 ]; ld.global.u8 %rs1, [%rd4]; ld.global.v4.b64 {...}, [%rd4];
    ld.acquire.gpu.global.b32 %r6, [%rd5]; ld.volatile.global.s32 %r7, [%rd5]; st.global.v4.b32 [%rd6], {};
    cp.async.cg.shared.global [ %r45 + 0 ], [ %rd29 + 0 ], 0x10, %r46;"""
    assert loads_of_ptx(ptx) == {128: 2, 64: 1, 32: 1, 8: 1, 256: 1}
    amd = """global_load_dwordx4 v[2:5], v1, s[2:3]
    buffer_load_dword v7, v6, s[4:7], 0 offen
    global_load_ushort v2, v[0:1], off
    global_load_dword v2, v[0:1], off sc1
    global_store_dwordx4 v0, v[2:5], s[0:1]
    buffer_load_dwordx2 v[2:3], v6, s[4:7], 0 offen"""
    assert loads_of_amdgcn(amd) == {128: 1, 32: 1, 16: 1, 64: 1}


def launch(kernel: str = "k", **facts) -> dict:
    return {"kernel": kernel, "target": "sm_90", "warps": 4, "registers": 32, "spill_bytes": 0, "shared_bytes": 0} | {
        "occupancy": 1.0,
        "load_bits": 128,
        "loads": {"128": 1},
        **facts,
    }


def test_a_loop_is_as_its_worst_launch_says():
    kernels = [launch(), launch("last", registers=90, occupancy=0.3, load_bits=None), launch(target="gfx942")]
    large = [launch(), launch("wide", registers=255, spill_bytes=16)]
    found = by_target(kernels, large)
    worst = {"registers": 90, "spill_bytes": 0, "shared_bytes": 0, "occupancy": 0.3, "load_bits": 128}
    assert {key: found["sm_90"][key] for key in worst} == worst
    assert [one["kernel"] for one in found["sm_90"]["launches"]] == ["k", "last"]
    assert [one["kernel"] for one in found["sm_90"]["large"]] == ["wide"]
    assert "large" not in found["gfx942"]
    assert spilling(found, "sm_90") == ["wide spills 16 bytes on sm_90 at large sizes"]
    assert spilling(found, "gfx942") == spilling({}, "sm_90") == []
    assert by_target([]) == {}


# A lane holds a row of 64 columns until their sum is known: 32 registers cannot.
WIDE = """import torch
import triton
import triton.language as tl


@triton.jit
def wide(a_ptr, b_ptr, n, BLOCK: tl.constexpr):
    rows, columns = tl.arange(0, 32), tl.arange(0, 64)
    at = rows[:, None] * 64 + columns[None, :]
    x = tl.load(b_ptr + at, mask=at < n, other=0.0)
    tl.store(a_ptr + at, x - tl.sum(x, axis=1)[:, None], mask=at < n)


def s000(a, b, n):
    wide[(1,)](a, b, n, BLOCK=1, num_warps=1, maxnreg=32)
"""


def test_a_kernel_that_spills_is_seen_to(compiler, tmp_path):
    (tmp_path / "s000.py").write_text(WIDE)
    case = make(LOOPS["s000"], 4096, 1, "tsvc", 0)
    kernels = Judge(LOOPS["s000"], compiler, tmp_path).compile(compiler, case, ["sm_90"])
    assert kernels[0]["registers"] <= 32 and kernels[0]["spill_bytes"] >= 4
    assert spilling(by_target(kernels), "sm_90")[0].startswith("wide spills")


def test_measured_of_what_is_bundled(compiler):
    judge = Judge(LOOPS["s000"], compiler)
    kernels = judge.compile(compiler, make(LOOPS["s000"], 32000, 1, "tsvc", 0), list(TARGETS))
    assert [one["target"] for one in kernels] == list(TARGETS)
    for one in kernels:
        assert 1 <= one["registers"] <= 64 and one["spill_bytes"] == 0 and 0.25 <= one["occupancy"] <= 1
        assert one["load_bits"] in (32, 64, 128, 256)
    with_shapes = judge.compile(compiler, make(LOOPS["s000"], 32000, 1, "tsvc", 0), ["sm_90"], with_data=False)
    assert with_shapes == [one for one in kernels if one["target"] == "sm_90"]


class NoKnobs:
    @property
    def cuobjdump(self):
        raise RuntimeError("Cannot find cuobjdump")


def test_without_cuobjdump_it_is_said(monkeypatch):
    monkeypatch.setattr("triton.knobs.nvidia", NoKnobs())
    asm = {"cubin": b"", "ptx": "ld.global.v2.b32 {%r1, %r2}, [%rd1];"}
    compiled = SimpleNamespace(asm=asm, metadata=SimpleNamespace(name="k", shared=128, num_warps=4))
    facts = measured(compiled, "sm_90")
    assert "TRITON_CUOBJDUMP_PATH" in facts.pop("unknown")
    assert facts == {"kernel": "k", "warps": 4, "registers": None, "spill_bytes": None, "shared_bytes": 128} | {
        "occupancy": None,
        "load_bits": 64,
        "loads": {"64": 1},
    }
    found = by_target([{**facts, "target": "sm_90", "unknown": "no cuobjdump: ..."}])
    assert found["sm_90"]["registers"] is None and spilling(found, "sm_90") == []
    assert first_fault(record(found)) == ""
    assert "no cuobjdump: ..." in summary_lines(record(found))


def record(resources: dict) -> dict:
    loop = {"category": "x", "verdict": "PASSED", "resources": resources}
    return {"schema": 1, "machine": {"device": "interpreter"}, "n": 32000, "m": 256, "loops": {"s000": loop}}


def test_the_reports_say_it(tmp_path, capsys):
    found = by_target([launch("add"), launch("last", registers=90, spill_bytes=8)], [launch("more", registers=120)])
    assert first_fault(record(found)) == ""
    rows = launches_table(record(found), "sm_90").rows
    assert [row[-1] for row in rows] == ["add", "last", "more (large)"]
    assert rows[1] == ["s000", "4", "90", "8", "0", "100%", "128", "last"]
    lines = summary_lines(record(found))
    start = lines.index("Resources:")
    assert lines[start + 5].split() == ["sm_90", "1", "1", "90", "100%", "1"]
    assert "| s000 | 4 | 90 | 8 | 0 | 100% | 128 | last |" in markdown(record(found))
    write_results(tmp_path, record(found))
    assert main(["resources", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert "more (large)" in output and max(map(len, output.splitlines())) <= 80
    assert main(["resources", str(tmp_path), "--target", "gfx942"]) == 0
    assert "last" not in capsys.readouterr().out


def test_a_run_without_compiling_has_none(tmp_path, capsys):
    write_results(tmp_path, record({}))
    assert "Resources:" not in summary_lines(record({}))
    assert main(["resources", str(tmp_path)]) == 2
    assert "was compiled for sm_90" in capsys.readouterr().err
