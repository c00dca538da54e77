"""Finding, counting and ending what a process has started."""

import os
import shlex
import subprocess
import sys
import time

import pytest

from tsvc.processes import end_family, family, memory, threads

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc")


@pytest.fixture
def tree():
    """tree(script): a shell in a session of its own that has run the script and waits."""
    made = []

    def start(script: str, **environment: str) -> subprocess.Popen:
        command = ["sh", "-c", f"{script}\necho ready\nexec sleep 61"]
        env = {**os.environ, **environment}
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, env=env)
        made.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in made:
        end_family(process.pid, "TREE=1")
        process.wait()
        process.stdout.close()


def test_children_and_sessions_are_found(tree):
    process = tree("sleep 61 & setsid sleep 61 &")
    settle(process.pid, 3)
    assert threads(family(process.pid)) == 3
    assert end_family(process.pid) == []
    assert family(process.pid) == []
    assert process.wait() == -9


def test_an_orphan_in_another_session_is_found_by_its_environment(tree):
    process = tree("(setsid sleep 61 &)", TREE="1")
    settle(process.pid, 1)  # the shell in between has ended
    settle(process.pid, 2, "TREE=1")
    assert len(family(process.pid, "TREE=1")) == 2
    assert len(family(process.pid)) == 1
    assert end_family(process.pid, "TREE=1") == []


def test_what_forked_processes_share_counts_once(tree):
    code = "import os, time; block = bytearray(100 << 20); os.fork(); os.fork(); time.sleep(61)"
    process = tree(f"{shlex.join([sys.executable, '-c', code])} &")
    settle(process.pid, 5)
    pids = family(process.pid)
    assert len(pids) == 5  # the shell, and four of two forks
    assert 100 << 20 < memory(pids) < 200 << 20
    assert memory(pids, enough=1 << 40) > 400 << 20


def test_nobody_takes_nothing():
    process = subprocess.Popen(["true"])
    process.wait()
    assert (threads([process.pid]), memory([process.pid]), family(process.pid)) == (0, 0, [])


def settle(root: int, count: int, marker: str | None = None) -> None:
    deadline = time.monotonic() + 20
    while len(family(root, marker)) < count and time.monotonic() < deadline:
        time.sleep(0.01)
