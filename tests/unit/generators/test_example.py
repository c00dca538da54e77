"""The worked examples: right and compiled, of the kind they stand for, and of no benchmark loop."""

import re

import pytest

from analyses.analysis import analyse
from analyses.classification import word_of
from generators.prompt.example import FOLDER, example, example_for, examples
from generators.prompt.facts import applicable
from tsvc.cases import make
from tsvc.judge import Judge, require_evidence
from tsvc.loops import LOOPS, Loop, load

NAMES = sorted(examples())
#: Below and at a block's edge, and several blocks and chunks.
CASES = [(1, 1, "exact"), (2, 2, "exact"), (1025, 33, "exact"), (2500, 40, "awkward")]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_right_and_compiles(name, interpreter, compiler):
    judge = Judge(examples()[name], interpreter, FOLDER)
    for n, m, kind in CASES:
        judge.check(make(examples()[name], n, m, kind, 0))
    require_evidence(judge.judged)
    assert judge.compile(compiler, make(examples()[name], 3000, 70, "exact", 0), ["sm_90"])


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_chosen_for_loops_of_its_own_kind(name):
    assert example_for(examples()[name], applicable(examples()[name])) == name


def test_every_example_serves_some_loop():
    assert {example_for(loop, applicable(loop)) for loop in LOOPS.values()} == set(NAMES)


def test_no_example_is_a_loop_of_the_benchmark():
    shapes = {_shape(loop): name for name, loop in LOOPS.items()}
    for name, loop in examples().items():
        assert name not in LOOPS
        assert _shape(loop) not in shapes, f"{name} is {shapes[_shape(loop)]} under other names"


def test_a_loop_under_other_names_is_recognised(c_file):
    text = '#include "tsvc.h"\n' + LOOPS["s112"].source.replace("s112", "mine").replace("b", "zz").replace("a[", "q[")
    assert _shape(load(c_file(text))["mine"]) == _shape(LOOPS["s112"])


def test_files_and_loops_go_together():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES
    for name in NAMES:
        assert f"def {name}(" in example(name) and examples()[name].source.strip() in example(name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("s000", "elementwise"),
        ("s311", "reduction"),
        ("s1232", "tile"),
        ("s115", "elementwise"),
        ("s341", "elementwise"),
    ],
)
def test_without_a_classification_the_arguments_decide(name, found):
    assert example_for(LOOPS[name], ()) == found


@pytest.mark.parametrize(
    ("step", "chosen"),
    [
        ("x[i - 1] * x[i - 1] + y[i]", "sequential"),
        ("x[i] * x[i] + y[i]", "elementwise"),
        ("x[i + 3] + y[i]", "snapshot"),
    ],
)
def test_a_loop_of_ones_own_gets_the_example_of_its_kind(step, chosen, c_file):
    text = f"""#include "tsvc.h"
void mine(int n, real x[restrict n], const real y[restrict n])
{{
    for (int i = 1; i < n - 3; i++)
        x[i] = {step};
}}
"""
    loop = load(c_file(text))["mine"]
    assert example_for(loop, applicable(loop)) == chosen, word_of(analyse(loop))


def _shape(loop: Loop) -> str:
    """The C text with every identifier replaced by its place of first appearance."""
    names: dict[str, str] = {}
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", " ", loop.source, flags=re.DOTALL)
    return re.sub(r"[A-Za-z_]\w*", lambda word: names.setdefault(word[0], f"v{len(names)}"), "".join(bare.split(" ")))
