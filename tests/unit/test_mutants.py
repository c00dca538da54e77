"""The judge rejects every mutant of a right answer, and accepts right answers however they are rounded."""

import pytest
from mutants import MUTANTS, difference, mutants, score, table

from clib.build import ROOT
from tsvc.cases import make
from tsvc.expected import expect
from tsvc.loops import LOOPS


@pytest.mark.parametrize("name", LOOPS)
def test_mutants_are_rejected(name):
    found = score(name)
    assert not [key for key in found.differs if not found.rejected[key]]
    assert found.differs


@pytest.mark.parametrize("name", LOOPS)
def test_honest_variants_are_accepted(name):
    assert not score(name).refused


def test_on_exact_data_no_mutant_passes_anywhere():
    """Where nothing is rounded, a single case tells all mutants apart."""
    for name in ("s000", "s421", "s151", "vsumr", "s2101", "s481"):
        case = make(LOOPS[name], 257, 9, "exact", 4)
        expected = expect(case)
        assert expected.is_exact
        assert all(difference(case, expected, arrays, result) for *_, arrays, result in mutants(case, expected))


def test_every_mutant_is_tried_on_many_loops():
    tried = {mutant: sum(score(name).mark(mutant) != "." for name in LOOPS) for mutant in MUTANTS}
    assert all(count > 100 for mutant, count in tried.items() if not mutant.startswith("result")), tried
    results = sum(loop.result is not None for loop in LOOPS.values())
    assert tried["result off"] == tried["result missing"] == results


def test_table_of_scores_is_up_to_date():
    renew = "PYTHONPATH=. python tests/unit/mutants.py > docs/mutation-score.md"
    assert (ROOT / "docs" / "mutation-score.md").read_text() == table(), f"renew it with `{renew}`"
