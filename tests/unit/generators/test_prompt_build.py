"""The whole prompt."""

import re

import pytest

from analyses.errors import AnalysisError
from generators.prompt import Prompt, build_prompt
from generators.prompt.build import sections
from generators.prompt.system import system
from generators.prompt.table import tokens
from tsvc.loops import LOOPS


def test_the_prefix_is_the_same_for_all_loops_and_comes_first():
    one, other = build_prompt("s000"), build_prompt("s2111")
    assert one.system == other.system == system()
    assert one.text == f"{one.system}\n{one.loop}"
    assert not set(re.findall(r"\w+", system())) & set(LOOPS)


def test_the_prefix_is_long_enough_to_be_cached():
    assert 2048 <= tokens(system()) <= 3000


def test_it_is_the_same_text_every_time():
    assert build_prompt("s421") == build_prompt(LOOPS["s421"]) == build_prompt("s421", "all")


def test_the_parts_stand_in_order():
    titles = list(sections(LOOPS["s421"]))
    assert titles[0] == "# The loop s421" and titles[-1].startswith("## A worked example")
    text = build_prompt("s421").loop
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)


def test_without_analyses_nothing_of_them_is_told():
    none, both = build_prompt("s341", "none"), build_prompt("s341")
    assert none == build_prompt("s341", None) == build_prompt("s341", ())
    assert "## Facts" in both.loop and "## Facts" not in none.loop
    assert "prefix count" not in none.loop and "def compaction" in both.loop and "def compaction" not in none.loop
    assert none.system == both.system


def test_some_kinds_of_findings_can_be_asked_for():
    text = build_prompt("s112", ["war"]).loop
    assert "Save a before the loop" in text and "may run at once" not in text and "def snapshot" not in text
    assert "def snapshot" in build_prompt("s112", "war,classification").loop


def test_a_loop_of_ones_own_has_a_prompt(c_file):
    path = c_file('#include "tsvc.h"\nvoid mine(int n, real a[restrict n])\n{\n    a[0] = n;\n}\n')
    prompt = build_prompt(f"{path}:mine")
    assert isinstance(prompt, Prompt) and "def mine(a: torch.Tensor, n: int) -> None:" in prompt.loop


def test_a_loop_beyond_the_analyses_has_a_prompt_too(c_file):
    text = "void mine(int n, real a[restrict n])\n{\n    int i = 0;\n    while (a[i] > 0)\n        i += (int)a[i];\n}\n"
    assert "def mine(" in build_prompt(f"{c_file(text)}:mine").loop


@pytest.mark.parametrize(("name", "error"), [("nosuch", KeyError), ("s000", ValueError)])
def test_what_does_not_exist_is_refused(name, error):
    with pytest.raises(error):
        build_prompt(name, "nosuch")


def test_broken_c_is_refused(c_file):
    with pytest.raises(AnalysisError, match="syntax error"):
        build_prompt(f"{c_file('void mine(int n { }')}:mine")
