import copy
import json
import re

import pytest

from tsvc.loops import LOOPS
from tsvc.report import markdown, summary_lines
from tsvc.results import write_results

FAILURE = "s112: a: 1 of 1000 elements differ from C\n  first   a[3]: got 1, want 2"


def judged(**facts) -> dict:
    return {"category": "linear dependence", "verdict": "PASSED", "cases": 16, "evidence": 14, **facts}


def timed(device: float, c: float, **facts) -> dict:
    times = {
        "device_us": device,
        "launch_us": 21.5,
        "c_us": c,
        "speedup": c / device,
        "method": "graph",
        "c_method": "C",
    }
    return judged(**{**times, **facts})


def record(**loops) -> dict:
    machine = {"device": "NVIDIA H200", "driver": "570.1", "uuids": ["GPU-a", "GPU-b"], "date": "2026-01-01 00:00 UTC"}
    return {"schema": 1, "machine": machine, "n": 32000, "m": 256, "loops": loops}


TIMED = record(
    s111=timed(2.0, 8.0),
    s112=timed(4.0, 2.0, verdict="WRONG", failure=FAILURE),
    s113=timed(1234.5, 60e6, c_method="timeout", speedup_is_bound=True),
    s114=timed(3.0, 3.0, method="events"),
    s115=judged(verdict="HUNG", failure="s115: no answer within 60 s"),
    s116={"category": "x", "verdict": "MISSING"},
)
UNTIMED = record(
    s111=judged(launches=2, compiled=["sm_80", "sm_90", "sm_100", "gfx942"]),
    s112=judged(launches=1, compiled=["sm_80"]),
    s113={"category": "x", "verdict": "MISSING", "failure": "s113: no kernel for s113"},
)


@pytest.mark.parametrize("made_up", [TIMED, UNTIMED, record()], ids=["timed", "untimed", "empty"])
def test_lines_fit_80_columns(made_up):
    lines = summary_lines(made_up)
    assert max(len(line) for line in lines) <= 80
    assert all(line == line.rstrip() for line in lines)


def test_all_loops_fit_80_columns():
    entry = timed(123456.7, 60e6, c_method="timeout", verdict="OUT_OF_BOUNDS", launch_us=1e6)
    wide = summary_lines(record(**dict.fromkeys(LOOPS, entry)))
    untimed = judged(verdict="OUT_OF_BOUNDS", launches=1000, compiled=["sm_80", "sm_90", "sm_100", "gfx942"])
    limited = summary_lines(record(**dict.fromkeys(LOOPS, timed(1234.5, 60e6, limit_us=123.4, launch_us=1e4))))
    for lines in (wide, limited, summary_lines(record(**dict.fromkeys(LOOPS, untimed)))):
        assert max(len(line) for line in lines) <= 80
        assert [line.split()[0] for line in lines[3 : 3 + len(LOOPS)]] == list(LOOPS)


def test_all_verdicts_at_once_fit_80_columns():
    from tsvc.verdicts import all_failures

    words = [*all_failures(), "PASSED", "ERROR", "SKIPPED", "UNREPORTED"]
    loops = {name: judged(verdict=word) for name, word in zip(LOOPS, words, strict=False)}
    lines = summary_lines(record(**loops))
    assert max(len(line) for line in lines) <= 80
    assert all(f"1 {word}" in " ".join(" ".join(lines).split()) for word in words if word != "PASSED")


def test_timed_table():
    lines = summary_lines(TIMED)
    rows = {line.split()[0]: line.split()[1:] for line in reversed(lines) if line}
    assert " ".join(rows["loop"]) == "verdict cases device us launch us C us speedup"
    assert rows["s111"] == ["PASSED", "16", "2.00", "21.50", "8.00", "4.00x"]
    assert rows["s113"] == ["PASSED", "16", "1234", "21.50", "60000000", ">=", "48602.67x"]
    assert rows["s114"][2] == "3.00*"
    assert rows["s115"] == ["HUNG", "16", "-", "-", "-", "-"]
    assert rows["s116"] == ["MISSING", "-", "-", "-", "-", "-"]


def test_untimed_table():
    lines = summary_lines(UNTIMED)
    assert lines[3].split() == ["s111", "PASSED", "16", "2", "sm_80", "sm_90", "sm_100", "gfx942"]
    assert lines[5].split() == ["s113", "MISSING", "-", "-", "-"]


def test_where_untimed_loops_were_judged_is_said():
    assert "judged on NVIDIA H200 and compiled; not timed (no GPU" in " ".join(summary_lines(UNTIMED))
    run = {**record(s111=judged()), "machine": {"device": "interpreter"}}
    assert "judged in Triton's interpreter; not timed (no GPU" in " ".join(summary_lines(run))


def test_totals_and_failures_close_the_table():
    text = "\n".join(summary_lines(TIMED))
    assert "3 of 6 loops PASSED (95 % interval 18.8% to 81.2%)" in text
    assert "1 HUNG, 1 MISSING, 1 WRONG" in " ".join(text.split())
    assert "\n\nWRONG s112: a: 1 of 1000 elements differ from C\n  first   a[3]: got 1" in text
    assert "\n\nHUNG s115: no answer within 60 s" in text
    assert "Speedup over C on one core, n = 32000, m = 256:\ngeometric mean >= 57.93x over 3 loops that pass" in text
    assert "(1 bounds), 3 at 1x or better" in text


def test_a_wrong_kernels_speed_does_not_count():
    lines = summary_lines(record(s111=timed(2.0, 8.0), s112=timed(1.0, 1000.0, verdict="WRONG")))
    assert "geometric mean 4.00x over 1 loops that pass, 1 at 1x or better" in lines


def test_markdown_says_the_same_again_byte_for_byte(tmp_path):
    for made_up in (TIMED, UNTIMED, record()):
        text = markdown(made_up)
        assert text == markdown(json.loads(json.dumps(copy.deepcopy(made_up))))
        write_results(tmp_path, made_up)
        assert (tmp_path / "REPORT.md").read_text() == text
        assert text.endswith("\n") and not text.endswith("\n\n")


def test_markdown_names_machine_sizes_failures_and_units():
    text = markdown(TIMED)
    assert text.startswith("# TSVC kernels on NVIDIA H200\n\n## Verdicts\n\n3 of 6 loops PASSED")
    assert "| driver | 570.1 |" in text
    assert "GPU-a" not in text
    assert f"```\nWRONG {FAILURE}\n```" in text
    assert "Times in microseconds" in text
    assert "not timed" in markdown(UNTIMED)
    assert "microseconds" not in markdown(UNTIMED)


def section(lines: list[str], title: str) -> list[str]:
    """The lines of one section."""
    start = lines.index(f"{title}:")
    return lines[start + 1 : [*lines, ""].index("", start)]


def test_categories_are_counted_apart():
    loops = {"s111": timed(2.0, 8.0), "s112": timed(4.0, 8.0), "s113": timed(1.0, 1.0, category="packing")}
    loops["s114"] = judged(verdict="WRONG", category="packing")
    _, _, first, second = section(summary_lines(record(**loops)), "By category")
    assert first.split() == ["linear", "dependence", "2/2", "34%", "to", "100%", "2.83x"]
    assert second.split() == ["packing", "1/2", "9%", "to", "91%", "1.00x"]


def test_passes_by_attempt_and_cost():
    wrong, passed = {"verdict": "WRONG", "sample": 1}, {"verdict": "PASSED", "sample": 1}
    loops = {
        "s111": judged(attempts=[passed], usd=0.02, tokens={"input": 100, "output": 10}),
        "s112": judged(attempts=[wrong, wrong, passed], usd=0.06, tokens={"input": 300, "output": None}),
        "s113": judged(verdict="WRONG", attempts=[wrong], usd=None, tokens=None),
    }
    run = {**record(**loops), "generation": {"models": ["m-1"], "rescued_by_reset": 1, "outcomes": {"WRONG": 3}}}
    lines = section(summary_lines(run), "By attempt")
    assert lines[:3] == ["written by m-1", "1 passed only after their context was reset", "attempts ended: 3 WRONG"]
    assert [line.split()[:3] for line in lines[5:]] == [["1", "1", "1/3"], ["2", "0", "1/3"], ["3", "1", "2/3"]]
    rows = [line.split() for line in section(summary_lines(run), "Cost")[2:]]
    assert rows == [
        ["input", "400", "tokens", "200", "tokens"],
        ["output", "10", "tokens", "5", "tokens"],
        ["usd", "$0.0800", "$0.0400"],
    ]


def test_the_fastest_and_the_slowest_say_what_limits_them():
    loops = {name: timed(1.0, k + 1.0) for k, name in enumerate(list(LOOPS)[:12])}
    names = list(loops)
    loops[names[0]] |= {"class": "serial", "launches": 3}
    loops[names[1]] |= {"limit_us": 0.5, "limited_by": "bytes"}
    loops[names[2]] |= {"footprint_bytes": 32_000_000, "calls_per_sample": 32}
    lines = summary_lines(record(**loops))
    slowest, fastest = (section(lines, title)[2:] for title in ("Slowest", "Fastest"))
    assert [line.split()[0] for line in slowest] == names[:10]
    assert [line.split()[0] for line in fastest] == names[:1:-1]
    assert slowest[0].endswith("one program, 3 launches")
    assert slowest[1].endswith("bytes: 50% reached")
    assert slowest[2].endswith("1000 GB/s over its arrays")


def test_hostile_texts_stay_texts_in_markdown():
    failure = "s111: | <script> ``` \n```` x"
    text = markdown(record(s111=judged(verdict="WRONG", failure=failure, category="a|b<c>")))
    assert f"`````\nWRONG {failure}\n`````" in text
    text = markdown(record(s111=judged(category="a|b<c>"), s112=judged(category="*x*")))
    assert r"a\|b\<c>" in text and r"\*x\*" in text


def test_limits_sizes_and_baselines_stand_where_they_are_known():
    point = {"m": 32, "device_us": 2.0, "limit_us": 1.0}
    loops = {
        "s111": timed(2.0, 8.0, limit_us=1.9, limited_by="floor", baselines={"numba": 3.0, "clang": 6.0}),
        "s112": timed(4.0, 8.0, limit_us=0.2, limited_by="bytes", baselines={"numba": None, "clang": 2.0}),
        "s113": timed(1.0, 8.0, limit_us=0.5, limited_by="bytes", verdict="WRONG", baselines={"clang": 9.0}),
        "s114": judged(),
    }
    loops["s111"] |= {"sweep": [{"n": 1024, "c_us": 1.0, **point}, {"n": 2048, "c_us": 8.0, **point}]}
    loops["s111"]["crossover_n"] = 2048
    rates = {"gb_per_s": 1200.4, "sector_gb_per_s": 1700.4}
    loops["s112"]["sweep"] = [{"n": 1024, "c_us": 4.0, **rates, **point}, {"n": 2048, "c_us": None, **point}]
    floors = {"launch": 1.02e-6, "memory_copy": 4.05e12, "cache_bytes": 50 * 2**20, "operations": 5e13, "latency": 4e-9}
    run = record(**loops) | {"noise_band": 0.031}
    run["machine"] = run["machine"] | {"floors": floors}
    lines = summary_lines(run)
    assert section(lines, "Loops")[2].split() == ["s111", "PASSED", "2.00", "1.90", "95%", "21.50", "8.00", "4.00x"]
    mean, _, _, *limits = section(lines, "Against the machine's limit")
    assert re.fullmatch(r"geometric mean of limit / time 0\.22; below 0\.1: 1 \(\w+ 0\.05\)", mean)
    assert [line.split() for line in limits] == [
        ["bytes", "1", "0.05", "0.05", "0", "0", "0"],
        ["floor", "1", "0.95", "0.95", "1", "1", "1"],
        ["all", "2", "0.22", "0.05", "1", "1", "1"],
    ]
    first, _, _, *sizes = section(lines, "Over sizes")
    assert first == "1 of 2 loops overtake C on one core, half of them by n = 2048"
    assert [line.split() for line in sizes] == [["1024", "2", "1.00x", "1", "50%"], ["2048", "1", "4.00x", "1", "50%"]]
    largest = section(lines, "At the largest size")
    assert largest[0] == "geometric mean 2.83x over one core"
    assert largest[1] == "geometric mean of limit / time 0.50; of 2 loops 0 reach 85 %, 2 reach 40 %"
    assert largest[2] == "of a copy's 4050 GB/s, in sectors: of 1 loops 0 reach 85 %, 1 reach 40 %"
    assert [line.split() for line in largest[5:]] == [
        ["s111", "2048", "2.00", "-", "-", "50%", "8.00", "4.00x"],
        ["s112", "1024", "2.00", "1200", "1700", "50%", "4.00", "2.00x"],
    ]
    beside = [line.split() for line in section(lines, "Beside other ways to run the loops")[2:]]
    assert beside[:2] == [["numba", "1", "1.50x", "1"], ["clang", "2", "1.22x", "1"]]
    assert beside[2][-3:] == ["2", "0.87x", "1"]  # 3 us and 2 us are the best
    facts = markdown(run)
    for words in ("launch | 1.02 us", "copy | 4050 GB/s", "bytes | 50 MiB", "50000 G operations/s", "latency | 4.0 ns"):
        assert words in facts
    assert "| noise band | 3.1% between two timings of one kernel |" in facts


def test_the_best_on_the_processor_stands_apart_from_the_gpus():
    loops = {
        "s111": timed(2.0, 8.0, baselines={"openmp": 4.0, "torch": 3.0}, baselines_left={"numba": "WRONG: a differs"}),
        "s112": timed(2.0, 8.0, baselines={"torch": 1.0}, baselines_left={"openmp": "not proven", "numba": "slow"}),
    }
    lines = section(summary_lines(record(**loops)), "Beside other ways to run the loops")
    assert lines[:2] == ["numba: 2 loops without a time (s111 WRONG)", "openmp: 1 loops without a time"]
    rows = [line.split() for line in lines[4:]]
    assert [row[-3:] for row in rows[-2:]] == [["2", "2.83x", "2"], ["2", "0.87x", "1"]]
    assert rows[-2][:4] == ["best", "on", "the", "processor,"]


def test_overtaking_all_cores_is_told_beside_one_core():
    points = [{"n": 1024, "device_us": 2.0, "c_us": 3.0, "c_all_us": 1.0}]
    one = timed(2.0, 3.0, sweep=points, crossover_n=1024, crossover_all_n=None)
    lines = section(summary_lines(record(s111=one)), "Over sizes")
    assert lines[0] == "1 of 1 loops overtake C on one core, half of them by n = 1024"
    assert lines[1] == "no loop overtakes C on all cores at any size that was timed"
    largest = section(summary_lines(record(s111=one)), "At the largest size")
    assert largest[0] == "geometric mean 1.50x over one core, 0.50x over the better of one core and all"
    assert largest[-1].split() == ["s111", "1024", "2.00", "-", "-", "-", "3.00", "1.50x", "0.50x"]


def test_what_was_timed_over_sizes_alone_was_not_judged():
    swept = {"verdict": "PASSED", "sweep": [{"n": 1024, "device_us": 2.0, "c_us": 3.0}]}
    lines = section(summary_lines(record(s111=swept)), "Verdicts")
    assert lines[1:] == ["timed on NVIDIA H200 over sizes alone"]


def test_a_sweep_that_no_loop_wins_says_so():
    points = [{"n": 1024, "device_us": 2.0, "c_us": 1.0}]
    lines = section(summary_lines(record(s111=timed(2.0, 1.0, sweep=points))), "Over sizes")
    assert lines[0] == "no loop overtakes C on one core at any size that was timed"
