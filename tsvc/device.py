"""The parent's hold on the child that owns the device: requests with a time limit, replacement after any trouble."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clib.build import ROOT, cache_dir
from tsvc import wire
from tsvc.lease import lease_gpu
from tsvc.verdicts import (
    BadSignature,
    Crashed,
    Exited,
    HarnessError,
    Hung,
    KernelFailure,
    NotCompiled,
    OutOfBounds,
    Raised,
)

#: What a child may see of our environment; everything else, keys and tokens included, stays here.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CUDA_HOME", "CUDA_PATH", "VIRTUAL_ENV", "CC")
_STATUS: dict[str, type[KernelFailure]] = {
    "bad_signature": BadSignature,
    "not_compiled": NotCompiled,
    "raised": Raised,
    "out_of_bounds": OutOfBounds,
    "crashed": Crashed,
    "exited": Exited,
}


#: Seconds for a child to come up: it imports torch and triton, on a machine that may be busy.
START_LIMIT = 180.0
#: Bytes that an answer may hold besides each array that it was asked with: guard zones, a result.
_SLACK = 1 << 20


class Device:
    """A child process in one mode: interpreter, cuda, compile or c. Starts on the first request.

    tenants: hashes of the kernels that have run in the present child.
    """

    def __init__(self, mode: str, timeout: float = 60.0):
        self.mode, self.timeout = mode, timeout
        self.process: subprocess.Popen | None = None
        self.gpu = lease_gpu() if mode == "cuda" else None
        self.tenants: set[str] = set()
        self._facts: dict = {}

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

    def request(self, header: dict, arrays: dict | None = None, timeout: float | None = None) -> tuple[dict, dict]:
        """Send one request and return its answer (header, arrays).

        Raises KernelFailure: what became of the kernel. The child is replaced after everything but an ordinary answer.
        Raises HarnessError when a child cannot even start.
        """
        self._ensure_child()
        if "sha256" in header:
            self.tenants.add(header["sha256"])
        answer, results = self._ask(header, arrays, timeout or self.timeout)
        if answer.get("status") != "ok":
            kind = _STATUS.get(str(answer.get("status")), Crashed)
            if self.mode == "cuda" or kind is Exited:  # a CUDA error outlives the call that caused it
                self.close()
            raise kind(str(answer.get("message", "")))
        return answer, results

    def _ask(self, header: dict, arrays: dict | None, limit: float) -> tuple[dict, dict]:
        nonce = secrets.token_hex(16)
        deadline = time.monotonic() + limit
        room = _SLACK + sum(array.nbytes + _SLACK for array in (arrays or {}).values())
        try:
            wire.send(self.requests, {**header, "nonce": nonce}, arrays, deadline)
            answer, results = wire.receive(self.answers, deadline, room)
        except TimeoutError:
            self.close()
            raise Hung(f"no answer within {limit:g} s") from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise self._death() from None
        except wire.BrokenMessage as error:
            self.close()
            raise Crashed(f"the process answered with something that is no answer: {error}") from None
        if answer.pop("nonce", None) != nonce:
            self.close()
            raise Crashed("the process answered a question that was not asked")
        return answer, results

    def close(self) -> None:
        """End the child and everything it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.requests)
        os.close(self.answers)
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ensure_child(self) -> None:
        """A child that lives and waits: one that has died or babbled since its last answer is replaced."""
        if self.process is not None and self.process.poll() is None and not wire.has_unread(self.answers):
            with contextlib.suppress(OSError):
                if (self.folder / "stderr").stat().st_size > _SLACK:
                    os.truncate(self.folder / "stderr", 0)
            return
        self._start()
        try:
            header, _ = self._ask({"op": "describe"}, None, START_LIMIT)
        except KernelFailure as failure:
            raise HarnessError(f"the {self.mode} child does not start: {failure}") from None
        if header.pop("status", "") != "ok":
            self.close()
            raise HarnessError(f"the {self.mode} child does not start: {header.get('message', header)}")
        self._facts = header

    def _start(self) -> None:
        self.close()
        self.tenants = set()
        self.folder = Path(tempfile.mkdtemp(prefix="tsvc-child-"))
        child_requests, self.requests = os.pipe()
        self.answers, child_answers = os.pipe()
        for own in (self.requests, self.answers):
            os.set_blocking(own, False)
        command = [sys.executable, "-m", "tsvc.child", self.mode, str(child_requests), str(child_answers)]
        with open(self.folder / "stderr", "ab") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=self._environment(),
                cwd=ROOT,
                pass_fds=(child_requests, child_answers),
                start_new_session=True,
            )
        os.close(child_requests)
        os.close(child_answers)

    def _environment(self) -> dict[str, str]:
        allowed = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        return allowed | {
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TRITON_CACHE_DIR": str(cache_dir() / "triton"),
            "OMP_NUM_THREADS": "1",
            "CUDA_VISIBLE_DEVICES": self.gpu.visible if self.gpu else "",
        }

    def _death(self) -> Crashed:
        assert self.process is not None
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = None
        words = self._last_words()
        self.close()
        if code is not None and code < 0:
            return Crashed(f"the process died of {signal.Signals(-code).name}{words}")
        if code is None:
            return Crashed(f"the process closed its connection{words}")
        return Exited(f"the process ended itself with exit status {code}{words}")

    def _last_words(self) -> str:
        try:
            with open(self.folder / "stderr", "rb") as output:
                output.seek(max(0, output.seek(0, os.SEEK_END) - 4000))
                lines = output.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f"; its last words: {lines[-1][:300]}" if lines else ""
