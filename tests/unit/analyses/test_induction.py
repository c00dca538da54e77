"""Which integer scalars get a closed form."""

import pytest

from analyses.model import build
from analyses.model.program import Element, text, walk
from tsvc.loops import LOOPS

SUBSCRIPTS = {
    "s122": {"a[((i * n3) + n1) - 1]", "b[(n - i) - 1]"},
    "s125": {"aa[i][j]", "bb[i][j]", "cc[i][j]", "flat[(i * m) + j]"},
    "s128": {"a[i]", "b[2 * i]", "c[2 * i]", "d[i]"},
    "s291": {"a[i]", "b[i]", "b[(i == 0) ? (n - 1) : (i - 1)]"},
}


@pytest.mark.parametrize("name", SUBSCRIPTS)
def test_subscripts(name):
    body = build(LOOPS[name]).program.body
    assert {text(node) for node in walk(body) if isinstance(node, Element)} == SUBSCRIPTS[name]


def test_only_data_dependent_integers_stay():
    kept = {name for name, loop in LOOPS.items() if "int" in build(loop).program.scalars.values()}
    packing = {"s123", "s341", "s342", "s343"}
    indices = {"s315", "s318", "s331", "s3110", "s13110"}
    assert kept == packing | indices | {"s481", "s4114"}
