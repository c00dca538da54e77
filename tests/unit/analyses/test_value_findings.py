"""Expansion, reductions, scans, packing, searches and indirect accesses: where they are found, and where not."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from oracle import check_claim, load_checks, refutes

from analyses import find
from analyses.finding import CONDITION, LEVELS, PROVEN, REASSOCIATION
from analyses.model import build
from tsvc.loops import LOOPS, load

VALUES = load(Path(__file__).with_name("values.c"))
load_checks()

#: kind -> the loops of the 151, and those of values.c, that show it; all others do not.
FOUND = {
    "scalar_expansion": (
        "s251 s252 s253 s254 s255 s258 s261 s281 s1251 s1281 s2251 s4114 vbor",
        "coupled_scalars looks_up matrix_vector two_before",
    ),
    "array_expansion": ("s256 s257", "row_buffer"),
    "reduction": (
        "s118 s13110 s176 s311 s3110 s3111 s31111 s3113 s312 s313 s314 s315 s316 s317 s318 s319 s331 s352 s4115 s4116 "
        "vdotr vsumr",
        "any_negative chosen_maximum correlation histogram last_minimum mask matrix_product matrix_vector "
        "not_a_convolution row_minima several weighted_histogram",
    ),
    "prefix_sum": (
        "s1119 s119 s126 s221 s2233 s231 s233 s235 s242 s275 s3112 s453",
        "falling_sum kept_buffer maximum_that_writes running_maximum running_product watched_sum",
    ),
    "strided_prefix_sum": ("s1221 s424", "every_second"),
    "linear_recurrence": (
        "s2111 s256 s321 s322 s323",
        "alternating coupled_scalars even_order guarded_recurrence horner order_three restarts rotation",
    ),
    "compaction": ("s123 s341 s343", "packs_two"),
    "unpacking": ("s342", ""),
    "convolution": ("s176", "correlation"),
    "early_exit": ("s332 s481 s482", "budget looks_up"),
    "goto_conversion": ("s1161 s161 s277 s278 s279 s318 s332 s442 s443", ""),
    "gather": ("s353 s4112 s4113 s4114 s4115 s4116 vag", "permuted_rows"),
    "scatter": ("s4113 s491 vas", "histogram scattered_recurrence weighted_histogram"),
}


@cache
def found(loop) -> tuple:
    return tuple(find(build(loop)))


def one(loop, kind: str, **claim):
    """The finding of a kind, with some entries of its claim."""
    (finding,) = (
        f for f in found(loop) if f.kind == kind and all(f.claim.get(k) == value for k, value in claim.items())
    )
    return finding


@pytest.mark.parametrize("kind", FOUND)
def test_a_kind_is_found_where_it_is_and_nowhere_else(kind):
    for loops, names in zip((LOOPS, VALUES), FOUND[kind], strict=True):
        assert {name for name, loop in loops.items() if any(f.kind == kind for f in found(loop))} == {*names.split()}


@pytest.mark.parametrize("loop", VALUES.values(), ids=str)
def test_claims_beyond_tsvc_hold(loop):
    model, rng = build(loop), np.random.default_rng(11)
    for finding in found(loop):
        check_claim(model, finding, rng)


def test_findings_are_well_formed():
    for loop in (*LOOPS.values(), *VALUES.values()):
        for finding in found(loop):
            if finding.kind in FOUND:
                assert finding.level in LEVELS and finding.advice.endswith(".") and finding.line > 0
                assert (finding.level == CONDITION) <= ("condition" in finding.claim)


#: A true finding (loop, kind), and what makes its claim false.
MUTATED = [
    ("s311", "reduction", {"operator": "*"}),
    ("s311", "reduction", {"operator": "last"}),
    ("s312", "reduction", {"operator": "+"}),
    ("s314", "reduction", {"operator": "min"}),
    ("s316", "reduction", {"operator": "max"}),
    ("s315", "reduction", {"tie": "last"}),
    ("s3110", "reduction", {"tie": "last"}),
    ("last_minimum", "reduction", {"tie": "first"}),
    ("s315", "reduction", {"operator": "max", "companions": []}),
    ("s331", "reduction", {"operator": "min"}),
    ("s118", "reduction", {"level": "i"}),
    ("s176", "reduction", {"operator": "last"}),
    ("s319", "reduction", {"operator": "*"}),
    ("histogram", "reduction", {"operator": "last"}),
    ("mask", "reduction", {"operator": "&"}),
    ("s3112", "prefix_sum", {"operator": "*"}),
    ("s453", "prefix_sum", {"offset": ["3"]}),
    ("s119", "prefix_sum", {"distance": [1, 0]}),
    ("s1119", "prefix_sum", {"distance": [1, 1]}),
    ("s221", "prefix_sum", {"offset": ["a[i] + c[i] * d[i]"]}),
    ("running_maximum", "prefix_sum", {"operator": "min"}),
    ("running_product", "prefix_sum", {"operator": "+"}),
    ("s1221", "strided_prefix_sum", {"distance": [2]}),
    ("s1221", "strided_prefix_sum", {"state": [["b", ["i - 2"]]]}),
    ("every_second", "strided_prefix_sum", {"operator": "+"}),
    ("s321", "linear_recurrence", {"operator": "+"}),
    ("s321", "linear_recurrence", {"matrix": [["1"]]}),
    ("s322", "linear_recurrence", {"state": [["a", ["i - 1"]]], "matrix": [["b[i]"]], "offset": ["a[i]"]}),
    ("s322", "linear_recurrence", {"matrix": [["c[i]", "b[i]"], ["1", "0"]]}),
    ("s323", "linear_recurrence", {"operator": "*"}),
    ("rotation", "linear_recurrence", {"matrix": [["c[i]", "1"], ["1", "c[i]"]]}),
    ("horner", "linear_recurrence", {"operator": "last"}),
    ("s258", "scalar_expansion", {"operator": "+"}),
    ("s341", "compaction", {"operator": "*"}),
    ("s123", "compaction", {"offset": ["1"]}),
    ("s252", "scalar_expansion", {"phases": [["S2"], ["S1", "S3"]]}),
    ("s255", "scalar_expansion", {"phases": [["S2"], ["S3"], ["S4"]]}),
    ("s251", "scalar_expansion", {"arrays": []}),
    ("s261", "scalar_expansion", {"parallel": True}),
    ("s256", "array_expansion", {"level": "j"}),
    ("s257", "array_expansion", {"level": "i"}),
    ("row_buffer", "array_expansion", {"arrays": []}),
    ("s332", "early_exit", {"level": "i", "tests": ["G0"], "search": True, "before": ["S1"], "parallel": True}),
    ("s482", "early_exit", {"before": []}),
    ("s481", "early_exit", {"before": ["S3"]}),
    ("s161", "goto_conversion", {"guards": {"S0": [["G0", False]], "S1": [["G0", True]]}}),
    ("s277", "goto_conversion", {"guards": {"S0": [["G0", True]], "S1": [["G0", True]]}}),
    ("s332", "goto_conversion", {"leaves": []}),
    ("vag", "gather", {"accesses": [["S0", ["i"]]]}),
    ("s4113", "gather", {"array": "a"}),
    ("s4114", "gather", {"accesses": [["S1", ["ip[i]"]]]}),
    ("vas", "scatter", {"duplicates": "first"}),
    ("s491", "scatter", {"accesses": [["S0", ["i"]]]}),
    ("s176", "convolution", {"kernel": ["c", ["i"]]}),
    ("s176", "convolution", {"signal": ["b", ["n / 2 + i - j"]]}),
    ("correlation", "convolution", {"signal": ["b", ["j"]]}),
]


_IDS = [f"{at}-{name}-{'-'.join(change)}" for at, (name, _, change) in enumerate(MUTATED)]


@pytest.mark.parametrize(("name", "kind", "change"), MUTATED, ids=_IDS)
def test_false_claims_are_refuted(name, kind, change):
    loop = (LOOPS | VALUES)[name]
    finding = next(f for f in found(loop) if f.kind == kind)
    assert refutes(build(loop), {**finding.claim, **change}, np.random.default_rng(12))


#: What does not hold of a loop at all.
WRONG = [
    ("s222", {"type": "scan", "level": "i", "body": "i", "distance": [1], "operator": "linear",
              "state": [["e", ["i - 1"]]]}),
    ("logistic", {"type": "scan", "level": "i", "body": "i", "distance": [1], "operator": "linear",
                  "state": [["a", ["i - 1"]]]}),
    ("clipped_sum", {"type": "scan", "level": "i", "body": "i", "distance": [1], "operator": "+",
                     "state": [["s", []]]}),
    ("s3112", {"type": "reduction", "level": "i", "array": "sum", "operator": "+", "statements": ["S1"]}),
    ("watched_sum", {"type": "reduction", "level": "i", "array": "s", "operator": "+", "statements": ["S1"]}),
    ("s311", {"type": "expansion", "level": "i", "arrays": ["sum"], "parallel": True}),
    ("s258", {"type": "expansion", "level": "i", "arrays": ["s"], "parallel": True}),
    ("kept_buffer", {"type": "expansion", "level": "i", "arrays": ["row"], "parallel": True}),
    ("restarts", {"type": "packing", "level": "i", "body": "i", "distance": [1], "operator": "+",
                  "state": [["j", []]], "counter": "j", "arrays": ["a"]}),
    ("scattered_recurrence", {"type": "scatter", "level": "i", "array": "a", "accesses": [["S0", ["ip[i]"]]],
                              "index": ["ip"], "duplicates": "last"}),
    ("budget", {"type": "early_exit", "level": "i", "tests": ["G0"], "search": True, "before": [], "parallel": True}),
    ("s4113", {"type": "gather", "level": "i", "array": "a", "accesses": [], "index": [], "read_only": True}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "claim"), WRONG, ids=[f"{name}-{claim['type']}" for name, claim in WRONG])
def test_wrong_claims_are_refuted(name, claim):
    assert refutes(build((LOOPS | VALUES)[name]), claim, np.random.default_rng(13))


def test_levels():
    assert one(LOOPS["s311"], "reduction").level == REASSOCIATION
    assert one(LOOPS["s314"], "reduction").level == PROVEN
    assert one(LOOPS["s318"], "reduction").level == CONDITION  # a NaN would be taken
    assert one(LOOPS["s341"], "compaction").level == PROVEN
    assert one(VALUES["histogram"], "reduction").level == PROVEN  # int additions are exact


def test_extrema_know_their_tie_rule():
    assert one(LOOPS["s315"], "reduction").claim["tie"] == "first"
    assert one(LOOPS["s3110"], "reduction", level="i").claim["companions"] == ["xindex", "yindex"]
    assert one(VALUES["last_minimum"], "reduction").claim["tie"] == "last"


def test_several_reductions_in_one_loop():
    reductions = [f for f in found(VALUES["several"]) if f.kind == "reduction"]
    assert {f.claim["array"]: f.claim["operator"] for f in reductions} == {"s": "+", "p": "*", "x": "min", "count": "+"}
    assert one(LOOPS["s3111"], "reduction").claim["guarded"]


def test_sums_of_products_are_dot_products():
    assert one(LOOPS["vdotr"], "reduction").claim["form"] == "dot product"
    assert one(LOOPS["s352"], "reduction").claim["form"] == "dot product"
    assert one(LOOPS["vsumr"], "reduction").claim["form"] == "sum"


def test_recurrences_know_their_order_and_matrix():
    second = one(LOOPS["s322"], "linear_recurrence").claim
    assert (second["order"], second["matrix"]) == (2, [["b[i]", "c[i]"], ["1", "0"]])
    assert one(VALUES["order_three"], "linear_recurrence").claim["order"] == 3
    assert one(LOOPS["s323"], "linear_recurrence").claim["coupled"]
    assert one(LOOPS["s1221"], "strided_prefix_sum").claim["distance"] == [4]


def test_expansion_tells_what_remains():
    assert one(LOOPS["s251"], "scalar_expansion").claim["parallel"]
    assert not one(LOOPS["s261"], "scalar_expansion").claim["parallel"]
    assert one(LOOPS["s256"], "array_expansion").claim["last_value"] == ["a"]
    assert one(LOOPS["s255"], "scalar_expansion").claim["distance"] == {"x": 1, "y": 1}
