import pytest

from generators.absence import explain
from generators.transcript import Transcript
from tsvc.loops import load

OUTCOME = {"code": None, "verified": None, "seconds": 0.0}


@pytest.fixture
def transcript(tmp_path):
    return Transcript(tmp_path / "transcripts" / "s000.jsonl")


def test_used_up_attempts_are_summed_up(transcript, tmp_path):
    for number, word in enumerate(["WRONG", "NO_CODE", "WRONG"], start=1):
        transcript.append("outcome", attempt=number, word=word, message=f"message {number}\nmore", **OUTCOME)
    told = explain(tmp_path, "s000", "missing", None)
    assert "3 attempts, none accepted (2 WRONG, 1 NO_CODE); the last: message 3" in told
    assert str(transcript.path) in told


def test_a_provider_that_was_down_is_named(transcript, tmp_path):
    transcript.append("failed", attempt=1, error="OverloadedError: busy", usage=None)
    assert "no answer: OverloadedError: busy" in explain(tmp_path, "s000", "missing", None)


def test_a_loop_of_a_users_own_comes_with_its_file(tmp_path, c_file, monkeypatch):
    path = c_file("void mine(int n, real a[restrict n])\n{\n    for (int i = 0; i < n; i++)\n        a[i] = 1;\n}\n")
    monkeypatch.setattr("generators.absence.LOOPS", load(path))
    assert f"pytest --loops={path} --loop mine --kernels={tmp_path}" in explain(tmp_path, "mine", "never", None)


def test_a_damaged_transcript_is_named(transcript, tmp_path):
    transcript.append("start")
    transcript.path.write_text("{\n")
    assert "s000.jsonl:1" in explain(tmp_path, "s000", "missing", None)


@pytest.mark.parametrize(
    ("mode", "llm", "key", "words"),
    [
        ("never", None, True, "--generate=missing"),
        ("missing", None, False, "export ANTHROPIC_API_KEY="),
        ("missing", "command:cat", False, "was not reached"),
        ("missing", None, True, "was not reached"),
    ],
)
def test_what_would_help(tmp_path, monkeypatch, mode, llm, key, words):
    monkeypatch.setattr("generators.absence.has_credentials", lambda: key)
    assert words in explain(tmp_path, "s000", mode, llm)
