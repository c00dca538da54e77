"""No loop compiles to nothing: every build keeps a loop in its machine code and does the work."""

import re
import shutil
import subprocess
from functools import cache

import numpy as np
import pytest

from clib.build import build
from tsvc import LOOPS
from tsvc.cases import make
from tsvc.fast import fast_text
from tsvc.reference import run

N, M = 32000, 256

every_loop = pytest.mark.parametrize("loop", LOOPS.values(), ids=list(LOOPS))
both_builds = pytest.mark.parametrize("kind", ["strict", "fast"])

#: Sums the first 32 elements, whatever n: eight calls of four additions, unrolled.
_STRAIGHT_LINE = {"s31111"}


@cache
def _functions(library) -> dict[str, str]:
    """Disassembly of every function of a library, by name."""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], capture_output=True, text=True, check=True)
    return dict(re.findall(r"^[0-9a-f]+ <([^>]+)>:\n(.*?)(?:\n\n|\Z)", text.stdout, re.MULTILINE | re.DOTALL))


def _repeats(functions: dict[str, str], name: str, seen: frozenset = frozenset()) -> bool:
    """Whether a function jumps backwards or copies memory, itself or in a helper of the same file; or goes to memory
    as often as a row of M elements takes, where it is one straight line of the widest vectors.
    """
    code = functions[name]
    if re.search(r"<(memcpy|memmove|memset)@plt>", code):
        return True
    if len(re.findall(r"^.*\(.*%zmm|^.*%zmm.*\(", code, re.MULTILINE)) >= M // 16 - 1:
        return True
    for address, target, where in re.findall(
        r"^ *([0-9a-f]+):\s+(?:j|b|cb|tb)\S*\s.*?\b([0-9a-f]+) <([^>+]+)", code, re.M
    ):
        if where == name and int(target, 16) <= int(address, 16):
            return True
    called = set(re.findall(r"<([^>+@]+)>", code)) & set(functions) - {name} - seen
    return any(_repeats(functions, helper, seen | {name}) for helper in called)


def _library(loop, kind: str):
    return build(loop.path, kind, *(fast_text(loop.path, N, M) if kind == "fast" else ()))


@pytest.mark.skipif(shutil.which("objdump") is None, reason="no objdump to read machine code with")
@both_builds
@every_loop
def test_machine_code_has_a_loop(loop, kind):
    assert _repeats(_functions(_library(loop, kind)), loop.name) == (loop.name not in _STRAIGHT_LINE)


@pytest.mark.skipif(shutil.which("objdump") is None, reason="no objdump to read machine code with")
def test_a_loop_without_effect_is_noticed(c_file):
    path = c_file("void idle(int n, real a[n]) { for (int i = 0; i < n; i++) { real x = a[i]; x += 1; } }")
    assert not _repeats(_functions(build(path, "strict")), "idle")


def _outcome(loop, seed: int, build: str) -> dict[str, np.ndarray]:
    case = make(loop, N, M, "uniform", seed, {one.name: 0.25 for one in loop.params if one.kind == "real"})
    arrays = case.arrays()
    result = run(loop, arrays, case.n, case.m, case.params, build)
    written = {array.name: arrays[array.name] for array in loop.outputs}
    before = {name: array for name, array in case.arrays().items() if name in written}
    changed = any(before[name].tobytes() != written[name].tobytes() for name in written)
    assert changed or result is not None
    return written if result is None else {**written, "result": np.array([result], np.float32)}


@both_builds
@every_loop
def test_the_answer_follows_from_the_data(loop, kind):
    outcomes = (b"".join(map(bytes, _outcome(loop, seed, kind).values())) for seed in range(12))
    first = next(outcomes)
    # s2102 stores an identity matrix, s317 raises 0.99 to a power.
    assert any(other != first for other in outcomes) or loop.name in ("s2102", "s317")


@every_loop
def test_fast_build_computes_what_the_strict_build_does(loop):
    want = _outcome(loop, 3, "strict")
    for name, got in _outcome(loop, 3, "fast").items():
        # s317 ends in denormals, which the fast build may flush.
        assert np.abs(got - want[name]).max() <= 1e-3 * np.abs(want[name]).max() + np.finfo(np.float32).tiny, name
