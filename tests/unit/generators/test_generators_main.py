"""python -m generators."""

import json

import pytest

from generators.__main__ import main
from generators.prompt import build_prompt


def test_it_prints_the_prompt(capsys):
    assert main(["s421"]) == 0
    assert capsys.readouterr().out == build_prompt("s421").text


def test_analyses_are_chosen(capsys):
    assert main(["s421", "--analyses=none"]) == 0
    assert capsys.readouterr().out == build_prompt("s421", "none").text


def test_machines_get_both_parts(capsys):
    assert main(["s421", "--json"]) == 0
    prompt = build_prompt("s421")
    assert json.loads(capsys.readouterr().out) == {"system": prompt.system, "loop": prompt.loop}


def test_a_loop_of_a_file(capsys, c_file):
    path = c_file('#include "tsvc.h"\nvoid mine(int n, real a[restrict n])\n{\n    a[0] = n;\n}\n')
    assert main([f"{path}:mine"]) == 0
    assert "# The loop mine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], "nosuch: no such loop"),
        (["s421", "--analyses=nosuch"], "no such kind of finding as nosuch"),
        (["/nowhere/mine.c:mine"], "/nowhere/mine.c: cannot be read"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["s421", "--table"]])
def test_a_wrong_command_line_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "give the name of a loop" in capsys.readouterr().err
