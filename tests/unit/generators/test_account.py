"""From the recorded directory of generated kernels to results.json."""

from clib.build import ROOT
from generators.account import add_generation
from generators.ledger import Prices, read_prices
from generators.store import Store
from generators.transcript import Transcript
from tsvc.schema import first_fault

RECORDED = ROOT / "tests" / "data" / "generated"


def record(*names: str) -> dict:
    loops = {name: {"verdict": "PASSED"} for name in names}
    return {"schema": 1, "machine": {}, "n": 1, "m": 1, "loops": loops}


def test_attempts_of_recorded_transcripts():
    run = record("s000", "s111", "s112")
    add_generation(run, Store(RECORDED), read_prices(), 10, 5)
    assert first_fault(run) == ""
    assert [one["verdict"] for one in run["loops"]["s000"]["attempts"]] == ["WRONG", "WRONG", "PASSED"]
    assert "attempts" not in run["loops"]["s112"]
    assert run["generation"]["by_attempt"] == [0, 1, *[2] * 8]
    assert run["generation"]["usd"] is None
    assert run["generation"]["calls_without_usage"] == 5  # a command counts nothing


def test_tokens_and_money(tmp_path):
    transcript = Transcript(tmp_path / "transcripts" / "s000.jsonl")
    usage = {"input": 1000, "output": 200, "cache_read": 0, "cache_write": 0}
    answer = {"text": "", "stop_reason": "end_turn", "model": "m", "usage": usage, "seconds": 2.0, "raw": {}}
    for number in (1, 2):
        transcript.append("request", attempt=number)
        transcript.append("answer", attempt=number, **answer)
        facts = {"code": None, "verified": None, "seconds": 0.0}
        transcript.append("outcome", attempt=number, word="EMPTY", message="", **facts)
    prices = Prices("now", 0.5, {"m": {"input": 1000, "output": 10000, "cache_read": 0, "cache_write": 0}})
    run = record("s000")
    add_generation(run, Store(tmp_path), prices, 10, 5)
    assert run["loops"]["s000"]["usd"] == 6.0
    assert run["loops"]["s000"]["tokens"]["input"] == 2000
    assert (run["generation"]["usd"], run["generation"]["unfinished"]) == (6.0, 1)
    assert run["generation"]["models"] == ["m"]


def test_nothing_is_added_where_nothing_was_generated(tmp_path):
    run = record("s000")
    add_generation(run, Store(tmp_path), read_prices(), 10, 5)
    assert run == record("s000")
