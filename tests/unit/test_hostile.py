"""A hostile kernel gets its own word, costs no more than its time, and harms nobody beside it."""

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile import C_LOOPS, HONEST, HOSTILE, POISONERS, c_text, kernel_text

from clib.build import ROOT
from tsvc.cases import fixed
from tsvc.judge import Judge
from tsvc.loops import load
from tsvc.verdicts import KernelFailure, ReachesOut, all_failures

SIZES = [(1000, 1), (1, 1), (1025, 1)]


@pytest.fixture(scope="module")
def loops(tmp_path_factory):
    file = tmp_path_factory.mktemp("hostile") / "loops.c"
    file.write_text(c_text({kind: kind for kind in C_LOOPS}))
    return load(file)


@pytest.fixture
def judge(loops, interpreter, tmp_path):
    """judge(kind, text): the judge of a kernel as if its child had never run another one."""

    def make(kind: str, text: str, alone: bool = True) -> Judge:
        (tmp_path / f"{kind}.py").write_bytes(kernel_text(kind, text))
        if alone:
            interpreter.tenants.clear()
        return Judge(loops[kind], interpreter, tmp_path)

    return make


def check_all(judge: Judge) -> int:
    passed = sum(judge.check(case).calls > 0 for case in fixed(judge.loop, SIZES))
    judge.check_text()
    return passed


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_kernel_gets_its_word(name, judge, interpreter, monkeypatch):
    kind, text, word, part = HOSTILE[name]
    if word == "HUNG":
        monkeypatch.setattr(interpreter, "timeout", 1.5)
    with pytest.raises(KernelFailure) as caught:
        check_all(judge(kind, text))
    message = str(caught.value)
    assert (caught.value.word, type(caught.value)) == (word, all_failures()[word]), message
    size = re.search(r"case .*n=(\d+)", message)
    assert part.format(n=size and size[1]) in message
    assert message.startswith(f"{kind}: ")


def test_every_word_but_those_of_records_and_times_has_a_kernel():
    others = {"FAILED", "MISSING", "STALE", "INVALID_TIMING"}
    assert {word for *_, word, _ in HOSTILE.values()} == set(all_failures()) - others


@pytest.mark.parametrize("name", HONEST)
def test_honest_kernel_passes(name, judge):
    kind, text = HONEST[name]
    honest = judge(kind, text)
    assert check_all(honest) == len(fixed(honest.loop, SIZES))


@pytest.mark.parametrize("name", POISONERS)
def test_nobody_answers_for_what_others_left_behind(name, judge, interpreter):
    with contextlib.suppress(KernelFailure):  # some are their own first victims
        check_all(judge(*POISONERS[name]))
    if name == "late_abort":
        time.sleep(0.25)
    honest = judge(*HONEST["plain"], alone=False)
    assert check_all(honest) == len(fixed(honest.loop, SIZES))


def test_a_missing_kernel_costs_no_child(loops, interpreter, tmp_path):
    before = interpreter.process
    with pytest.raises(KernelFailure, match="does not exist") as caught:
        check_all(Judge(loops["copy"], interpreter, tmp_path))
    assert caught.value.word == "MISSING"
    assert interpreter.process is before


def test_two_hangs_are_waited_for_and_no_more(judge, interpreter, monkeypatch):
    monkeypatch.setattr(interpreter, "timeout", 0.5)
    hanging = judge(*HOSTILE["hang"][:2], alone=False)
    cases = fixed(hanging.loop, [(1000, 1), (500, 1), (100, 1), (2000, 1)])
    outcomes = []
    start = time.monotonic()
    for case in cases:
        try:
            outcomes.append(hanging.check(case).calls)
        except KernelFailure as failure:
            outcomes.append(failure.word)
    assert outcomes[:4] == ["HUNG"] * 4
    assert outcomes[-2:] == ["HUNG"] * 2  # larger ones than a size that hung
    assert time.monotonic() - start < 20  # two waits and as many new children


def test_no_secret_reaches_the_child(judge, interpreter, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    interpreter.close()
    with pytest.raises(KernelFailure, match="RuntimeError") as caught:
        check_all(
            judge(*HONEST["plain"][:1], "import os\ndef NAME(a, b, n):\n    raise RuntimeError(dict(os.environ))\n")
        )
    assert "TMPDIR" in str(caught.value)
    assert "sk-secret" not in str(caught.value)
    assert "ANTHROPIC" not in str(caught.value)


def test_a_flood_of_words_is_thrown_away(judge, interpreter):
    check_all(judge(*HONEST["talkative"]))
    check_all(judge(*HONEST["plain"]))
    assert (interpreter.folder / "output").stat().st_size < 1 << 20


def test_closing_leaves_neither_process_nor_folder(judge, interpreter):
    text = HONEST["plain"][1].replace("launch(a, b, n)\n", "launch(a, b, n)\n    os.system('sleep 1000 &')\n")
    with pytest.raises(ReachesOut, match=r"os\.system"):  # when all else has passed
        check_all(judge("copy", text))
    folder, process = interpreter.folder, interpreter.process
    interpreter.close()
    assert not folder.exists()
    assert process.poll() is not None
    assert not left_over(folder)
    interpreter.close()  # closing twice is nothing


# -- a whole run --------------------------------------------------------------

RUN = {
    "hang": "HUNG",
    "abort": "CRASHED",
    "pytest_exit": "RAISED",
    "race": "RACY",
    "one_past_the_end": "OUT_OF_BOUNDS",
    "wrong_when_long": "WRONG",
}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A directory of hostile and honest kernels for a C file of loops; one loop has none."""
    folder = tmp_path_factory.mktemp("crowd")
    kernels = {f"h_{name}": HOSTILE[name][:2] for name in RUN}
    kernels |= {"h_honest": HONEST["plain"], "h_shift": HONEST["shift"]}
    (folder / "crowd.c").write_text(c_text({name: kind for name, (kind, _) in kernels.items()} | {"h_none": "copy"}))
    for name, (_, text) in kernels.items():
        (folder / f"{name}.py").write_bytes(kernel_text(name, text))
    return folder


def test_a_run_judges_each_loop_by_itself(crowd, tmp_path):
    options = ["--loops", crowd / "crowd.c", "--kernels", crowd, "--loop", "h_*", "-k", "correct or (sizes and race)"]
    options += ["-n", "2", "--max-elements", "5003", "--kernel-timeout", "6"]
    options += ["--results", tmp_path / "results", "--min-pass-rate", "0.2"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "CI": "1", "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "200"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_tsvc.py", *map(str, options)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    table = dict(re.findall(r"^(h_\w+) +([A-Z_]+) ", run.stdout, re.MULTILINE))
    honest = {"h_honest": "PASSED", "h_shift": "PASSED", "h_none": "MISSING"}
    assert table == {f"h_{name}": word for name, word in RUN.items()} | honest, run.stdout + run.stderr
    assert run.returncode == 0, run.stdout
    assert "2 of 9 loops pass; gate 20 % met" in run.stdout
    assert not list(tmp_path.glob("tsvc-child-*"))
    assert not left_over(tmp_path)
    assert not re.search(r"^\s+File \"|Traceback", run.stdout, re.MULTILINE)


def left_over(folder) -> list[str]:
    """Processes of children whose folders lie here."""
    found = []
    for process in os.listdir("/proc") if sys.platform == "linux" else []:
        try:
            environment = Path(f"/proc/{process}/environ").read_bytes() if process.isdigit() else b""
            if any(f"{name}={folder}".encode() in environment for name in ("TMPDIR", "TSVC_CHILD")):
                found.append(process)
        except OSError:
            continue
    return found
