"""A local server that speaks as much of the Messages API as the SDK needs: streamed messages and batches.

What it does is scripted: answer(body, number) -> Answer, where number counts the calls for the same loop from 1.
"""

import datetime
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "claude-sonnet-5-5"


@dataclass(frozen=True)
class Answer:
    """One scripted answer.

    status: of HTTP; not 200 is an error with these headers. How a stream breaks: "" not at all, "drop" in the middle
    without an end, "garbage" with an event that is no JSON, "error" with an error event. pause: seconds before it.
    """

    text: str = ""
    stop_reason: str = "end_turn"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    broken: str = ""
    pause: float = 0.0


def loop_of(body: dict) -> str:
    """The loop that a request asks for."""
    text = body["messages"][0]["content"][0]["text"]
    return re.search(r"^# The loop (\w+)$|^loop (\w+)$", text, re.MULTILINE).group(1, 2)[0] or text.split()[1]


def message(body: dict, answer: Answer) -> dict:
    """The Messages API's object; usage by the length of the texts."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": answer.text}],
        "stop_reason": answer.stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 100,
            "output_tokens": max(1, len(answer.text) // 4),
            "cache_read_input_tokens": 2000,
            "cache_creation_input_tokens": 0,
        },
    }


class MessagesServer:
    """Serves on 127.0.0.1 until closed. requests: (headers, body) of every message asked for, batches too."""

    def __init__(self, answer: Callable[[dict, int], Answer]):
        self.answer = answer
        self.requests: list[tuple[dict, dict]] = []
        self.delivered: Counter[str] = Counter()
        self.batches: dict[str, dict] = {}
        self.batch_polls = 1
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._calls: Counter[str] = Counter()
        owner = self

        class Handler(_Handler):
            server_of_messages = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, loop: str) -> list[dict]:
        """The bodies of the calls for one loop, in order."""
        return [body for _, body in self.requests if loop_of(body) == loop]

    def next_answer(self, headers: dict, body: dict) -> Answer:
        with self.lock:
            self.requests.append((headers, body))
            self._calls[loop_of(body)] += 1
            number = self._calls[loop_of(body)]
        return self.answer(body, number)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_of_messages: MessagesServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        owner = self.server_of_messages
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path.startswith("/v1/messages/batches"):
            self._create_batch(headers, body)
            return
        answer = owner.next_answer(headers, body)
        owner.closing.wait(answer.pause)
        if answer.status != 200:
            kinds = {429: "rate_limit_error", 529: "overloaded_error", 401: "authentication_error"}
            error = {"type": kinds.get(answer.status, "api_error"), "message": answer.text or "scripted"}
            self._send(answer.status, {"type": "error", "error": error}, answer.headers)
            return
        try:
            self._stream(message(body, answer), answer)
            owner.delivered[loop_of(body)] += not answer.broken
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _stream(self, whole: dict, answer: Answer) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
        self._event("message_start", message=begun)
        self._event("ping")
        self._event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        half = len(answer.text) // 2
        self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": answer.text[:half]})
        if answer.broken == "garbage":
            self.wfile.write(b"event: content_block_delta\ndata: {not json\n\n")
        if answer.broken == "error":
            self._event("error", error={"type": "overloaded_error", "message": "scripted"})
        if answer.broken:
            self.wfile.flush()
            self.close_connection = True
            return
        self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": answer.text[half:]})
        self._event("content_block_stop", index=0)
        delta = {"stop_reason": answer.stop_reason, "stop_sequence": None}
        self._event("message_delta", delta=delta, usage={"output_tokens": whole["usage"]["output_tokens"]})
        self._event("message_stop")
        self.wfile.flush()
        self.close_connection = True

    def _event(self, kind: str, **facts) -> None:
        self.wfile.write(f"event: {kind}\ndata: {json.dumps({'type': kind, **facts})}\n\n".encode())

    # -- batches --------------------------------------------------------------

    def _create_batch(self, headers: dict, body: dict) -> None:
        owner = self.server_of_messages
        name = f"msgbatch_{len(owner.batches) + 1}"
        lines = []
        for one in body["requests"]:
            answer = owner.next_answer(headers, one["params"])
            if answer.status == 200:
                result = {"type": "succeeded", "message": message(one["params"], answer)}
            else:
                error = {"type": "error", "error": {"type": "api_error", "message": "scripted"}}
                result = {"type": "errored", "error": error}
            lines.append(json.dumps({"custom_id": one["custom_id"], "result": result}))
        now = datetime.datetime.now(datetime.UTC).isoformat()
        owner.batches[name] = {"polls": owner.batch_polls, "results": lines, "created": now}
        self._send(200, self._batch(name))

    def _batch(self, name: str) -> dict:
        batch = self.server_of_messages.batches[name]
        ended = batch["polls"] <= 0
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        counts["succeeded" if ended else "processing"] = len(batch["results"])
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts,
            "created_at": batch["created"],
            "expires_at": batch["created"],
            "results_url": f"{self.server_of_messages.url}/v1/messages/batches/{name}/results" if ended else None,
        }

    def do_GET(self):
        owner = self.server_of_messages
        path = self.path.split("?")[0].removeprefix("/v1/messages/batches").strip("/")
        if not path:
            for batch in owner.batches.values():
                batch["polls"] -= 1
            every = [self._batch(name) for name in reversed(owner.batches)]
            self._send(200, {"data": every, "has_more": False, "first_id": None, "last_id": None})
        elif path.endswith("/results"):
            lines = owner.batches[path.removesuffix("/results")]["results"]
            self._send(200, "".join(f"{line}\n" for line in lines))
        else:
            owner.batches[path]["polls"] -= 1
            self._send(200, self._batch(path))

    def _send(self, status: int, content: dict | str, headers=()) -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if isinstance(content, dict) else "application/x-jsonl")
        self.send_header("content-length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
