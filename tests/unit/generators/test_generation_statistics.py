"""generators.statistics, on records made by hand."""

import pytest

from generators.compare import main
from generators.statistics import compare, summarise
from tsvc.results import write_results


def attempts(*words: str, sample: int = 1) -> list[dict]:
    tokens = {"input": 10, "output": 5, "cache_read": 0, "cache_write": 0}
    return [
        {"sample": sample, "number": k, "verdict": word, "tokens": tokens, "usd": 0.25}
        for k, word in enumerate(words, start=1)
    ]


def record(**loops: list[dict]) -> dict:
    entries = {name: {"verdict": "PASSED", "category": "c", "attempts": each} for name, each in loops.items()}
    return {"schema": 1, "machine": {}, "n": 1, "m": 1, "loops": entries}


WRONG = "WRONG"


def test_a_summary():
    run = record(
        s000=attempts("PASSED"),
        s111=attempts(WRONG, "NO_CODE", "PASSED"),
        s112=attempts(*[WRONG] * 6, "PASSED"),
        s113=attempts(*[WRONG] * 10),
        s114=attempts(WRONG),
    )
    run["loops"]["s115"] = {"verdict": "PASSED"}  # not generated
    found = summarise(run, 10, 5, 2)
    assert (found["loops"], found["series"], found["solved_loops"], found["unfinished"]) == (5, 5, 3, 1)
    assert found["by_attempt"] == [1, 1, 2, 2, 2, 2, 3, 3, 3, 3]
    assert found["rescued_by_reset"] == 1
    assert found["pass_at_1"] == {"passed": 1, "total": 5, "rate": 0.2, "low": 0.0362, "high": 0.6245}
    assert found["pass_within"]["passed"] == 3
    assert found["outcomes"] == {"NO_CODE": 1, "PASSED": 3, "WRONG": 18}
    assert found["tokens"] == {"input": 220, "output": 110, "cache_read": 0, "cache_write": 0}
    assert found["usd"] == 5.5
    assert found["usd_per_solved_loop"] == pytest.approx(5.5 / 3)
    assert found["calls_without_usage"] == 2


def test_pass_at_k_of_several_samples():
    run = record(
        s000=attempts("PASSED") + attempts("PASSED", sample=2) + attempts(WRONG, "PASSED", sample=3),
        s111=attempts(WRONG) + attempts(WRONG, sample=2) + attempts("PASSED", sample=3),
    )
    found = summarise(run, 10, 5)
    assert found["pass_at_k"] == {"1": 0.5, "2": pytest.approx((1 + 2 / 3) / 2, abs=1e-4), "3": 1.0}
    assert (found["pass_at_1"]["passed"], found["pass_at_1"]["total"]) == (3, 6)


def test_nothing_generated_nothing_said():
    assert summarise(record(), 10, 5) == {}


def test_pairs_of_runs(tmp_path, capsys):
    names = [f"s{k}" for k in range(8)]
    with_facts = record(**{name: attempts("PASSED") for name in names})
    without = record(**{name: attempts(*([WRONG] * (k < 6)), "PASSED") for k, name in enumerate(names)})
    first, within = compare(with_facts, without)
    assert (first["first"], first["second"], first["only_first"], first["only_second"]) == (8, 2, 6, 0)
    assert first["p"] == pytest.approx(2 / 2**6)
    assert (within["only_first"], within["only_second"], within["p"]) == (0, 0, 1.0)
    for folder, run in (("a", with_facts), ("b", without), ("c", record())):
        write_results(tmp_path / folder, run)
    assert main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "first attempt: 8 and 2 of 8 loops pass; only in the first 6" in capsys.readouterr().out
    assert main([str(tmp_path / "a"), str(tmp_path / "c")]) == 2
    assert main([str(tmp_path / "a"), str(tmp_path / "nowhere")]) == 2
