"""Access patterns and traffic: found where they are, and refuted where they are made up."""

from copy import deepcopy

import islpy as isl
import numpy as np
import pytest
from oracle import refutes

from analyses.findings import memory_access
from analyses.findings._count import count, python
from analyses.model import build
from tsvc.loops import LOOPS


def pattern(name: str, level: str, array: str) -> set[str]:
    claims = (finding.claim for finding in memory_access.find(build(LOOPS[name])))
    return {
        entry["pattern"] + (f" {entry['stride']}" if entry["pattern"] in ("strided", "column") else "")
        for claim in claims
        if claim.get("level") == level
        for entry in claim["accesses"]
        if entry["array"] == array
    }


@pytest.mark.parametrize(
    ("name", "level", "array", "wanted"),
    [
        ("s000", "i", "a", {"coalesced"}),
        ("s112", "i", "a", {"reversed"}),
        ("s111", "i", "a", {"strided 2"}),
        ("s171", "i", "a", {"strided inc"}),
        ("s231", "i", "aa", {"coalesced"}),
        ("s231", "j", "aa", {"column m"}),
        ("s1115", "j", "cc", {"column m"}),
        ("s119", "i", "aa", {"column m"}),
        ("s132", "i", "c", {"broadcast"}),
        ("s141", "i", "flat", {"coalesced"}),
        ("s141", "j", "flat", {"varying"}),
        ("s291", "i", "b", {"coalesced"}),
        ("s4112", "i", "b", {"gather"}),
        ("s491", "i", "a", {"scatter"}),
        ("s341", "i", "a", {"irregular"}),
    ],
)
def test_patterns(name, level, array, wanted):
    assert pattern(name, level, array) == wanted


def traffic(name: str) -> dict:
    (claim,) = [f.claim for f in memory_access.find(build(LOOPS[name])) if f.claim["type"] == "traffic"]
    return claim


def test_traffic():
    assert traffic("vpv") == {"type": "traffic", "sizes": {"n": 32}, "bytes": "12*n", "operations": "n"}
    assert traffic("s111")["operations"] == "(n//2)"
    assert traffic("s141")["bytes"] == "6*m*m + 6*m"
    # A guard: at least the condition's array, at most all.
    assert (traffic("vif")["bytes_at_least"], traffic("vif")["bytes_at_most"]) == ("4*n", "8*n")
    # A sum reads each element once however often it is used.
    assert traffic("s176")["operations"].count("n") > 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[n] -> { [i] : 0 <= i < n }", "n"),
        ("[n] -> { [i] : 0 <= i < n and i mod 2 = 1 }", "(n//2)"),
        ("[m] -> { [i, j] : 0 <= j <= i < m }", "(m*m + m)//2"),
        ("[m] -> { [i, j, k] : 0 <= k <= j <= i < m }", "(m*m*m + 3*m*m + 2*m)//6"),
        ("[n] -> { [i] : 0 <= i < n and i != 5 }", "n - 1"),
        ("[n] -> { [i] : 0 <= 3i < n }", "((n + 2)//3)"),
    ],
)
def test_counts(text, wanted):
    points = isl.Set(text)
    found = count(points, isl.Set("[n, m] -> { : n >= 32 and m >= 8 }"))
    assert found is not None
    for n, m in (40, 9), (41, 12):
        fixed = points.intersect_params(isl.Set(f"[n, m] -> {{ : n = {n} and m = {m} }}"))
        assert eval(python(found), {"n": n, "m": m}) == fixed.count_val().to_python()
    assert python(found) == wanted


WRONG = [
    ("s111", lambda claim: claim["accesses"][-1].update(stride="1"), "memory_access"),
    ("s231", lambda claim: claim["accesses"][0].update(stride="m + 1"), "memory_access"),
    ("vpv", lambda claim: claim.update(bytes="8*n"), "traffic"),
    ("vpv", lambda claim: claim.update(operations="2*n"), "traffic"),
    ("vif", lambda claim: claim.update(bytes_at_most="4*n"), "traffic"),
    ("s211", lambda claim: claim.update(bytes="24*n"), "traffic"),
]


@pytest.mark.parametrize(("name", "spoil", "kind"), WRONG, ids=range(len(WRONG)))
def test_wrong_claims_are_refuted(name, spoil, kind):
    model = build(LOOPS[name])
    claim = next(deepcopy(dict(f.claim)) for f in memory_access.find(model) if f.claim["type"] == kind)
    assert not refutes(model, claim, np.random.default_rng(1))
    spoil(claim)
    assert refutes(model, claim, np.random.default_rng(1))
