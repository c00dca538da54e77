"""Random loop nests beyond TSVC, through the same oracle as the bundled loops.

NESTS=10000 pytest -o faulthandler_timeout=0 tests/unit/analyses/test_nests.py draws more of them.
"""

import hashlib
import os
from pathlib import Path

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, given, settings
from nests import nests
from oracle import check_claim
from tracing import cases, claimed, control, differences, memory_of, prepare, record, shown

from analyses import analyse
from analyses.model import build
from analyses.model.interpreter import run
from tsvc.loops import load

COUNT = int(os.environ.get("NESTS", "60" if "CI" in os.environ else "150"))
#: The same nests on every ordinary run; NESTS draws fresh ones.
FIXED = "NESTS" not in os.environ
ODD = load(Path(__file__).with_name("odd_nests.c"))
SIZES = [(7, 5), (8, 6), (9, 7)]
many = settings(max_examples=COUNT, deadline=None, derandomize=FIXED, suppress_health_check=list(HealthCheck))
few = settings(
    max_examples=max(COUNT // 5, 1), deadline=None, derandomize=FIXED, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("nests")


def loop_of(folder: Path, source: str):
    path = folder / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.c"
    path.write_text(source)
    return load(path)["nest"]


def interpreted(case) -> dict:
    """Memory after the call by the normal form before any substitution: no compiler for each nest."""
    program, (arrays, scalars) = build(case.loop).normal, prepare(case)
    memory, values = memory_of(program, arrays, scalars)
    run(program, memory, values)
    return {key: value for key, value in memory.cells.items() if key[0] in arrays or key[0] == "return_value"}


def check_dependences(loop) -> None:
    """No dependence that a few executions show is missing from the model."""
    model = build(loop)
    for case in cases(loop, np.random.default_rng(9), 3, SIZES):
        instances, values, memory = record(model, case)
        assert not differences(memory.cells, interpreted(case)), loop.source
        control(model, instances)
        missed = shown(instances) - claimed(model, values)
        assert not missed, loop.source


@pytest.mark.parametrize("loop", ODD.values(), ids=str)
def test_odd_nests(loop):
    check_dependences(loop)
    for finding in analyse(loop):
        check_claim(build(loop), finding, np.random.default_rng(10))


@many
@given(source=nests())
def test_no_dependence_is_missed(folder, source):
    check_dependences(loop_of(folder, source))


@few
@given(source=nests())
def test_no_claim_is_refuted(folder, source):
    loop, patch = loop_of(folder, source), pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(oracle, "expected", interpreted)
        patched.setattr(oracle, "RUNS", 3)
        for finding in analyse(loop):
            check_claim(build(loop), finding, np.random.default_rng(10))
