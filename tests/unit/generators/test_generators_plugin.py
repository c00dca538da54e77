"""Generation as a user runs it: options, replayed transcripts, several workers, interruption, no key and no SDK."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from stub_model import KEY

from clib.build import ROOT
from generators import plugin

DATA = ROOT / "tests" / "data" / "generated"
SPY = """from pathlib import Path
Path(__file__).with_name("imported").write_text("")
raise ImportError("not in this run")
"""


@pytest.fixture
def environment(tmp_path):
    """A shell with a key to keep, and an SDK that notes its import."""
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "anthropic.py").write_text(SPY)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ANTHROPIC_"))}
    paths = [str(tmp_path / "spy"), *filter(None, [own.get("PYTHONPATH")])]
    more = {"CUDA_VISIBLE_DEVICES": "", "COLUMNS": "200", "HOME": str(tmp_path), "SOME_API_KEY": KEY}
    return {**own, **more, "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture
def suite(environment):
    """suite(options) -> the finished pytest process."""

    def run(*options: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "correct", "--max-elements=5003"]
        command += options
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400)
        return done

    return run


def without_times(text: str, folder) -> str:
    """A results.json in which only what ran where and when may differ."""
    text = re.sub(r'("(?:answer|judge)_seconds": )[0-9.]+', r"\1_", text.replace(str(folder), "DIR"))
    text = re.sub(r'"date": "[^"]*"', '"date": "_"', text)
    return re.sub(r'("commands": \[)[^\]]*', r"\1", text)


@pytest.fixture
def recorded(tmp_path):
    """A copy of the committed directory of generated kernels."""
    return shutil.copytree(DATA, tmp_path / "recorded")


def test_a_replay_by_two_workers_reproduces_the_results(suite, recorded, tmp_path):
    options = ["--loop=s000", "--loop=s111", "-k", "correct"]
    first = suite(*options, f"--kernels={recorded}", f"--results={tmp_path}/first")
    assert first.returncode == 0, first.stdout
    assert "generation:" not in first.stdout  # a complete directory
    replayed = suite(
        *options, f"--kernels={tmp_path}/new", f"--results={tmp_path}/second", f"--llm=replay:{recorded}", "-n", "2"
    )
    assert replayed.returncode == 0, replayed.stdout
    assert "generation: 2 of 2 loops done, 2 with a kernel, 5 attempts" in replayed.stdout
    assert not (tmp_path / "spy" / "imported").exists()
    texts = [(tmp_path / run / "results.json").read_text() for run in ("first", "second")]
    one, two = (without_times(text, folder) for text, folder in zip(texts, (recorded, tmp_path / "new"), strict=True))
    assert one == two
    record = json.loads(texts[0])
    assert [each["verdict"] for each in record["loops"]["s000"]["attempts"]] == ["WRONG", "WRONG", "PASSED"]
    assert [each["verdict"] for each in record["loops"]["s111"]["attempts"]] == ["NO_CODE", "PASSED"]
    assert record["generation"]["by_attempt"][:3] == [0, 1, 2]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in first.stdout + replayed.stdout + first.stderr + replayed.stderr


def test_three_runs_at_once_generate_each_loop_once(environment, tmp_path):
    (calls := tmp_path / "calls").mkdir()
    program = f"{sys.executable} {Path(__file__).with_name('bundled_answers.py')} {calls} 0"
    options = ["--loop=s000", "--loop=s111", "-k", "sizes", f"--kernels={tmp_path}/new", f"--llm=command:{program}"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    runs = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in range(3)]
    outputs = [run.communicate(timeout=400)[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * 3, "\n".join(outputs)
    assert {path.name: path.stat().st_size for path in calls.iterdir()} == {"s000": 1, "s111": 1}
    assert all("2 of 2 loops pass" in output for output in outputs)


def test_without_credentials_a_kernel_is_missing_and_the_words_say_how_to_get_one(suite, tmp_path):
    (tmp_path / "empty").mkdir()
    done = suite("--loop=s000", f"--kernels={tmp_path}/empty", "-q")
    assert done.returncode == 1
    assert "MISSING no kernel for s000" in done.stdout
    assert f"export ANTHROPIC_API_KEY=...; pytest --loop s000 --kernels={tmp_path}/empty" in done.stdout
    assert "errors of the harness" not in done.stdout
    assert not (tmp_path / "spy" / "imported").exists()


def test_control_c_ends_cleanly_with_the_summary_so_far(environment, tmp_path):
    pid_file = tmp_path / "pid"
    client = f"--llm=command:echo $$ > {pid_file}; echo started >&2; sleep 300"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--loop=s000", f"--kernels={tmp_path}/new"]
    process = subprocess.Popen(
        [*command, client],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    while not pid_file.exists() or not pid_file.read_text().strip():
        assert process.poll() is None, process.communicate()[0]
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2, output
    assert "generation: 0 of 1 loops done, 0 with a kernel, 0 attempts" in output
    assert is_gone(int(pid_file.read_text()))


def is_gone(group: int, patience: float = 20) -> bool:
    """Whether a process group ends; one that was killed lingers until somebody has waited for it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


# -- options ------------------------------------------------------------------


def config(**options) -> SimpleNamespace:
    """As much of pytest's config as pytest_configure needs."""
    defaults = {"max_attempts": 10, "reset_after": 5, "samples": 1, "llm_parallel": 8}
    values = {f"--{name.replace('_', '-')}": value for name, value in {**defaults, **options}.items()}
    return SimpleNamespace(stash=pytest.Stash(), getoption=lambda name: values.get(name))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_attempts": 0}, "--max-attempts 0: must be at least 1"),
        ({"samples": 0}, "--samples 0"),
        ({"llm": "openai:x"}, "expected anthropic:MODEL, command:'PROGRAM ...' or replay:DIR"),
        ({"llm": "command:"}, "expected anthropic"),
        ({"llm": "replay:/nowhere"}, "no such directory"),
        ({"llm": "command:cat", "batch": True}, "--batch needs"),
        ({"generate": "always"}, "say where with --kernels=DIR"),
        ({"prices": [ROOT / "nowhere.json"]}, "nowhere.json"),
        ({"prices": [ROOT / "pyproject.toml"]}, "not a price table"),
    ],
)
def test_what_makes_no_sense_is_refused(options, words):
    with pytest.raises(pytest.UsageError, match=re.escape(words)):
        plugin.pytest_configure(config(**options))


@pytest.mark.parametrize(
    ("options", "made"),
    [({}, False), ({"generate": "never"}, False), ({"generate": "missing"}, True), ({"llm": "command:cat"}, True)],
)
def test_a_directory_is_made_only_for_who_asks_for_kernels(tmp_path, options, made):
    plugin.pytest_configure(config(kernels=tmp_path / "new", **options))
    assert (tmp_path / "new").is_dir() is made
