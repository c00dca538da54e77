import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from clib.build import ROOT
from tsvc.results import ResultsError, read_results
from tsvc.schema import first_fault, schema

RUN = {"schema": 1, "machine": {}, "n": 32000, "m": 256, "loops": {"s000": {"verdict": "PASSED"}}}


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(ROOT.glob("results/*/results.json")), ids=lambda path: path.parent.name)
def test_committed_runs_are_of_the_form(path):
    assert first_fault(json.loads(path.read_text())) == ""


def test_the_least_is_enough_and_more_is_kept():
    assert first_fault(RUN) == ""
    more = {**RUN, "new": [1], "machine": {"clock": 3}, "loops": {"s000": {"verdict": "PASSED", "colour": "red"}}}
    assert first_fault(more) == ""


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("loops", "s000", "cases"), "many", "loops.s000.cases: 'many' is not of type 'integer'"),
        (("loops", "s000", "device_us"), -1.0, "loops.s000.device_us: -1.0 is less than or equal"),
        (("loops", "s000", "device_samples_us"), [1.0, "x"], "loops.s000.device_samples_us.1"),
        (("loops", "s000", "attempts"), [{"number": 0}], "loops.s000.attempts.0.number"),
        (("loops", "s000", "sweep"), [{"device_us": 1}], "'n' is a required property"),
        (
            ("loops", "s000", "resources"),
            {"sm_90": {"occupancy": 2}},
            "loops.s000.resources.sm_90.occupancy: 2 is greater",
        ),
        (("loops", "s000", "resources"), {"sm_90": {"launches": [{}]}}, "'kernel' is a required property"),
        (("loops", "s000", "verdict"), "fine", "loops.s000.verdict"),
        (("loops", "s000"), {}, "'verdict' is a required property"),
        (("loops", "s000"), None, "loops.s000"),
        (("n",), 0, "n: 0 is less than"),
        (("machine", "torch"), 2, "machine.torch: 2 is not of type 'string'"),
    ],
)
def test_a_known_key_of_another_type_is_named(tmp_path, place, value, words):
    run = copy.deepcopy(RUN)
    inner = run
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    assert words in first_fault(run)
    (tmp_path / "results.json").write_text(json.dumps(run))
    with pytest.raises(ResultsError, match="damaged"):
        read_results(tmp_path)


def test_a_run_cut_off_anywhere_is_told_so(tmp_path):
    text = (ROOT / "results" / "h200-n32000" / "results.json").read_text()
    for length in (0, 1, 50, 20_000, len(text) // 2, len(text.rstrip()) - 1):
        (tmp_path / "results.json").write_text(text[:length])
        with pytest.raises(ResultsError, match=r"results\.json: damaged or cut off: .*(line|char)"):
            read_results(tmp_path)


def test_a_newer_form_is_told_so(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps({**RUN, "schema": 2}))
    with pytest.raises(ResultsError, match=r"schema 2 is not the one .* a newer version of this program wrote it"):
        read_results(tmp_path)


def test_the_page_about_the_form_says_what_the_form_says():
    page = Path(ROOT / "docs" / "results.md").read_text()
    parts = [schema(), *(schema()["$defs"][name] for name in ("machine", "loop", "attempt", "point", "resources"))]
    for part in parts:
        for key, facts in part["properties"].items():
            assert f"| `{key}` | {facts['description']} |" in page
