"""Each kind of transformation is found where it applies and nowhere else, and false claims of each are refuted."""

from importlib import import_module

import numpy as np
import pytest
from oracle import check_claim, load_checks, refutes

from analyses.finding import OVERAPPROXIMATION, PROVEN, REASSOCIATION
from analyses.model import build
from analyses.model.schedule import distribute, interchange
from tsvc.loops import LOOPS, load

load_checks()

#: The loops of TSVC that each kind is found on.
FOUND = {
    "war": "s112 s115 s116 s118 s121 s131 s151 s162 s171 s175 s176 s211 s212 s241 s243 s244 s256 s257 s281 s421 s422 "
    "s423 s1113 s1213 s1244",
    "overwrite": "s222 s243 s244 s256 s257 s274 s491 s2102 s2244 s4113 s4114 vas",
    "reordering": "s211 s212 s261 s277 s1213",
    "retiming": "s211 s212 s244 s261 s1213 s3251",
    "distribution": "s161 s211 s212 s221 s222 s233 s235 s252 s256 s261 s277 s281 s319 s481 s1213 s2102 s2233 s2251 "
    "s2275 s3251",
    "interchange": "s114 s115 s119 s125 s126 s141 s176 s231 s232 s233 s235 s275 s1115 s1119 s1232 s2102 s2111 s2233 "
    "s2275",
    "wavefront": "s256 s2111",
    "reversal": "s112 s1112",
    "index_set_split": "s276 s281 s1113",
    "peeling": "s291 s292 s293",
    "wrap_around": "s252 s254 s255 s291 s292 s2251",
    "rerolling": "s116 s351 s352 s353",
}

OWN = """
void seidel(int m, real aa[restrict m][m])
{
    for (int t = 0; t < 3; t++)
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                aa[i][j] = (aa[i - 1][j + 1] + aa[i][j - 1] + aa[i][j] + aa[i][j + 1] + aa[i + 1][j]) * 0.2f;
}
/* requires n % 3 == 0 */
void by_three(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i += 3) {
        if (b[i] > 0)
            a[i] = b[i];
        if (b[i + 1] > 0)
            a[i + 1] = b[i + 1];
        if (b[i + 2] > 0)
            a[i + 2] = b[i + 2];
    }
}
/* requires n % 2 == 0 */
void not_alike(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    for (int i = 0; i < n; i += 2) {
        a[i] = b[i];
        a[i + 1] = c[i + 1];
    }
}
/* requires n % 2 == 0 */
real grouped(int n, const real a[restrict n])
{
    real s = 0;
    for (int i = 0; i < n; i += 2)
        s = s + (a[i] + a[i + 1]);
    return s;
}
void last_differs(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (i == n - 1)
            a[i] = 0;
        else
            a[i] = b[i + 1];
    }
}
void falls(int n, real a[restrict n], const real b[restrict n])
{
    real x = 0;
    for (int i = n - 1; i >= 0; i--) {
        a[i] = x + b[i];
        x = b[i] * 2;
    }
}
void falls_and_crosses(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{
    for (int i = n - 2; i >= 1; i--) {
        a[i] = b[i + 1] + c[i];
        b[i] = a[i - 1] * c[i];
    }
}
void rows_win(int m, real a[restrict m], const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            a[j] = bb[i][j];
}
void few_rounds(int n, real a[restrict n])
{
    for (int t = 0; t < 3; t++)
        for (int i = 1; i < n; i++)
            a[i] = a[i - 1] + 1;
}
"""
OWN_FOUND = {
    "seidel": "wavefront war",
    "by_three": "rerolling",
    "not_alike": "",
    "grouped": "rerolling",
    "last_differs": "peeling",
    "falls": "wrap_around",
    "falls_and_crosses": "war reordering retiming distribution",
    "rows_win": "overwrite interchange",
    "few_rounds": "war wavefront overwrite",
}


def findings(kind: str, model):
    return import_module(f"analyses.findings.{kind}").find(model)


def claim(kind: str, name: str, at: int = 0) -> dict:
    return dict(findings(kind, build(LOOPS[name]))[at].claim)


@pytest.mark.parametrize("kind", FOUND)
def test_each_kind_is_found_where_it_applies_and_nowhere_else(kind):
    found = [name for name, loop in LOOPS.items() if findings(kind, build(loop))]
    assert sorted(found) == sorted(FOUND[kind].split())


@pytest.fixture
def own(c_file):
    return load(c_file(OWN))


@pytest.mark.parametrize("name", OWN_FOUND)
def test_kinds_are_found_beyond_tsvc_and_hold(own, name):
    model, rng = build(own[name]), np.random.default_rng(1)
    found = {kind: findings(kind, model) for kind in (*FOUND, "alias_contract")}
    for entries in found.values():
        for finding in entries:
            check_claim(model, finding, rng)
    assert {kind for kind in FOUND if found[kind]} == set(OWN_FOUND[name].split())


def order_of(model, make) -> dict:
    return {"type": "order", "schedule": str(make(model))}


def changed(kind: str, name: str, **entries) -> tuple[str, dict]:
    return name, {**claim(kind, name), **entries}


def textual(name: str) -> dict:
    model = build(LOOPS[name])
    level = model.levels[0]
    return order_of(model, lambda m: distribute(m, level, [[s] for s in m.inside(level)]))


def swapped(name: str) -> dict:
    model = build(LOOPS[name])
    inner = next(level for level in model.levels if level.parent)
    return order_of(model, lambda m: interchange(m, inner.parent, inner))


FALSE = {
    "distribution in the wrong order": lambda: changed("distribution", "s221", groups=[["S1"], ["S0"]]),
    "a recurrence marked parallel": lambda: changed("distribution", "s221", parallel=[True, True]),
    "an illegal distribution": lambda: changed("distribution", "s221", legal=False),
    "a distribution without its expansion": lambda: changed("distribution", "s261", expand=[]),
    "a distribution in textual order": lambda: ("s212", textual("s212")),
    "a reordering undone": lambda: changed("reordering", "s1213", groups=[["S0"], ["S1"]]),
    "a reordering in textual order": lambda: ("s1213", textual("s1213")),
    "shifts the other way": lambda: changed("retiming", "s1213", shifts={"S0": 1, "S1": 0}),
    "a shift too far": lambda: changed("retiming", "s3251", shifts={"S0": 0, "S1": 0, "S2": -2}),
    "a shift with the wrong inner order": lambda: changed("retiming", "s212", order=["S0", "S1"]),
    "a shift without its snapshot": lambda: changed("retiming", "s211", snapshot=[]),
    "s118 interchanged": lambda: ("s118", swapped("s118")),
    "s257 interchanged": lambda: ("s257", swapped("s257")),
    "rows as wavefronts": lambda: changed("wavefront", "s2111", factors=[1, 0]),
    "a reversal without its snapshot": lambda: changed("reversal", "s112", snapshot=[]),
    "the original order as a reversal": lambda: (
        "s1112",
        {**claim("reversal", "s1112"), "schedule": str(build(LOOPS["s1112"]).schedule)},
    ),
    "no threshold": lambda: changed("index_set_split", "s281", parts=["[n] -> { [i] : 0 <= i < n }"]),
    "a threshold too high": lambda: changed(
        "index_set_split", "s281", parts=["[n] -> { [i] : 0 <= 2i <= n + 2 }", "[n] -> { [i] : n + 2 < 2i < 2n }"]
    ),
    "a threshold without the private copy": lambda: changed("index_set_split", "s281", private=[]),
    "a range with a gap": lambda: changed("index_set_split", "s276", parts=["[n] -> { [i] : 0 <= i < n - 1 }"]),
    "a condition left in": lambda: changed("index_set_split", "s276", parts=["[n] -> { [i] : 0 <= i < n }"]),
    "nothing peeled": lambda: changed("peeling", "s291", parts=["[n] -> { [i] : 0 <= i < n }"]),
    "one of two peeled": lambda: changed(
        "peeling", "s292", parts=["[n] -> { [i] : i = 0 < n }", "[n] -> { [i] : 1 <= i < n }"]
    ),
    "a live store called dead": lambda: changed("overwrite", "s222", dead={"S0": "[n] -> { S0[i] }"}),
    "the last store called dead": lambda: changed("overwrite", "s2244", dead={"S0": "[n] -> { S0[i] }"}),
    "the wrong last writer": lambda: changed("overwrite", "s244", last={"S0": "[n] -> { S0[i] }"}),
    "this iteration's value": lambda: changed("wrap_around", "s254", value="b[i]"),
    "a value one too near": lambda: changed("wrap_around", "s255", scalar="y"),
    "too few iterations peeled": lambda: changed("wrap_around", "s254", distance=0),
    "a value without its snapshot": lambda: changed("wrap_around", "s2251", snapshot=[]),
    "copies of the wrong step": lambda: changed("rerolling", "s351", step=2),
    "too few copies": lambda: changed("rerolling", "s353", copies=4),
    "a blocker that is none": lambda: (
        "s211",
        {**claim("war", "s211"), "blocker": {**claim("war", "s211")["blocker"], "source": "S0"}},
    ),
}


@pytest.mark.parametrize("what", FALSE)
def test_false_claims_are_refuted(what):
    name, wrong = FALSE[what]()
    model = build(LOOPS[name])
    assert refutes(model, wrong, np.random.default_rng(4))


def test_a_body_that_does_not_repeat_is_refuted_as_rerolled(own):
    wrong = {"type": "rerolling", "level": "i", "copies": 2, "step": 1, "terms": False, "exact": True}
    assert refutes(build(own["not_alike"]), wrong, np.random.default_rng(4))


@pytest.mark.parametrize("factors", [[1, 0], [0, 1], [1, 1], [1, 2]])
def test_wavefronts_that_are_not_steep_enough_are_refuted(own, factors):
    model = build(own["seidel"])
    found = next(finding.claim for finding in findings("wavefront", model) if finding.claim["outer"] == "i")
    assert found["factors"] == [2, 1]
    assert refutes(model, {**found, "factors": factors}, np.random.default_rng(4))


def test_an_illegal_interchange_is_refuted(own):
    model = build(own["seidel"])
    wrong = order_of(model, lambda m: interchange(m, m.level["i"], m.level["j"]))
    assert refutes(model, wrong, np.random.default_rng(4))


@pytest.mark.parametrize("name", ["s000", "s114", "s421", "s422", "s423", "s424", "s1251", "s4113"])
def test_overlaps_called_safe_that_are_not_are_refuted(name):
    model = build(LOOPS[name])
    (finding,) = findings("alias_contract", model)
    rank = 2 if name == "s114" else 1
    everything = f"{{ [{', '.join('xy'[:rank])}] }}"
    pairs = [{**pair, "safe": everything} for pair in finding.claim["pairs"]]
    assert refutes(model, {**finding.claim, "pairs": pairs}, np.random.default_rng(4))


@pytest.mark.parametrize("name", ["s311", "s293", "s116", "s2111", "s317", "vsumr"])
def test_no_alias_contract_without_a_written_and_another_array(name):
    assert not findings("alias_contract", build(LOOPS[name]))


def test_offsets_that_do_no_harm_are_exact():
    (finding,) = findings("alias_contract", build(LOOPS["s422"]))
    assert "[d = 4]" in finding.claim["pairs"][0]["safe"]  # flat[i + 4] and a[i] in one place


def test_levels_of_the_findings():
    def level(kind, name):
        return findings(kind, build(LOOPS[name]))[0].level

    assert level("rerolling", "s352") == PROVEN  # the sum stays as it is grouped
    assert level("overwrite", "vas") == level("overwrite", "s491") == OVERAPPROXIMATION
    assert level("wavefront", "s2111") == level("retiming", "s1213") == PROVEN


def test_a_regrouped_sum_is_exact_up_to_reassociation(own):
    (finding,) = findings("rerolling", build(own["grouped"]))
    assert finding.level == REASSOCIATION
    assert not finding.claim["exact"]


def test_distribution_carries_the_verdict_on_the_textual_order():
    assert claim("distribution", "s221")["textual_order"]
    assert not claim("distribution", "s1213")["textual_order"]
    assert claim("distribution", "s221")["parallel"] == [True, False]


def test_shifts_that_values_take():
    assert claim("retiming", "s3251")["shifts"] == {"S0": 0, "S1": 0, "S2": -1}
    assert claim("retiming", "s211")["snapshot"] == ["b"]
    assert claim("wavefront", "s2111")["factors"] == [1, 1]


def test_values_of_wrap_around_scalars():
    claims = [finding.claim for finding in findings("wrap_around", build(LOOPS["s292"]))]
    found = {entry["scalar"]: (entry["value"], entry["distance"]) for entry in claims}
    assert found == {"im1": ("i - 1", 1), "im2": ("i - 2", 2)}
    (finding,) = findings("wrap_around", build(LOOPS["s2251"]))
    assert finding.claim["snapshot"] == ["b"]
