"""Generation through the Message Batches API of a local server."""

import pytest
from messages_server import Answer
from stub_model import fenced
from test_generation import outcomes, right_from

from generators.batch import BatchRun
from generators.clients.batches import Batches
from generators.exchange import CallFailed
from generators.transcript import Transcript

NAMES = ("s000", "s111", "s112")


@pytest.fixture
def run_batches(generation):
    """run_batches(options) -> the BatchRun after its run."""

    def run(**options) -> BatchRun:
        work = generation(NAMES, poll=0.01, **options)
        batches = BatchRun(work, Batches(work.client))
        batches.run()
        return batches

    return run


def test_attempt_by_attempt(server, run_batches):
    asked = server(right_from(3))
    run = run_batches()
    folder = run.generation.plan.folder
    assert [outcomes(folder, name) for name in NAMES] == [["WRONG", "WRONG", "PASSED"]] * 3
    assert [len(batch["results"]) for batch in asked.batches.values()] == [3, 3, 3]
    assert (run.course.done, run.course.passed, run.course.problems) == (3, 3, {})
    assert not any(body.get("stream") for _, body in asked.requests)
    assert all((folder / f"{name}.py").exists() for name in NAMES)


def test_half_the_price(server, run_batches):
    server(right_from(1))
    run = run_batches()
    full = run.ledger.prices.cost("claude-sonnet-5-5", run.ledger.usage)
    assert run.ledger.spent == pytest.approx(full / 2)


def test_a_request_without_an_answer_is_sent_again(server, run_batches):
    asked = server(lambda body, number: Answer(status=500) if number == 1 else right_from(1)(body, number))
    run = run_batches()
    assert len(asked.batches) == 2
    folder = run.generation.plan.folder
    assert [outcomes(folder, name) for name in NAMES] == [["PASSED"]] * 3
    assert run.ledger.uncounted == 0


def test_a_request_that_never_gets_one_is_given_up(server, run_batches):
    def answer(body, number):
        return Answer(status=500) if "s111" in str(body["messages"]) else right_from(1)(body, number)

    asked = server(answer)
    run = run_batches()
    assert len(asked.asked("s111")) == 3
    assert list(run.course.problems) == ["s111"]
    assert outcomes(run.generation.plan.folder, "s112") == ["PASSED"]


@pytest.mark.parametrize("known", [True, False], ids=["its id is on disk", "its id is not"])
def test_a_killed_run_finds_its_batch_again(server, run_batches, monkeypatch, known):
    asked = server(right_from(1))
    where = (Batches, "has_ended" if known else "submit")
    send = Batches.submit

    def die(self, *arguments):
        if not known:
            send(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*where, die)
        with pytest.raises(KeyboardInterrupt):
            run_batches()
    run = run_batches()
    assert len(asked.batches) == 1
    assert run.course.passed == 3


def test_a_batch_that_never_arrived_is_sent(server, run_batches, monkeypatch):
    asked = server(right_from(1))

    def die(self, requests):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Batches, "submit", die)
        with pytest.raises(KeyboardInterrupt):
            run_batches()
    assert run_batches().course.passed == 3
    assert len(asked.batches) == 1


def test_a_provider_that_is_down_is_no_kernels_fault(server, run_batches, monkeypatch):
    server(right_from(1))

    def fail(self, requests):
        raise CallFailed("the provider is down")

    monkeypatch.setattr(Batches, "submit", fail)
    run = run_batches()
    assert run.course.halt == "the provider is down"
    assert sorted(run.course.problems) == sorted(NAMES)
    notes = Transcript(run.generation.store.transcripts / "batches.jsonl")
    assert [event["event"] for event in notes.events] == ["sending", "collected"]


def test_the_limit_on_money_holds_for_a_whole_batch(server, run_batches):
    asked = server(lambda body, number: Answer(fenced("s000")))
    run = run_batches(max_cost=0.01)  # one call could cost 0.005
    assert asked.requests == []
    assert run.course.halt.startswith("--max-cost")
