import json

import pytest
from stub_model import KEY

from generators.exchange import Reply, Usage
from generators.transcript import Transcript, TranscriptError, without_secrets

ANSWER = {"text": "x", "stop_reason": "end_turn", "model": "m", "usage": None, "seconds": 1.0, "raw": {}}
OUTCOME = {"word": "WRONG", "message": "differs", "code": "c", "verified": None, "seconds": 0.1}


@pytest.fixture
def transcript(tmp_path):
    return Transcript(tmp_path / "new" / "s000.jsonl")


def test_what_is_written_is_read_again(transcript):
    transcript.append("start", loop="s000", sample=1)
    transcript.append("request", attempt=1, turns=["é\n"])
    transcript.append(
        "answer", attempt=1, **{**ANSWER, "usage": {"input": 1, "output": 2, "cache_read": 3, "cache_write": 4}}
    )
    transcript.append("outcome", attempt=1, **OUTCOME)
    again = Transcript(transcript.path)
    assert again.events == transcript.events
    assert again.start == {"loop": "s000", "sample": 1}
    (attempt,) = again.attempts
    assert attempt.reply == Reply("x", "end_turn", "m", Usage(1, 2, 3, 4), 1.0, {})
    assert (attempt.word, attempt.message, attempt.code, attempt.passed) == ("WRONG", "differs", "c", False)
    assert again.usages == [("m", Usage(1, 2, 3, 4))]


@pytest.mark.parametrize("cut", [1, 7, 30, 60])
def test_a_torn_last_line_is_cut_off(transcript, cut):
    transcript.append("start", loop="s000")
    whole = transcript.path.read_bytes()
    transcript.append("answer", attempt=1, **ANSWER)
    torn = transcript.path.read_bytes()[: len(whole) + cut]
    transcript.path.write_bytes(torn)
    again = Transcript(transcript.path)
    assert [event["event"] for event in again.events] == ["start"]
    again.mend()
    assert transcript.path.read_bytes() == whole
    again.append("answer", attempt=1, **ANSWER)
    assert len(Transcript(transcript.path).attempts) == 1


def test_a_file_of_nothing_but_a_torn_line(transcript):
    transcript.path.parent.mkdir()
    transcript.path.write_text('{"event": "sta')
    transcript.mend()
    assert transcript.path.read_bytes() == b""
    assert Transcript(transcript.path).start == {}


@pytest.mark.parametrize("line", ["{", "[]", "{}", "\udcff"])
def test_damage_inside_is_told_with_its_line(transcript, line):
    transcript.append("start", loop="s000")
    with open(transcript.path, "ab") as file:
        file.write(line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(TranscriptError, match=r"s000\.jsonl:2"):
        Transcript(transcript.path)


def test_calls_without_an_answer_are_counted_too(transcript):
    transcript.append("request", attempt=1)  # killed in flight
    transcript.append("request", attempt=1)
    transcript.append("failed", attempt=1, error="down", usage=None)
    transcript.append("request", attempt=1)
    transcript.append("answer", attempt=1, **ANSWER)
    transcript.append("outcome", attempt=1, **OUTCOME)
    transcript.append("request", attempt=2)
    transcript.append("outcome", attempt=2, **{**OUTCOME, "word": "TIMED_OUT", "code": None})
    assert transcript.usages == [("unknown", None), ("unknown", None), ("m", None), ("unknown", None)]
    assert [(one.number, one.word, one.failed_calls) for one in transcript.attempts] == [
        (1, "WRONG", 1),
        (2, "TIMED_OUT", 0),
    ]
    assert transcript.failure == ""
    transcript.append("failed", attempt=3, error="down again", usage=None)
    assert transcript.failure == "down again"


def test_secrets_are_blotted_out(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OTHER_TOKEN", 'with "quotes"')
    monkeypatch.setenv("SHORT_KEY", "ab")
    monkeypatch.setenv("HARMLESS", "innocent-value")
    text = json.dumps({"a": f"x{KEY}y", "b": 'with "quotes"', "c": "ab innocent-value"})
    assert without_secrets(text) == '{"a": "x***y", "b": "***", "c": "ab innocent-value"}'
