"""Runs killed with SIGKILL anywhere and started again: no answer is lost, none is paid for twice.

TSVC_KILL_POINTS: how many points are tried, half of them with batches (default 4).
"""

import multiprocessing
import multiprocessing.forkserver
import os
import random
import re
import sys
import threading

import pytest
from generate_with_stubs import NAMES, generate
from messages_server import Answer
from stub_model import fenced

from generators.store import Store
from generators.transcript import Transcript
from tsvc.kernel import Kernel

POINTS = int(os.environ.get("TSVC_KILL_POINTS", "4"))


def answer_by_prompt(body: dict) -> Answer:
    """The third answer is right, and which one it is can be read from what is fed back."""
    parts = [part["text"] for part in body["messages"][0]["content"]]
    seen = re.findall(r"wrong (\d)", parts[1]) if len(parts) > 1 else ["0"]
    number = int(seen[0]) + 1
    name = parts[0].split()[1]
    return Answer(fenced(name, "right" if number == 3 else f"wrong {number}"), pause=0.03)


@pytest.fixture(scope="module")
def processes():
    """Starts processes by fork from one that has imported everything, and has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["generate_with_stubs"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # where it finds what it imports
        multiprocessing.forkserver.ensure_running()
    return context


@pytest.mark.parametrize("how", ["stream", "batch"])
@pytest.mark.parametrize("seed", range((POINTS + 1) // 2))
def test_killed_and_resumed(server, processes, tmp_path, seed, how):
    rng = random.Random(f"{seed}{how}")
    calls = 3 * len(NAMES)
    kill_at, delay = rng.randint(1, calls), rng.uniform(0, 0.08)
    running: list = []

    def answer(body, number):
        if len(asked.requests) == kill_at and len(running) == 1:
            threading.Timer(delay, running[0].kill).start()
        return answer_by_prompt(body)

    asked = server(answer)
    for _ in range(2):
        running.append(processes.Process(target=generate, args=(asked.url, tmp_path, how == "batch")))
        running[-1].start()
        running[-1].join(timeout=120)
    was_killed = running[0].exitcode != 0
    assert running[1].exitcode == 0

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


def test_four_processes_over_one_empty_directory_generate_each_loop_once(server, processes, tmp_path):
    asked = server(lambda body, number: answer_by_prompt(body))
    running = [processes.Process(target=generate, args=(asked.url, tmp_path, False)) for _ in range(4)]
    for process in running:
        process.start()
    for process in running:
        process.join(timeout=120)
    assert [process.exitcode for process in running] == [0] * 4
    assert len(asked.requests) == 3 * len(NAMES)
    assert all("right" in Kernel.load(name, tmp_path).text for name in NAMES)
