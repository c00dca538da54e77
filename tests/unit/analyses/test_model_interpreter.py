"""The normal form, before and after induction substitution, computes what the compiled C computes."""

from pathlib import Path

import numpy as np
import pytest
from tracing import cases, differences, expected, memory_of, prepare

from analyses.model import build
from analyses.model.interpreter import run
from tsvc.loops import LOOPS, load

SHAPES = load(Path(__file__).with_name("shapes.c"))
#: Sizes with whole iterations to spare and some at which a loop hardly runs.
SIZES = [(24, 7), (25, 10), (40, 10), (5, 3), (2, 2), (1, 1)]


@pytest.mark.parametrize("loop", [*LOOPS.values(), *SHAPES.values()], ids=str)
def test_equals_c(loop):
    model = build(loop)
    for case in cases(loop, np.random.default_rng(1), 4, SIZES):
        wanted = expected(case)
        for program in (model.normal, model.program):
            memory, values = memory_of(program, *prepare(case))
            run(program, memory, values)
            assert differences(memory.cells, wanted) == [], case
