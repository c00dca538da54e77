"""Runs killed with SIGKILL anywhere and started again: no answer is lost, none is paid for twice.

TSVC_KILL_POINTS: how many points are tried, half of them with batches (default 4).
"""

import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from generate_with_stubs import NAMES
from messages_server import Answer
from stub_model import fenced

from clib.build import ROOT
from generators.store import Store
from generators.transcript import Transcript
from tsvc.kernel import Kernel

HERE = Path(__file__).parent
POINTS = int(os.environ.get("TSVC_KILL_POINTS", "4"))


def answer_by_prompt(body: dict) -> Answer:
    """The third answer is right, and which one it is can be read from what is fed back."""
    parts = [part["text"] for part in body["messages"][0]["content"]]
    seen = re.findall(r"wrong (\d)", parts[1]) if len(parts) > 1 else ["0"]
    number = int(seen[0]) + 1
    name = parts[0].split()[1]
    return Answer(fenced(name, "right" if number == 3 else f"wrong {number}"), pause=0.03)


def start(folder: Path, *more: str) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
    command = [sys.executable, str(HERE / "generate_with_stubs.py"), str(folder), *more]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", ["stream", "batch"])
@pytest.mark.parametrize("seed", range((POINTS + 1) // 2))
def test_killed_and_resumed(server, tmp_path, seed, how):
    rng = random.Random(f"{seed}{how}")
    calls = 3 * len(NAMES)
    kill_at, delay = rng.randint(1, calls), rng.uniform(0, 0.08)
    running: list[subprocess.Popen] = []

    def answer(body, number):
        if len(asked.requests) == kill_at and len(running) == 1:
            threading.Timer(delay, running[0].kill).start()
        return answer_by_prompt(body)

    asked = server(answer)
    options = ["batch"] if how == "batch" else []
    running.append(start(tmp_path, *options))
    running[0].communicate(timeout=60)
    was_killed = running[0].returncode != 0
    kept = sum(len(Transcript(path).attempts) for path in (tmp_path / "transcripts").glob("s*.jsonl"))
    running.append(start(tmp_path, *options))
    _, errors = running[1].communicate(timeout=60)
    assert running[1].returncode == 0, errors

    answers = lost = 0
    for name in NAMES:
        transcript = Transcript(Store(tmp_path).transcript(name, 1))
        assert [one.word for one in transcript.attempts] == ["WRONG", "WRONG", "PASSED"], name
        numbers = [event["attempt"] for event in transcript.events if event["event"] == "answer"]
        assert numbers == [1, 2, 3]
        assert "right" in Kernel.load(name, tmp_path).text
        announced = sum(event["event"] == "request" for event in transcript.events)
        assert announced >= len(asked.asked(name))  # nothing was sent that is not on disk
        answers += len(numbers)
        lost += sum(usage is None for _, usage in transcript.usages)
    assert answers == calls
    if how == "batch":
        assert len(asked.requests) == calls  # a batch is found again
    else:
        in_flight = len(asked.requests) - calls
        assert 0 <= in_flight <= 3 * was_killed
        assert lost >= in_flight  # the ledger shows them
    time.sleep(0)
    assert kept <= calls
