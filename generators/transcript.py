"""A loop's transcript: every question, answer and outcome of one sample, in an append-only file of JSON lines.

Events, in order of an attempt's life (each has `time`, seconds since 1970):

    start    what the sample is about: loop, sample, source_sha256, llm, analyses, reset_after
    request  attempt, system_sha256, turns: written before anything is sent; the system text stands in the first
    failed   attempt, error, usage: no answer came; the same attempt is asked again, now or in a later run
    answer   attempt, text, stop_reason, model, usage, seconds, raw: written before it is judged
    outcome  attempt, word, message, seconds (of judging), and code or verified where there are such

A line is on the disk before the program goes on. A process killed while it writes leaves a torn last line, which the
next one cuts off.
"""

import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from generators.exchange import Reply, Usage

PASSED = "PASSED"
_SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)S?$")


class TranscriptError(Exception):
    """A transcript that cannot be read; the message says which line of which file."""


@dataclass(frozen=True)
class Attempt:
    """One attempt as its transcript tells it.

    reply: None when the time was over before an answer came. word: None until it is judged. code: the kernel file in
    the answer, None where there was none. failed_calls: calls without an answer before this one.
    """

    number: int
    reply: Reply | None = None
    word: str | None = None
    message: str = ""
    code: str | None = None
    verified: dict | None = None
    failed_calls: int = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.word == PASSED


class Transcript:
    """The transcript at a path; read once, then appended to."""

    def __init__(self, path: Path):
        self.path = path
        self.events = self._read()

    def append(self, event: str, **facts) -> None:
        """Write an event and wait until it is on the disk. Values of secret environment variables are blotted out."""
        entry = {"event": event, "time": round(time.time(), 3), **facts}
        line = without_secrets(json.dumps(entry, ensure_ascii=False)) + "\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        with open(self.path, "ab") as file:
            file.write(line.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            flush_folder(self.path.parent)
        self.events.append(json.loads(line))

    def _read(self) -> list[dict]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        events = []
        whole = data[: data.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                event = json.loads(line)
            except ValueError as error:
                raise TranscriptError(f"{self.path}:{number}: {error}") from None
            if not isinstance(event, dict) or "event" not in event:
                raise TranscriptError(f"{self.path}:{number}: no event of a transcript")
            events.append(event)
        return events

    def mend(self) -> None:
        """Cut off a last line that was not written to its end. Only its owner, under the loop's lock, may do that."""
        if self.path.exists() and not (data := self.path.read_bytes()).endswith(b"\n"):
            with open(self.path, "r+b") as file:
                file.truncate(data.rfind(b"\n") + 1)
                os.fsync(file.fileno())

    @property
    def start(self) -> dict:
        """What the sample is about, as the first event tells it; {} where nothing has begun."""
        first = self.events[0] if self.events else {}
        return {name: value for name, value in first.items() if name not in ("event", "time")}

    @property
    def attempts(self) -> list[Attempt]:
        """Every attempt that has an answer or an outcome, in order."""
        found: dict[int, dict] = {}
        failures: dict[int, int] = {}
        for event in self.events:
            number = event.get("attempt", 0)
            if event["event"] == "failed":
                failures[number] = failures.get(number, 0) + 1
            elif event["event"] == "answer":
                found.setdefault(number, {})["reply"] = read_reply(event)
            elif event["event"] == "outcome":
                facts = {name: event[name] for name in ("word", "message", "code", "verified", "seconds")}
                found.setdefault(number, {}).update(facts)
        return [Attempt(number, failed_calls=failures.get(number, 0), **facts) for number, facts in found.items()]

    @property
    def usages(self) -> list[tuple[str, Usage | None]]:
        """(model, tokens) of every call that was sent; None where nobody counted: failed, or killed in flight."""
        found: list[tuple[str, Usage | None]] = []
        open_request = False
        for event in self.events:
            if event["event"] == "request":
                if open_request:
                    found.append(("unknown", None))
                open_request = True
            elif event["event"] in ("answer", "failed") and open_request:
                found.append((event.get("model") or "unknown", read_usage(event)))
                open_request = False
            elif event["event"] == "outcome" and open_request:  # the time was over
                found.append(("unknown", None))
                open_request = False
        return found + ([("unknown", None)] if open_request else [])

    @property
    def failure(self) -> str:
        """Why the last call brought no answer; "" when it did, or none was sent."""
        last: dict = next((event for event in reversed(self.events) if event["event"] != "request"), {})
        return last["error"] if last.get("event") == "failed" else ""


def read_reply(event: dict) -> Reply:
    """The answer that an event holds."""
    facts = {name: event[name] for name in ("text", "stop_reason", "model", "seconds", "raw")}
    return Reply(usage=read_usage(event), **facts)


def read_usage(event: dict) -> Usage | None:
    return Usage(**event["usage"]) if event.get("usage") else None


def without_secrets(text: str) -> str:
    """The text with the values of environment variables that are named like keys replaced by ***."""
    for name, value in os.environ.items():
        if _SECRET.search(name.upper()) and len(value) >= 8:
            for form in {value, json.dumps(value, ensure_ascii=False)[1:-1]}:
                text = text.replace(form, "***")
    return text


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
