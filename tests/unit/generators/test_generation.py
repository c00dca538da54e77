"""Whole generations against a local server: the real SDK, real HTTP, a judge that costs nothing."""

import json
import threading

import pytest
from messages_server import Answer
from stub_model import KEY, code, fenced, judge_by_mark

from generators.clients import Limits
from generators.exchange import Usage
from generators.store import Store
from generators.transcript import Transcript
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS
from tsvc.verdicts import HarnessError

SONNET = "claude-sonnet-5-5"


def right_from(attempt: int):
    """A model whose answers to every loop are wrong before an attempt."""

    def answer(body: dict, number: int) -> Answer:
        name = body["messages"][0]["content"][0]["text"].split()[1]
        return Answer(fenced(name, "right" if number >= attempt else f"wrong {number}"))

    return answer


def outcomes(folder, name: str = "s000", sample: int = 1) -> list[str]:
    """The words of a loop's attempts."""
    return [one.word for one in Transcript(Store(folder).transcript(name, sample)).attempts]


def texts(body: dict) -> list[str]:
    return [part["text"] for part in body["messages"][0]["content"]]


@pytest.mark.parametrize("attempt", [1, 3, 6, 11])
def test_success_at_an_attempt_or_never(server, generation, attempt):
    asked = server(right_from(attempt))
    run = generation()
    run.run()
    folder = run.plan.folder
    passes = attempt <= 10
    assert outcomes(folder) == ["WRONG"] * min(attempt - 1, 10) + ["PASSED"] * passes
    assert len(asked.requests) == min(attempt, 10)
    assert (run.course.done, run.course.passed, run.course.problems) == (1, int(passes), {})
    assert (folder / "s000.py").exists() is passes
    if passes:
        kernel = Kernel.load("s000", folder)
        assert (kernel.origin, kernel.text) == (SONNET, code("s000"))
        assert kernel.record["generation"]["attempt"] == attempt
        assert kernel.record["verified"] == {"stub": {"cases": 1}}
        assert (folder / kernel.record["generation"]["transcript"]).exists()


def test_feedback_and_the_clean_prompt_after_the_reset(server, generation):
    asked = server(right_from(11))
    generation().run()
    bodies = asked.asked("s000")
    assert len(bodies) == 10
    first = texts(bodies[0])
    assert first == ["loop s000\n"]
    for number, body in enumerate(bodies, start=1):
        assert len(body["messages"]) == 1
        assert [body["system"][0]["text"], body["system"][0]["cache_control"]] == [
            "You write kernels.",
            {"type": "ephemeral"},
        ]
        if number in (1, 6):
            assert texts(body) == first
            assert "wrong" not in json.dumps(body)
            continue
        assert texts(body)[0] == first[0]
        told = texts(body)[1]
        assert f"wrong {number - 1}" in told
        assert "a[1]: got 0, want 2" in told
        assert not any(f"wrong {k}" in told for k in range(1, 11) if k != number - 1)


@pytest.mark.parametrize(
    ("first", "calls", "words"),
    [
        (Answer(status=429, headers=(("retry-after", "0.01"),)), 2, ["PASSED"]),
        (Answer(status=529, headers=(("retry-after-ms", "10"),)), 2, ["PASSED"]),
        (Answer(status=500, headers=(("retry-after-ms", "10"),)), 2, ["PASSED"]),
        (Answer("x" * 50, broken="drop"), 2, ["PASSED"]),
        (Answer("x" * 50, broken="garbage"), 2, ["PASSED"]),
        (Answer("x" * 50, broken="error"), 2, ["PASSED"]),
        (Answer("I would rather not.", stop_reason="refusal"), 2, ["REFUSED", "PASSED"]),
        (Answer("", stop_reason="end_turn"), 2, ["EMPTY", "PASSED"]),
        (Answer(fenced("s000")[:60], stop_reason="max_tokens"), 2, ["CUT_OFF", "PASSED"]),
        (Answer("Just use a scan.", stop_reason="end_turn"), 2, ["NO_CODE", "PASSED"]),
        (Answer(fenced("s000", "a") + fenced("s000", "b")), 2, ["SEVERAL_BLOCKS", "PASSED"]),
    ],
    ids=["429", "529", "500", "dropped", "garbage", "error", "refusal", "empty", "cut off", "no code", "two blocks"],
)
def test_every_way_an_answer_can_fail(server, generation, first, calls, words):
    asked = server(lambda body, number: first if number == 1 else Answer(fenced("s000")))
    run = generation()
    run.run()
    folder = run.plan.folder
    assert outcomes(folder) == words
    assert len(asked.requests) == calls
    transcript = Transcript(Store(folder).transcript("s000", 1))
    kinds = [event["event"] for event in transcript.events]
    broke = first.broken != ""
    assert kinds.count("failed") == broke
    assert kinds.count("answer") == len(words)
    assert run.ledger.uncounted == broke
    assert sum(usage is None for _, usage in transcript.usages) == 0  # a broken stream had begun to count
    assert run.course.passed == 1


def test_a_server_that_stays_down_leaves_the_attempt_to_be_made(server, generation):
    down = Answer(status=529, headers=(("retry-after-ms", "5"),))
    asked = server(lambda body, number: down if number <= 3 else Answer(fenced("s000")))
    run = generation()
    run.run()
    assert len(asked.requests) == 3
    assert "OverloadedError" in run.course.problems["s000"]
    assert outcomes(run.plan.folder) == []
    generation().run()
    assert outcomes(run.plan.folder) == ["PASSED"]


def test_streams_that_always_break_end_the_loop_not_the_attempts(server, generation):
    asked = server(lambda body, number: Answer("x" * 80, broken="drop"))
    run = generation(limits=Limits(timeout=20, retries=1, max_tokens=1000))
    run.run()
    assert len(asked.requests) == 2
    assert "ended before the answer" in run.course.problems["s000"]
    assert run.course.halt == ""


def test_a_bad_key_stops_the_whole_run_at_once(server, generation, caplog):
    asked = server(lambda body, number: Answer(f"no such key: {KEY}", status=401))
    run = generation(["s000", "s111", "s112", "s113"], parallel=1)
    run.run()
    assert len(asked.requests) == 1
    assert "AuthenticationError" in run.course.halt
    assert list(run.course.problems) == ["s000"]


def test_an_answer_that_takes_too_long_is_an_attempt(server, generation):
    server(lambda body, number: Answer(fenced("s000"), pause=1.5 if number == 1 else 0))
    run = generation(limits=Limits(timeout=0.5, retries=0))
    run.run()
    assert outcomes(run.plan.folder) == ["TIMED_OUT", "PASSED"]


def test_the_key_is_written_nowhere(server, generation):
    asked = server(lambda body, number: Answer(f"{KEY}\n{fenced('s000', 'right' if number > 2 else KEY)}"))
    run = generation()
    run.run()
    assert run.course.passed == 1
    assert KEY in asked.requests[0][0]["authorization"]
    files = [path for path in run.plan.folder.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert "***" in Store(run.plan.folder).transcript("s000", 1).read_text()


def test_the_ledger_counts_and_the_limit_stops_before_it_is_passed(server, generation):
    asked = server(right_from(11))
    run = generation(max_cost=0.0135, limits=Limits(timeout=20, retries=0, max_tokens=1000))
    run.run()
    assert run.course.halt.startswith("--max-cost: the next call could cost $0.01")
    assert 2 <= len(asked.requests) < 10
    assert 0 < run.ledger.spent <= 0.0135
    transcript = Transcript(Store(run.plan.folder).transcript("s000", 1))
    counted = sum((usage for _, usage in transcript.usages), Usage())
    assert run.ledger.usage == counted
    price = (counted.input * 2 + counted.output * 10 + counted.cache_read * 0.2 + counted.cache_write * 2.5) / 1e6
    assert run.ledger.spent == pytest.approx(price)
    assert generation(max_cost=0.0135).ledger.spent == pytest.approx(price)  # a resumed run does not begin anew


def test_a_complete_directory_asks_nothing(server, generation):
    asked = server(right_from(1))
    generation(["s000", "s111"]).run()
    assert len(asked.requests) == 2
    again = generation(["s000", "s111"])
    assert again.loops == []
    again.run()
    assert len(asked.requests) == 2


def test_a_deleted_kernel_comes_back_from_its_transcript(server, generation):
    asked = server(right_from(2))
    run = generation()
    run.run()
    kernel = run.plan.folder / "s000.py"
    kernel.unlink()
    generation().run()
    assert kernel.read_text() == code("s000")
    assert len(asked.requests) == 2


def test_used_up_attempts_are_not_made_again_but_more_may_be(server, generation):
    from generators.policy import Policy

    asked = server(right_from(4))
    generation(policy=Policy(max_attempts=2)).run()
    generation(policy=Policy(max_attempts=2)).run()
    assert len(asked.requests) == 2
    run = generation(policy=Policy(max_attempts=5))
    run.run()
    assert outcomes(run.plan.folder) == ["WRONG"] * 3 + ["PASSED"]
    assert len(asked.requests) == 4


def test_another_model_begins_anew_and_deletes_nothing(server, generation):
    server(right_from(11))
    generation(llm="anthropic:claude-opus-5-5").run()
    run = generation(llm="anthropic:claude-sonnet-5-5")
    run.run()
    old = run.plan.folder / "transcripts" / "s000.1.old-1.jsonl"
    assert len(Transcript(old).attempts) == 10
    assert outcomes(run.plan.folder) == ["PASSED"]


def test_always_puts_the_old_kernel_aside(server, generation):
    server(right_from(1))
    run = generation()
    run.run()
    run = generation(is_always=True, judging=lambda loop, text: judge_by_mark(loop, ""))
    run.run()
    assert outcomes(run.plan.folder) == ["WRONG"] * 10
    assert not (run.plan.folder / "s000.py").exists()
    assert (run.plan.folder / "old" / "s000.py").read_text() == code("s000")


def test_samples_are_independent_and_the_first_accepted_is_the_kernel(server, generation):
    marks = iter(["no", "right", "right"])
    server(lambda body, number: Answer(fenced("s000", next(marks))))
    from generators.policy import Policy

    run = generation(samples=3, policy=Policy(max_attempts=1))
    run.run()
    folder = run.plan.folder
    assert [outcomes(folder, sample=k) for k in (1, 2, 3)] == [["WRONG"], ["PASSED"], ["PASSED"]]
    assert not (folder / "samples" / "1").exists()
    assert Kernel.load("s000", folder).record["generation"]["sample"] == 2
    assert (folder / "samples" / "3" / "s000.py").exists()


def test_our_own_trouble_keeps_the_answer_for_the_next_run(server, generation):
    asked = server(right_from(1))

    def broken(loop, text):
        raise HarnessError("no compiler")

    run = generation(judging=broken)
    run.run()
    assert run.course.problems == {"s000": "no compiler"}
    assert outcomes(run.plan.folder) == [None]
    generation().run()
    assert outcomes(run.plan.folder) == ["PASSED"]
    assert len(asked.requests) == 1


def test_a_bug_is_raised(server, generation):
    server(right_from(1))
    with pytest.raises(ZeroDivisionError):
        generation(judging=lambda loop, text: 1 / 0).run()


def test_calls_in_flight_are_bounded_and_overlap(server, generation):
    names = list(LOOPS)[:8]
    busy, most = [], []
    lock = threading.Lock()

    def answer(body, number):
        with lock:
            busy.append(1)
            most.append(len(busy))
        threading.Event().wait(0.1)
        with lock:
            busy.pop()
        return Answer(fenced(body["messages"][0]["content"][0]["text"].split()[1]))

    server(answer)
    run = generation(names, parallel=3)
    run.run()
    assert run.course.passed == 8
    assert max(most) in (2, 3)
