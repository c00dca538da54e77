from tsvc.report.slower import slower_section
from tsvc.report.text import text_lines


def record(**loops) -> dict:
    return {"loops": loops}


def judged(speedup: float | None, verdict: str = "PASSED", **more) -> dict:
    return {"verdict": verdict, "speedup": speedup, **more}


def test_loops_below_one_core_stand_with_their_reasons():
    reason = "it adds the first 32 elements whatever n is: less work than a launch, so that no kernel can be faster"
    section = slower_section(
        record(
            s000=judged(2.0),
            s132=judged(0.5),
            s31111=judged(0.03, slower_because=reason),
            s112=judged(0.1, verdict="WRONG"),
            s113=judged(None),
        )
    )
    assert [row[:2] for row in section.table.rows] == [["s31111", "0.03x"], ["s132", "0.50x"]]
    assert [row[2] for row in section.table.rows] == [reason, "its record does not say"]
    lines = text_lines([section])
    assert max(len(line) for line in lines) <= 80
    assert "no kernel can be faster" in " ".join(" ".join(lines).split())


def test_there_is_no_section_where_no_loop_is_slower():
    assert slower_section(record(s000=judged(1.0), s113={"verdict": "MISSING"})) is None
