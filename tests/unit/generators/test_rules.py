"""Both sides of every rule, compiled by the Triton that is installed."""

import pytest

from generators.prompt.rules import RULES, right_file, rules, wrong_file
from generators.prompt.system import system
from tsvc.cases import make
from tsvc.judge import Judge
from tsvc.loops import load
from tsvc.verdicts import NotCompiled

LOOP = """#include "tsvc.h"
/* param k = 7 in 7..7
 * param one = 1 in 1..1
 */
void rule(int n, int k, int one, const real x[restrict n], real y[restrict n])
{
    for (int i = 0; i < n; i++)
        y[i] = x[i] + k + one;
}
"""
CALL = "\n\ndef rule(x, y, n, k, one):\n    kernel[(4,)](x, y, n, k, one, BLOCK=128)\n"


@pytest.fixture
def compiled(compiler, c_file, tmp_path):
    """compiled(text of a file with a kernel) -> what was compiled for an H100 that need not be there."""

    def make_and_compile(text: str):
        loop = load(c_file(LOOP))["rule"]
        (tmp_path / "rule.py").write_text(text + CALL)
        return Judge(loop, compiler, tmp_path).compile(compiler, make(loop, 1000, 1, "tsvc", 0), ["sm_90"])

    return make_and_compile


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text[:40])
def test_the_right_side_compiles(rule, compiled):
    assert len(compiled(right_file(rule))) == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text[:40])
def test_the_wrong_side_does_not(rule, compiled, compiler):
    version = tuple(map(int, compiler.facts["triton"].split(".")[:2]))
    if rule.accepted_from and version >= tuple(map(int, rule.accepted_from.split("."))):
        assert compiled(wrong_file(rule))
    else:
        with pytest.raises(NotCompiled):
            compiled(wrong_file(rule))


def test_the_sides_differ_and_stand_in_the_prefix():
    for rule in RULES:
        assert right_file(rule) != wrong_file(rule)
        assert rule.text in system()
    assert rules() in system() and "{rules}" not in system()
