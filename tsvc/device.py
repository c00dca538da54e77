"""The parent's hold on the child that owns the device: requests within limits, replacement after any trouble."""

import contextlib
import json
import math
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tsvc import boundary, wire
from tsvc.gates import ALL
from tsvc.lease import lease_gpu
from tsvc.processes import end_family, family, memory, threads
from tsvc.verdicts import (
    BadSignature,
    Clobbered,
    Crashed,
    Exited,
    HarnessError,
    Hung,
    KernelFailure,
    NotCompiled,
    OutOfBounds,
    OutOfMemory,
    Racy,
    Raised,
    TooManyProcesses,
    TooMuchOutput,
    Wrong,
)

_STATUS: dict[str, type[KernelFailure]] = {
    "bad_signature": BadSignature,
    "not_compiled": NotCompiled,
    "raised": Raised,
    "out_of_bounds": OutOfBounds,
    "out_of_memory": OutOfMemory,
    "racy": Racy,
    "wrong": Wrong,
    "clobbered": Clobbered,
    "crashed": Crashed,
    "exited": Exited,
}


#: Seconds for a child to come up: it imports torch and triton, on a machine that may be busy.
START_LIMIT = 180.0
#: Bytes that an answer may hold besides each array that it was asked with: guard zones, a result.
_SLACK = 1 << 20
#: Seconds between two looks at what a child uses.
_LOOK = 0.1


class Device:
    """A child process in one mode: interpreter, cuda, compile, c or cpu. Starts on the first request.

    sandbox: "auto", "bwrap" or "process"; boundary: the one in force, see tsvc.boundary.
    gates: what is in force; only tests leave one out.
    tenants: hashes of the kernels that have run in the present child.
    Raises boundary.Unavailable.
    """

    def __init__(self, mode: str, timeout: float = 60.0, sandbox: str = "auto", gates: frozenset[str] = ALL):
        self.mode, self.timeout, self.gates = mode, timeout, gates
        self.boundary = "process" if mode in boundary.OWN else boundary.choose(sandbox)  # our own needs its library
        self.process: subprocess.Popen | None = None
        self.gpu = lease_gpu() if mode == "cuda" else None
        self.tenants: set[str] = set()
        self._facts: dict = {}
        self._next_look = 0.0

    def __repr__(self) -> str:
        return f"Device({self.mode})"

    @property
    def facts(self) -> dict:
        """Names and versions as the child sees them: device, torch, triton, and on a GPU cuda and uuid.

        Raises HarnessError when the child cannot even start.
        """
        if not self._facts:
            self._ensure_child()
        return self._facts

    def request(
        self, header: dict, arrays: dict | None = None, timeout: float | None = None, room: int = 0
    ) -> tuple[dict, dict]:
        """Send one request and return its answer (header, arrays).

        room: bytes that the answer may hold besides as much as the arrays sent.

        Raises KernelFailure: what became of the kernel. The child is replaced after everything but an ordinary answer.
        Raises HarnessError when a child cannot even start.
        """
        self._require_silence()
        self._ensure_child()
        if "sha256" in header:
            self.tenants.add(header["sha256"])
        answer, results = self._ask(header, arrays, timeout or self.timeout, room)
        if answer.get("status") != "ok":
            kind = _STATUS.get(str(answer.get("status")), Crashed)
            has_launched = header.get("ablation") not in (
                "skip",
                "fail",
            )  # a CUDA error outlives the call that caused it
            if (self.mode == "cuda" and has_launched) or kind is Exited:
                self.close()
            raise kind(str(answer.get("message", "")))
        return answer, results

    def _ask(self, header: dict, arrays: dict | None, limit: float, room: int = 0) -> tuple[dict, dict]:
        limit = limit if "timeout" in self.gates else math.inf
        room += _SLACK + sum(array.nbytes + _SLACK for array in (arrays or {}).values())
        try:
            answer = self._converse(header, arrays, time.monotonic() + limit, room)
            self._watch_output()
            return answer
        except TimeoutError:
            self.close()
            raise Hung(f"no answer within {limit:g} s") from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise self._death() from None
        except wire.BrokenMessage as error:
            self.close()
            raise Crashed(f"the process answered with something that is no answer: {error}") from None
        except KernelFailure:
            self.close()
            raise

    def _converse(self, header: dict, arrays: dict | None, deadline: float, room: int) -> tuple[dict, dict]:
        """Question, "done", seal, answer.

        The seal is drawn when the kernel has returned, so that nothing which it could find or write meanwhile is an
        answer.
        """
        sealed = "nonce" in self.gates
        wire.send(self.requests, {**header, "sealed": sealed}, arrays, deadline, self._watch)
        if not sealed:
            return wire.receive(self.answers, deadline, room, self._watch)
        if wire.receive(self.answers, deadline, 0, self._watch) != ({"status": "done"}, {}):
            raise Crashed("the process answered a question that was not asked")
        nonce = secrets.token_hex(16)
        wire.send(self.requests, {"nonce": nonce}, None, deadline, self._watch)
        answer, results = wire.receive(self.answers, deadline, room, self._watch)
        if answer.pop("nonce", None) != nonce:
            raise Crashed("the process answered a question that was not asked")
        return answer, results

    def _require_silence(self) -> None:
        """Raises Crashed when a living child has said something since its last answer, as when two are sent for one.

        It may have been another kernel that ran in this child: whoever judges asks again in a fresh one.
        """
        if self.process is None or not wire.has_unread(self.answers) or "nonce" not in self.gates:
            return
        self.close()
        raise Crashed("the process gave more than one answer to one question")

    def _watch(self) -> None:
        """Raises what the child and its family use too much of; looks at most every _LOOK seconds."""
        now = time.monotonic()
        if now < self._next_look or self.process is None or self.mode in boundary.OWN:
            return
        self._next_look = now + _LOOK
        self._watch_output()
        if "limits" in self.gates:
            pids = family(self.process.pid)
            if (started := threads(pids)) > boundary.THREADS:
                raise TooManyProcesses(f"{started} processes and threads, {boundary.THREADS} are allowed")
            if (held := memory(pids, boundary.MEMORY)) > boundary.MEMORY:
                raise OutOfMemory(f"{held >> 20} MiB of memory, {boundary.MEMORY >> 20} are allowed")

    def _watch_output(self) -> None:
        with contextlib.suppress(OSError):
            size = (self.folder / "output").stat().st_size
            if size > boundary.OUTPUT and "output" in self.gates:
                raise TooMuchOutput(f"{size >> 20} MiB printed, {boundary.OUTPUT >> 20} are allowed")

    def close(self) -> None:
        """End the child and everything it started."""
        if self.process is None:
            return
        end_family(self.process.pid, f"TSVC_CHILD={self.folder}")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # where there is no /proc
        self.process.wait()
        os.close(self.requests)
        os.close(self.answers)
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ensure_child(self) -> None:
        """A child that lives and waits: one that has died since its last answer is replaced."""
        if self.process is not None and self.process.poll() is None and not wire.is_closed(self.answers):
            with contextlib.suppress(OSError):
                if (self.folder / "output").stat().st_size > _SLACK:
                    os.truncate(self.folder / "output", 0)
            return
        self._start()
        try:
            header, _ = self._ask({"op": "describe"}, None, START_LIMIT)
        except KernelFailure as failure:
            raise HarnessError(f"the {self.mode} child does not start: {failure}") from None
        if header.pop("status", "") != "ok":
            self.close()
            raise HarnessError(f"the {self.mode} child does not start: {header.get('message', header)}")
        self._facts = {**header, "boundary": self.boundary}

    def _start(self) -> None:
        self.close()
        self.tenants = set()
        self.folder = Path(tempfile.mkdtemp(prefix="tsvc-child-"))
        child_requests, self.requests = os.pipe()
        self.answers, child_answers = os.pipe()
        for own in (self.requests, self.answers):
            os.set_blocking(own, False)
        limits = json.dumps(boundary.resource_limits(self.mode, self.gates))
        fds = (child_requests, child_answers)
        command = [sys.executable, "-P", "-m", "tsvc.child", self.mode, *map(str, fds), limits]
        if self.boundary == "bwrap":
            command = [*boundary.behind_bwrap(self.mode, self.folder, self.gates), *command]
        visible = self.gpu.visible if self.gpu else ""
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=boundary.environment(self.boundary, self.folder, self.gates, visible),
                cwd=self.folder,
                pass_fds=fds,
                start_new_session=True,
            )
        os.close(child_requests)
        os.close(child_answers)

    def _death(self) -> Crashed:
        assert self.process is not None
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = None
        words = self._last_words()
        self.close()
        if code is not None and self.boundary == "bwrap" and code > 128:
            code = 128 - code  # how bwrap, like a shell, says that a signal ended it
        if code is not None and code < 0:
            return Crashed(f"the process died of {_signal_name(-code)}{words}")
        if code is None:
            return Crashed(f"the process closed its connection{words}")
        return Exited(f"the process ended itself with exit status {code}{words}")

    def _last_words(self) -> str:
        try:
            with open(self.folder / "output", "rb") as output:
                output.seek(max(0, output.seek(0, os.SEEK_END) - 4000))
                lines = output.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f"; its last words: {lines[-1][:300]}" if lines else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
