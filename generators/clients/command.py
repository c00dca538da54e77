"""Any program as a model: the prompt on its standard input, the answer on its standard output."""

import contextlib
import os
import signal
import subprocess
import threading
import time

from generators.exchange import CallFailed, Reply, Request, TimedOut, Unusable, Usage

#: Kept from the program: a candidate's author has no use for the key of another. Other variables are passed on, since a
#: program may need its own provider's key; one that calls this API gets it by another name.
WITHHELD = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


class CommandClient:
    """Runs `sh -c command` for each request, in a process group of its own that ends with the answer.

    timeout: seconds, after which the group is killed and the attempt has failed.
    """

    def __init__(self, command: str, timeout: float):
        self.command, self.timeout = command, timeout
        self.model = f"command:{command}"
        self._running: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, request: Request) -> Reply:
        start = time.monotonic()
        process = self._start()
        try:
            out, errors = process.communicate(request.text.encode(), timeout=self.timeout)
        except subprocess.TimeoutExpired:
            raise TimedOut(f"no answer within {self.timeout:g} s") from None
        finally:
            kill_group(process)
            with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
                process.communicate(timeout=5)
            with self._lock:
                self._running.discard(process)
        if process.returncode:
            message = f"the command ended with exit status {process.returncode}"
            if said := errors.decode(errors="replace").strip().splitlines():
                message += f": {said[-1][:300]}"
            raise (Unusable if process.returncode in (126, 127) else CallFailed)(message)
        return Reply(out.decode(errors="replace"), None, self.model, None, time.monotonic() - start)

    def worst(self, request: Request) -> Usage | None:
        return None

    def close(self) -> None:
        """Kill what runs; whoever asked waits for it, since two cannot read the same pipes."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            kill_group(process)

    def _start(self) -> subprocess.Popen:
        environment = {name: value for name, value in os.environ.items() if name not in WITHHELD}
        with self._lock:
            if self._closed:
                raise CallFailed("interrupted")
            process = subprocess.Popen(
                ["/bin/sh", "-c", self.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )
            self._running.add(process)
        return process


def kill_group(process: subprocess.Popen) -> None:
    """Kill a process and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
