"""What C does as tsvc.work counts it, against the analyses' interpreter, a second reading of the same text."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from analyses.model import build
from analyses.model.interpreter import Memory, run
from clib.build import ROOT
from tsvc.cases import make
from tsvc.counted import NotCounted
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.inputs import Case
from tsvc.limits import Work
from tsvc.loops import LOOPS, load
from tsvc.work import _polynomial, count

FOREIGN = {
    name: loop
    for path in (
        *sorted((ROOT / "tests/data/loops").glob("*.c")),
        ROOT / "tests/unit/analyses/shapes.c",
        ROOT / "tests/unit/analyses/odd_nests.c",
    )
    for name, loop in load(path).items()
}


@pytest.fixture(scope="module")
def clock():
    device = Device("c")
    yield device
    device.close()


class Witness(Memory):
    """A memory that notes which elements of arrays are read before they are written, and which are written."""

    def __init__(self, cells: dict, arrays: dict):
        super().__init__(cells)
        self.arrays, self.read, self.written = arrays, set(), set()

    def load(self, name, index):
        if name in self.arrays and (name, index) not in self.written:
            self.read.add((name, index))
        return super().load(name, index)

    def store(self, name, index, value):
        if name in self.arrays:
            self.written.add((name, index))
        super().store(name, index, value)


def interpreted(case: Case) -> tuple[int, int, int, int]:
    """(elements read, written, sectors of eight read, written); every array begins with a sector."""
    program = build(case.loop).normal
    arrays = {k: v.astype(np.float64) if v.dtype == np.float32 else v for k, v in case.arrays().items()}
    scalars = {"n": case.n, "m": case.m, **arguments(case.loop, case.n, case.m, case.params)}
    values = {name: scalars[name] for name in program.parameters}
    witness = Witness(Memory.of(program, arrays, values).cells, arrays)
    run(program, witness, values)
    sectors = [
        {(name, int(np.ravel_multi_index(index, arrays[name].shape)) // 8) for name, index in touched}
        for touched in (witness.read, witness.written)
    ]
    written = len(witness.written) + (case.loop.result is not None)
    return len(witness.read), written, *map(len, sectors)


@pytest.mark.parametrize("loop", [*LOOPS.values(), *FOREIGN.values()], ids=str)
def test_elements_are_those_that_another_reading_of_the_text_touches(clock, loop):
    for n, m, kind, seed in ((40, 7, "exact", 1), (35, 10, "awkward", 2), (33, 6, "tsvc", 0)):
        case = make(loop, n, m, kind, seed)
        found = count(clock, case)
        counts = found.read, found.written, found.sectors_read, found.sectors_written
        assert counts == interpreted(case), case


def work(clock, c_file, text: str, n: int = 100, kind: str = "exact", **params) -> Work:
    (loop,) = load(c_file(text, f"f{zlib.crc32(text.encode())}.c")).values()  # a file is parsed once
    return count(clock, make(loop, n, 1, kind, 3, params))


@pytest.mark.parametrize(
    ("body", "operations"),
    [
        ("a[0] = b[0] + 1;", 1),
        ("a[0] = b[0];", 0),
        ("a[0] = -b[0];", 0),
        ("for (int i = 0; i < n; i++) a[i] = a[i] * b[i] + 2;", 200),
        ("for (int i = 0; i < n; i++) a[i] -= b[i] / 3;", 200),
        ("for (int i = 0; i < n; i++) if (i % 2) a[i] += (real)i;", 50),
        ("for (int i = 0; i < n; i++) a[i] = i % 4 == 0 ? b[i] * b[i] : b[i];", 25),
        ("for (int i = 0; i < n; i++) a[i] = real_sin(b[i]);", 100),
        ("for (int i = 0; i < n; i++) a[i] = real_abs(b[i]);", 0),
        ("real s = 0; int i = 0; while (i < 10) { s += b[i]; i++; } a[0] = s;", 10),
        ("int k = 5 * n / 7; a[k] = k + 1;", 0),
    ],
)
def test_operations_are_arithmetic_on_real_numbers(clock, c_file, body, operations):
    text = f"void f(int n, real a[restrict n], const real b[restrict n]) {{ {body} }}"
    assert work(clock, c_file, text).operations == operations


def chain(clock, c_file, statement: str, n: int, low="1/4", high="1/2") -> int:
    data = f"/* data a in {low}..{high}\n * data b in {low}..{high}\n */\n"
    text = f"void f(int n, real a[restrict n], const real b[restrict n]) {{ {statement} }}"
    return work(clock, c_file, data + text, n, "uniform").chain


@pytest.mark.parametrize(
    "linear",
    [
        "for (int i = 1; i < n; i++) a[i] = a[i - 1] * b[0] + b[i];",
        "for (int i = 1; i < n; i++) a[i] = a[i - 1] * b[i] + a[i];",
        "for (int i = 2; i < n; i++) a[i] = (a[i - 1] + a[i - 2]) * (real)0.5;",
        "for (int i = 1; i < n; i++) a[i] = a[i - 1] + b[i] * b[i];",
        "for (int i = 0; i < n; i++) a[0] = a[0] > b[i] ? a[0] : b[i];",
    ],
)
def test_what_reassociates_is_no_chain(clock, c_file, linear):
    assert chain(clock, c_file, linear, 100) == chain(clock, c_file, linear, 1000) <= 2


def test_a_recurrence_of_a_square_is_a_chain_through_all_its_steps(clock, c_file):
    # A fixed point of x*x + b within (0, 1): nothing becomes a zero, which would end the chain.
    square = "for (int i = 1; i < n; i++) a[i] = a[i - 1] * a[i - 1] + b[i] / 4;"
    assert chain(clock, c_file, square, 50) == 49
    assert chain(clock, c_file, square, 500) == 499


def test_a_chain_ends_where_the_data_make_it_constant(clock, c_file):
    squaring = "for (int i = 1; i < n; i++) a[i] = a[i - 1] * a[i - 1];"
    assert 3 < chain(clock, c_file, squaring, 500) < 12  # 2**-150 is 0
    assert chain(clock, c_file, squaring, 500, low="1", high="1") == 0  # multiplying by one does nothing


def test_a_product_has_the_logarithm_of_its_degree_at_most(clock, c_file):
    product = "for (int i = 1; i < n; i++) a[0] *= a[i] + 1;"
    assert chain(clock, c_file, product, 60) <= 6


def test_reading_again_and_reading_what_was_written_costs_nothing(clock, c_file):
    text = """void f(int n, real a[restrict n], const real b[restrict n])
    {
        for (int k = 0; k < 5; k++)
            for (int i = 0; i < 10; i++)
                a[i] = b[i] + b[0];
        for (int i = 0; i < 10; i++)
            a[i + 10] = a[i];
    }"""
    found = work(clock, c_file, text)
    assert (found.read, found.written) == (10, 20)


def test_a_search_counts_up_to_its_hit(clock, c_file):
    text = """/* data a in 0..1 */
    real f(int n, real a[restrict n])
    {
        for (int i = 0; i < n; i++)
            if (a[i] >= 0 && i == 16)
                return a[i];
        return 0;
    }"""
    found = work(clock, c_file, text)
    assert (found.read, found.written, found.operations) == (17, 1, 0)


def test_local_arrays_are_not_counted(clock, c_file):
    text = """void f(int n, real a[restrict n])
    {
        real t[4];
        for (int i = 0; i < 4; i++)
            t[i] = a[i];
        a[5] = t[0] + t[3];
    }"""
    found = work(clock, c_file, text)
    assert (found.read, found.written) == (4, 1)


def test_helpers_and_pointers_are_followed(clock, c_file):
    text = """static real half(real x) { return x * (real)0.5; }
    static void put(real *to, int k, real x) { to[k] = half(x); }
    void f(int n, real a[restrict n], const real b[restrict n])
    {
        const real *p = b + 2;
        for (int i = 0; i < 10; i++, p++)
            put(a, 9 - i, *p + 1);
    }"""
    found = work(clock, c_file, text)
    assert (found.read, found.written, found.operations) == (10, 10, 20)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a[0] = powf(b[0], 2);", "the function powf is not known"),
        ("real s = 1; real *p = &s; a[0] = *p;", "takes the address of the scalar s"),
        ("real t[2] = {1, 2}; a[0] = t[1];", "t is a local array with values"),
    ],
)
def test_what_cannot_be_counted_is_said(clock, c_file, body, words):
    text = f"float powf(float, float); void f(int n, real a[restrict n], const real b[restrict n]) {{ {body} }}"
    with pytest.raises(NotCounted, match=words):
        work(clock, c_file, text)


def test_a_crash_is_no_crash_of_ours(clock, c_file):
    with pytest.raises(NotCounted, match="died of SIG"):
        work(clock, c_file, "void f(int n, real a[restrict n]) { volatile int *p = 0; a[0] = *p; }")


def test_a_nest_too_long_to_run_is_fitted_exactly(clock, monkeypatch):
    case = make(LOOPS["s176"], 6000, 1, "tsvc", 0)
    counted = count(clock, case)
    monkeypatch.setattr("tsvc.work.ITERATIONS", 0)
    assert count(clock, case) == counted
    assert count(clock, make(LOOPS["s176"], 1 << 24, 1, "tsvc", 0)).operations == 2 * (1 << 23) ** 2


def test_a_polynomial_is_one_or_refused():
    cubes = [k**3 - 5 * k for k in range(6)]
    assert _polynomial(cubes, 100, 3) == 100**3 - 500
    with pytest.raises(NotCounted, match="no polynomial"):
        _polynomial(cubes, 100, 2)
    with pytest.raises(NotCounted, match="no polynomial"):
        _polynomial([1, 2, 4, 8, 16, 32], 100, 3)


def test_this_module_reads_every_foreign_file():
    assert {Path(loop.path).stem for loop in FOREIGN.values()} >= {"own", "styles", "shapes", "odd_nests"}
