"""Every loop has a word with evidence; compilers find nothing that the findings leave unexplained."""

import csv
from pathlib import Path

import numpy as np
import pytest
from oracle import refutes

from analyses import analyse
from analyses.classification import WORDS, word_of
from analyses.model import build
from tsvc.loops import LOOPS

YARDSTICK = Path(__file__).parents[2] / "data" / "tsvc" / "yardstick.csv"
#: What compilers vectorise and a GPU must not run as it is: a named reason.
NOT_SAFE: dict[str, str] = {}


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("s000", "parallel"),
        ("s115", "parallel"),
        ("s112", "parallel after snapshot"),
        ("s251", "parallel after scalar_expansion"),
        ("s1213", "parallel after distribution"),
        ("s233", "parallel after distribution"),
        ("s2111", "parallel after wavefront"),
        ("s281", "parallel after index_set_split"),
        ("s293", "parallel after peeling"),
        ("vas", "parallel after last_writer"),
        ("s311", "reduction"),
        ("s315", "reduction"),
        ("s321", "scan"),
        ("s221", "scan after distribution"),
        ("s341", "compaction"),
        ("s332", "search"),
        ("s222", "sequential"),
    ],
)
def test_words(name, word):
    assert word_of(analyse(name)) == word


def test_most_loops_are_parallel_and_the_rest_has_a_word():
    words = {name: word_of(analyse(name)) for name in LOOPS}
    assert sum(word.startswith("parallel") for word in words.values()) >= 110
    assert all(any(word.startswith(known) for known in WORDS) for word in words.values())
    for name in LOOPS:
        for finding in analyse(name):
            if finding.kind == "classification":
                assert finding.claim["because"], f"{name}: {finding.advice}"


def test_what_compilers_vectorise_is_explained():
    with YARDSTICK.open() as file:
        rows = list(csv.DictReader(file))
    compilers = [column for column in rows[0] if column.startswith(("clang", "gcc"))]
    assert {row["function"] for row in rows} == LOOPS.keys()
    vectorised = [row["function"] for row in rows if any(row[column] == "1" for column in compilers)]
    assert len(vectorised) >= 100
    unexplained = [name for name in vectorised if word_of(analyse(name)) == "sequential" and name not in NOT_SAFE]
    assert unexplained == []


PRIVATE = {"type": "parallel", "level": "i", "private": ["a"]}
WRONG = [
    ("s321", {"word": "parallel", "because": [{"kind": "parallel", "claim": {"type": "parallel", "level": "i"}}]}),
    ("s321", {"word": "parallel", "because": []}),
    ("s000", {"word": "sequential", "because": [{"kind": "parallel", "claim": {"type": "parallel", "level": "i"}}]}),
    ("s112", {"word": "parallel after", "because": [{"kind": "war", "claim": PRIVATE}]}),
]


@pytest.mark.parametrize(("name", "claim"), WRONG, ids=range(len(WRONG)))
def test_wrong_claims_are_refuted(name, claim):
    assert refutes(build(LOOPS[name]), {"type": "classification", "level": "i", **claim}, np.random.default_rng(2))
