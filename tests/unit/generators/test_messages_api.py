"""The API's client, apart from what test_generation shows of it."""

import os
import re
from contextlib import closing

import pytest
from messages_server import Answer

from generators.clients import Limits
from generators.clients.messages_api import MessagesClient, default_model
from generators.exchange import Reply, Request, Unusable, Usage

REQUEST = Request("s000", 1, 1, "system", ("loop s000\n", "feedback"))


def test_the_default_is_the_newest_sonnet_by_its_undated_name():
    assert re.fullmatch(r"claude-sonnet-\d+(-\d{1,2})?", default_model())


def test_options_reach_the_api(server):
    asked = server(lambda body, number: Answer("hello", "stop_sequence"))
    limits = Limits(timeout=20, retries=0, max_tokens=4000, effort="low", thinking_budget=2000)
    with closing(MessagesClient("claude-opus-5-5", limits)) as client:
        reply = client.ask(REQUEST)
    ((headers, body),) = asked.requests
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert body["output_config"] == {"effort": "low"}
    assert (body["model"], body["max_tokens"], body["stream"]) == ("claude-opus-5-5", 4000, True)
    assert [part["text"] for part in body["messages"][0]["content"]] == ["loop s000\n", "feedback"]
    assert headers["anthropic-version"]
    assert reply == Reply("hello", "stop_sequence", "claude-opus-5-5", Usage(100, 1, 2000, 0), reply.seconds, reply.raw)
    assert reply.raw["content"] == [{"text": "hello", "type": "text"}]


def test_the_worst_case_is_never_less_than_what_is_used(server):
    server(lambda body, number: Answer("hello"))
    client = MessagesClient(None, Limits(max_tokens=1000))
    worst = client.worst(REQUEST)
    assert worst == Usage(cache_write=len(REQUEST.text.encode()), output=1000)


def test_without_a_key_the_first_call_says_so(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with closing(MessagesClient("m", Limits())) as client, pytest.raises(Unusable, match=r"authentication|credential"):
        client.ask(REQUEST)
