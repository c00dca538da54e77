"""Options, headers and verdicts of the real suite, run as a user runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis.errors import FlakyFailure

from clib.build import ROOT
from tsvc import plugin
from tsvc.authorship import largest
from tsvc.kernel import BUNDLED, Kernel
from tsvc.loops import LOOPS
from tsvc.named import suite_cases
from tsvc.verdicts import HarnessError, OutOfBounds, Racy, Wrong

MINE = """
void mine(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = 2 * b[i];
}
void mine_too(int n, real a[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = 1;
}
"""
MY_KERNEL = """import triton
import triton.language as tl


@triton.jit
def kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    tl.store(a_ptr + offsets, 2 * tl.load(b_ptr + offsets, mask=offsets < n), mask=offsets < n)


def mine(a, b, n):
    kernel[(triton.cdiv(n, 256),)](a, b, n, BLOCK_SIZE=256)
"""


@pytest.fixture
def suite():
    """suite(options) -> (exit code, output, verdict by loop)."""

    def run(*options: str):
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "200"}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
        words = re.findall(r"^(\w+) +([A-Z_]{4,}) ", done.stdout.split("= TSVC =")[-1], re.MULTILINE)
        return done.returncode, done.stdout + done.stderr, dict(words)

    return run


def test_one_loop_answers_fast(suite):
    start = time.monotonic()
    code, output, words = suite("-k", "s421", "--loop", "s421")
    seconds = time.monotonic() - start
    assert seconds < 60, output  # under 15 s on two idle cores; other tests run beside this one
    assert f"tsvc: {len(LOOPS)} loops on the Triton interpreter, kernels from kernels_cache" in output
    if words["s421"] not in ("STALE", "DAMAGED"):
        assert (code, words) == (0, {"s421": "PASSED"}), output
        assert re.search(r"s421 +PASSED +\d+ +2 +sm_80 sm_90 sm_100 gfx942", output)
    assert "tsvc: timing is skipped: no GPU\n" in output
    assert "1 skipped" in output


def test_loops_of_a_users_own(suite, tmp_path):
    (tmp_path / "mine.c").write_text(MINE)
    (tmp_path / "mine.py").write_text(MY_KERNEL)
    shutil.copy(BUNDLED / "s111.py", tmp_path)
    options = [f"--loops={tmp_path}/mine.c", f"--kernels={tmp_path}", "--loop=mine*", "--loop=s111", "--loop=s112"]
    options += ["-k", "not sizes", "--targets=sm_90,gfx942", "--max-elements=2000"]
    code, output, words = suite(*options, "--min-pass-rate=0.5", f"--results={tmp_path}/results")
    assert words == {"s111": "PASSED", "s112": "MISSING", "mine": "PASSED", "mine_too": "MISSING"}, output
    assert (code, "2 of 4 loops pass; gate 50 % met" in output) == (0, True)
    assert f"tsvc: {len(LOOPS) + 2} loops" in output
    assert f"kernels from {tmp_path}" in output
    record = json.loads((tmp_path / "results" / "results.json").read_text())["loops"]
    assert record["mine"]["category"] == "mine"
    assert record["mine"]["origin"] == "unknown"
    assert record["mine"]["compiled"] == ["sm_90", "gfx942"]
    assert "verdict" in record["mine_too"]
    cases = suite_cases(LOOPS["s111"], (BUNDLED / "s111.py").read_text(), False)
    assert record["s111"]["cases"] == sum(largest(case) <= 2000 for case in cases) < len(cases)


def test_stale_damaged_and_missing_are_told_apart_and_record_renews(suite, tmp_path):
    for name in ("s111", "s112"):
        shutil.copy(BUNDLED / f"{name}.py", tmp_path)
        kernel = Kernel.load(name, tmp_path)
        record = {"loop": name, "origin": "me", "kernel_sha256": kernel.sha256, "source_sha256": "old"}
        (tmp_path / f"{name}.json").write_text(json.dumps(record))
    (tmp_path / "s112.json").write_text("{")
    loops = [f"--kernels={tmp_path}", "--loop=s111", "--loop=s112", "--loop=s113", "-k", "correct"]
    code, output, words = suite(*loops)
    assert (code, words) == (1, {"s111": "STALE", "s112": "DAMAGED", "s113": "MISSING"}), output
    code, output, words = suite(*loops, "--record")
    assert words["s111"] == "PASSED", output
    assert f"1 records renewed in {tmp_path}" in output
    renewed = Kernel.load("s111", tmp_path)
    assert (renewed.origin, list(renewed.record["verified"])) == ("me", ["interpreter"])
    assert not (tmp_path / "s113.json").exists()


def test_hypothesis_shows_the_smallest_case_and_nothing_else(suite, tmp_path):
    text = MY_KERNEL.replace("kernel[(", "if n > 700:\n        n -= 1\n    kernel[(")
    (tmp_path / "mine.c").write_text(MINE)
    (tmp_path / "mine.py").write_text(text)
    options = [f"--loops={tmp_path}/mine.c", f"--kernels={tmp_path}", "--loop=mine", "-k", "sizes"]
    code, output, words = suite(*options, "--hypothesis-seed=1")
    assert (code, words) == (1, {"mine": "WRONG"})
    shown = output.split("test_sizes[mine] _")[1].split("= TSVC =")[0].splitlines()[1:]
    assert len(shown) == 7, shown
    assert shown[0] == "WRONG mine: a: 1 of 701 elements differ from the C reference"
    assert re.fullmatch(r"  case    n=701 kind=\w+ seed=\d+", shown[3])
    assert re.fullmatch(
        rf"  replay  python -m tsvc judge mine n=701 .*--kernels {tmp_path} --loops {tmp_path}/mine.c", shown[5]
    )


# -- without a run ------------------------------------------------------------


class Config(SimpleNamespace):
    """As much of pytest's config as pytest_configure needs."""

    def __init__(self, **options):
        defaults = {"--loops": [], "--loop": [], "--results": None, "--record": False}
        defaults |= {"--kernels": None, "--min-pass-rate": None, "--timing-n": 1, "--timing-m": 1, "--audit": False}
        defaults |= {"--baseline": None, "--max-slowdown": None, "keyword": "", "deselect": None}
        defaults |= {"--sandbox": "auto", "--require-sandbox": False, "--data-seed": 0, "--max-elements": None}
        defaults |= {
            "--baselines": "",
            "--sweep": False,
            "--sweep-points": None,
            "--sweep-to": 26,
            "--sweep-limit": 1.5,
        }
        defaults |= {"benchmark_compare_fail": None}
        given = {f"--{name.replace('_', '-')}": value for name, value in options.items()}
        super().__init__(
            stash=pytest.Stash(),
            option=SimpleNamespace(benchmark_disable=False, benchmark_storage="file://./.benchmarks"),
            args=[],
            invocation_params=SimpleNamespace(args=()),
            getoption=lambda name: {**defaults, **given}[name],
            pluginmanager=SimpleNamespace(register=lambda gate, name: None),
        )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loop": ["s999"]}, "--loop s999: no such loop"),
        ({"loop": ["s421", "x*"]}, r"--loop x\*: no such loop"),
        ({"min_pass_rate": 99.0}, "must lie between 0 and 1"),
        ({"min_pass_rate": -0.1}, "must lie between 0 and 1"),
        ({"max_slowdown": 1.2}, "It needs --baseline=RUN"),
        ({"max_slowdown": 0.9}, "must be at least 1"),
        ({"baseline": Path("nowhere")}, "--baseline nowhere/?.*: cannot be read"),
        ({"baselines": "clang,icc"}, "--baselines icc: no such baseline; choose from clang, openmp, numba, torch, all"),
        ({"sweep_points": 3}, "They need --sweep"),
        ({"sweep": True, "sweep_points": 1}, "a sweep has at least 2 sizes"),
        ({"sweep_to": 24}, "They need --sweep"),
        ({"sweep": True, "sweep_to": 10}, "sizes end between"),
        ({"record": True, "max_elements": 9}, "--record needs all cases"),
    ],
)
def test_what_makes_no_sense_is_refused(options, words, monkeypatch):
    monkeypatch.setattr(plugin, "visible_gpus", tuple)
    with pytest.raises(pytest.UsageError, match=words):
        plugin.pytest_configure(Config(**options))


@pytest.mark.parametrize(("asked", "made"), [(False, []), (True, None)])
def test_a_sweep_is_collected_only_when_it_is_asked_for(asked, made):
    @pytest.mark.sweep
    def test_swept():
        """Only its mark matters."""

    collector = SimpleNamespace(config=Config(sweep=asked))
    assert plugin.pytest_pycollect_makeitem(collector, "test_swept", test_swept) == made
    assert plugin.pytest_pycollect_makeitem(collector, "other", Config) is None


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(pytest.UsageError, match="no such directory"):
        plugin.pytest_configure(Config(kernels=tmp_path / "nowhere"))


def test_loops_come_and_go_with_their_session(c_file):
    config = Config(loops=[str(c_file(MINE))], loop=["mine*"])
    before = list(LOOPS)
    plugin.pytest_configure(config)
    assert list(LOOPS) == [*before, "mine", "mine_too"]
    plugin.pytest_unconfigure(config)
    assert list(LOOPS) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINE.replace("mine_too", "s421"), "s421: there is a loop of that name already"),
        ("void broken(int n", "mine.c"),
        ("", "holds no function"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(c_file, text, words):
    before = list(LOOPS)
    with pytest.raises(pytest.UsageError, match=words):
        plugin.pytest_configure(Config(loops=[str(c_file(text))]))
    assert list(LOOPS) == before


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(pytest.UsageError, match="nowhere"):
        plugin.pytest_configure(Config(loops=[str(tmp_path / "nowhere.c")]))


WRONG, OUT = Wrong("s1: differs"), OutOfBounds("s1: touches")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (WRONG, Wrong),
        (ExceptionGroup("two bugs", [WRONG, OUT]), Wrong),
        (ExceptionGroup("nested", [ExceptionGroup("one", [OUT]), WRONG]), OutOfBounds),
        (FlakyFailure("at times", [WRONG]), Racy),
        (None, type(None)),
        (HarnessError("ours"), type(None)),
        (AssertionError("ours"), type(None)),
        (ExceptionGroup("mixed", [WRONG, HarnessError("ours")]), type(None)),
        (FlakyFailure("at times", [HarnessError("ours")]), type(None)),
    ],
)
def test_the_failure_that_an_exception_stands_for(error, kind):
    failure = plugin.failure_of(error)
    assert type(failure) is kind
    if kind is Racy:
        assert str(failure).startswith("s1: differs\n  race    ")


def test_the_boundary_is_named_and_can_be_required(suite):
    _, output, _ = suite("--collect-only", "--loop=s000", "--sandbox=process")
    assert "tsvc: boundary process: limits alone, kernels have your rights" in output
    code, output, _ = suite("--loop=s000", "--sandbox=process", "--require-sandbox")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: a sandbox is required, and --sandbox=process is none" in output


def test_a_target_that_is_none_is_named(suite):
    code, output, _ = suite("--targets=sm_90,sm_91")
    assert code == 4 and "'sm_91' is none of sm_80, sm_90, sm_100, gfx942" in output
