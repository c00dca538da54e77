"""Findings are sorted, labelled and JSON-able."""

import json

import pytest

from analyses import analyse
from analyses.finding import LEVELS, Finding
from tsvc.loops import LOOPS


def test_every_finding_is_plain_data():
    for name, loop in LOOPS.items():
        found = analyse(loop)
        assert found == sorted(found) and found == analyse(name)
        for finding in found:
            assert finding.level in LEVELS and finding.loop == name
            assert json.loads(json.dumps(finding.as_dict())) == finding.as_dict()
            assert finding.advice.endswith(".") and "type" in finding.claim


def test_levels_are_checked():
    with pytest.raises(ValueError, match="not a level"):
        Finding("war", "likely", "s000", 1, {"type": "x"}, "Do.")
