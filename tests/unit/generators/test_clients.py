"""--llm, programs as models, and replayed transcripts."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from stub_model import KEY, fenced

from generators.clients import Limits, SpecError, has_credentials, make_client, parse_spec
from generators.clients.command import CommandClient
from generators.clients.replay import ReplayClient
from generators.exchange import CallFailed, Request, TimedOut, Unusable
from generators.transcript import Transcript

REQUEST = Request("s000", 1, 1, "system text", ("loop text", "feedback"))


@pytest.mark.parametrize(
    "spec", ["gpt", "command", "command: ", "replay:", "replay:/nowhere/at/all", "Anthropic:x", ":"]
)
def test_a_spec_that_names_no_client(spec):
    with pytest.raises(SpecError):
        parse_spec(spec)


def test_what_a_spec_names(tmp_path):
    assert parse_spec(None) == ("anthropic", "")
    assert parse_spec("anthropic:m") == ("anthropic", "m")
    assert parse_spec("command:a:b c") == ("command", "a:b c")
    assert isinstance(make_client(f"replay:{tmp_path}", Limits()), ReplayClient)


def test_credentials_are_looked_for_where_the_sdk_does(monkeypatch, tmp_path):
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    assert not has_credentials()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert not has_credentials()
    (tmp_path / "configs").mkdir()
    assert has_credentials()


@pytest.fixture
def command():
    """command(text, timeout) -> a client that is closed afterwards."""
    clients = []

    def make(text: str, timeout: float = 10) -> CommandClient:
        clients.append(CommandClient(text, timeout))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_command_reads_the_prompt_and_writes_the_answer(command):
    reply = command("cat; printf '\\377é'").ask(REQUEST)
    assert reply.text == "system text\nloop text\nfeedback�é"
    assert (reply.stop_reason, reply.usage, reply.model) == (None, None, "command:cat; printf '\\377é'")


def test_a_command_need_not_read(command):
    big = Request("s000", 1, 1, "x" * 1_000_000, ())
    assert command("echo done").ask(big).text == "done\n"


def test_a_command_has_no_key_of_ours(command, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OTHER_PROVIDER_KEY", "its own")
    text = command("env").ask(REQUEST).text
    assert KEY not in text
    assert "OTHER_PROVIDER_KEY=its own" in text


def test_a_command_that_sleeps_is_killed_with_what_it_started(command, tmp_path):
    start = time.monotonic()
    with pytest.raises(TimedOut, match=r"no answer within 0\.3 s"):
        command(f"(sleep 2; touch {tmp_path}/alive) & sleep 60", 0.3).ask(REQUEST)
    assert time.monotonic() - start < 30
    time.sleep(2.2)
    assert not (tmp_path / "alive").exists()


@pytest.mark.parametrize(
    ("text", "kind"), [("exit 3", CallFailed), ("echo why >&2; exit 1", CallFailed), ("no-such-program", Unusable)]
)
def test_a_command_that_fails_is_no_attempt(command, text, kind):
    with pytest.raises(CallFailed, match="exit status") as caught:
        command(text).ask(REQUEST)
    assert type(caught.value) is kind
    assert ("why" in text) == str(caught.value).endswith(": why")


def test_a_closed_client_starts_nothing(command):
    client = command("echo x")
    client.close()
    with pytest.raises(CallFailed, match="interrupted"):
        client.ask(REQUEST)


def test_a_replay_gives_answers_and_time_outs_by_attempt(tmp_path):
    transcript = Transcript(tmp_path / "transcripts" / "s000.jsonl")
    usage = {"input": 1, "output": 2, "cache_read": 3, "cache_write": 4}
    transcript.append(
        "answer", attempt=1, text=fenced("s000"), stop_reason="end_turn", model="m", usage=usage, seconds=1, raw={}
    )
    transcript.append("outcome", attempt=1, word="WRONG", message="", code="", verified=None, seconds=0)
    transcript.append("outcome", attempt=2, word="TIMED_OUT", message="too late", code=None, verified=None, seconds=0)
    client = ReplayClient(tmp_path)
    assert client.ask(REQUEST) == transcript.attempts[0].reply
    with pytest.raises(TimedOut, match="too late"):
        client.ask(Request("s000", 1, 2, "", ()))
    with pytest.raises(CallFailed, match="attempt 3 of s000, sample 1"):
        client.ask(Request("s000", 1, 3, "", ()))
    with pytest.raises(CallFailed, match="s111"):
        client.ask(Request("s111", 1, 1, "", ()))


def test_closing_ends_what_others_wait_for():
    """Closed in one thread while another reads the program's pipes; which comes first differs from time to time."""
    for _ in range(20):
        client = CommandClient("sleep 60", 50)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.ask, REQUEST)
            while not client._running and not asked.done():
                pass
            client.close()
            assert isinstance(asked.exception(timeout=20), CallFailed)
