"""The loop in words: lines of the C file, arguments, legal calls, signature."""

import ast
import re

import pytest

from generators.prompt.description import arguments, legal_calls, signature, smallest_call, source
from tsvc.domain import defaults, is_legal
from tsvc.loops import LOOPS, load

MINE = """/* category: mine */
#include "tsvc.h"

static real twice(real x)
{
    return x + x;
}

/* requires m*m >= n
 * param alpha = 1.5 in -2..2
 * index ip in 0..n-1 permutation
 */
int mine(int n, int m, real alpha,
         real a[restrict n], const real bb[restrict m][m], const int ip[restrict n])
{
    for (int i = 0; i < n; i++)
        a[ip[i]] = twice(alpha) + bb[0][i % m]; /* a comment */
    return n;
}
"""


@pytest.fixture
def mine(c_file):
    return load(c_file(MINE))["mine"]


def test_lines_carry_their_numbers_in_the_file(mine):
    lines = MINE.splitlines()
    numbered = re.findall(r"^ *(\d+)(?:  (.*))?$", source(mine), re.MULTILINE)
    assert [int(number) for number, _ in numbered] == [*range(4, 8), *range(13, 20)]
    assert all(text == lines[int(number) - 1] for number, text in numbered)


def test_arguments_are_described(mine):
    assert arguments(mine).splitlines() == [
        "- `a`: float32, shape (n,), written, never read before it is written",
        "- `bb`: float32, shape (m, m), read only; `bb[i][j]` lies at i*m + j",
        "- `ip`: int32, shape (n,), read only; elements in 0 .. n-1, no two alike",
        "- `alpha`: float, in -2 .. 2; 1.5 when timed",
        "- `n`: int, the length of 1-D arrays",
        "- `m`: int, the side of 2-D arrays",
        "- result: a tensor of one element, int32",
    ]


def test_legal_calls_are_described(mine):
    assert legal_calls(mine) == (
        "A call is legal if n >= 1 and m >= 1 and m*m >= n. The smallest: n = 1, m = 1. Timed near n = 32000, m = 256."
    )
    assert legal_calls(LOOPS["s31111"]).startswith("A call is legal if n >= 32. The smallest: n = 32.")
    assert "n >= 1 and n % 5 == 0. The smallest: n = 5." in legal_calls(LOOPS["s353"])


def test_the_signature_is_that_of_the_function_to_write(mine):
    assert signature(mine) == (
        "def mine(a: torch.Tensor, bb: torch.Tensor, ip: torch.Tensor, n: int, m: int, alpha: float) -> torch.Tensor:"
    )
    assert signature(LOOPS["s122"]).endswith("n: int, n1: int, n3: int) -> None:")


@pytest.mark.parametrize("name", LOOPS)
def test_every_loop_is_described_by_its_own_names(name):
    loop = LOOPS[name]
    function = ast.parse(f"{signature(loop)} pass").body[0]
    assert isinstance(function, ast.FunctionDef) and function.name == name
    assert {argument.arg for argument in function.args.args} == {called for called, _ in loop.signature}
    assert set(re.findall(r"^- `(\w+)`", arguments(loop), re.MULTILINE)) == {called for called, _ in loop.signature}
    assert all(rule in legal_calls(loop) for rule in loop.requires)
    sizes = {"n": 1, "m": 1, **smallest_call(loop)}
    assert is_legal(loop, **sizes, params=defaults(loop, **sizes))
