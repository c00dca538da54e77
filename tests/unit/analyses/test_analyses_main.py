"""python -m analyses: what people and machines see, and what bad input gives."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from analyses import analyse, prompt
from analyses.__main__ import main
from tsvc.loops import LOOPS, load

BAD = [
    ("void f(int n, real a[n]) { for (int i = 0; i < n; i++) a[i] = ; }", "f", 1),
    ("void f(int n, real a[n])\n{\n    for (int i = 0; i < n; i++)\n        a[i] = mystery(a[i]);\n}", "f", 4),
    ("void f(int n, real a[n])\n{\n    for (int i = 0; i < n; i--)\n        a[0] = i;\n}", "f", 3),
    ("void f(int n, real a[n])\n{\n    int i = 0;\n    while (i < n)\n        a[i] = 1;\n}", "f", 4),
    ("static real g(real x)\n{\n    return g(x - 1);\n}\nvoid f(int n, real a[n])\n{\n    a[0] = g(a[0]);\n}", "f", 3),
    ("void f(int n, real a[n])\n{\n    for (real x = 0; x < 1; x += 0.1f)\n        a[0] += x;\n}", "f", 3),
]


@pytest.mark.parametrize(("text", "name", "line"), BAD, ids=range(len(BAD)))
def test_bad_input(c_file, capsys, text, name, line):
    path = c_file(text)
    assert main([f"{path}:{name}"]) == 2
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1
    assert f"{path}:{line}:" in err


def test_unknown_names(c_file, capsys):
    path = c_file("void f(int n, real a[n]) { a[0] = 1; }\nvoid g(int n, real a[n]) { a[0] = 2; }")
    for name in ("nothing", f"{path}:h", f"{path}", f"{path}x:f", "/no/such/file.c:f"):
        assert main([name]) == 2
        err = capsys.readouterr().err
        assert err.strip() and "Traceback" not in err


def test_report(capsys):
    assert main(["s421"]) == 0
    out = capsys.readouterr().out
    assert "> " in out and "WAR" in out and "parallel schedule" in out and "snapshot" in out


def test_json(capsys):
    assert main(["s421", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["kind"] for entry in found] == [finding.kind for finding in analyse("s421")]
    assert found[0].keys() >= {"kind", "level", "loop", "line", "claim", "advice", "evidence"}


def test_file_of_ones_own(c_file, capsys):
    path = c_file("void f(int n, real a[n])\n{\n    for (int i = 0; i < n; i++)\n        a[i] += 1;\n}")
    for name in (f"{path}:f", str(path)):
        assert main([name]) == 0
        assert "f: parallel" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["s000", "s119", "s421", "s2111", "s161", "s341", "s31111"])
def test_plot(tmp_path, name):
    path = tmp_path / "picture.svg"
    assert main([name, "--plot", str(path)]) == 0
    tree = ElementTree.parse(path)
    circles = tree.findall("{http://www.w3.org/2000/svg}circle")
    arrows = tree.findall("{http://www.w3.org/2000/svg}path")
    assert circles
    assert bool(arrows) == (name in ("s119", "s421", "s2111", "s161"))


def test_plot_of_another_kind(tmp_path, capsys):
    assert main(["s000", "--plot", str(tmp_path / "picture.gif")]) == 2
    assert "gif" in capsys.readouterr().err


@pytest.mark.parametrize("name", LOOPS)
def test_prompt(name):
    text = prompt(name)
    assert text == prompt(LOOPS[name])
    # A token of such text has three to four and a half characters.
    assert len(text) / 3 <= 1000 and len(text) / 4.5 >= 90
    assert "None" not in text


def test_prompt_of_chosen_kinds():
    text = prompt("s421", kinds=["war"])
    assert "Save flat" in text and "bytes" not in text


def test_prompt_says_what_is_not_known(c_file):
    text = "void f(int n, real a[n])\n{\n    int i = n;\nback:\n    a[0] = i;\n    if (--i > 0) goto back;\n}"
    found = analyse(load(c_file(text))["f"])
    assert [finding.kind for finding in found] == ["unsupported"]
    assert found[0].advice in prompt(load(c_file(text))["f"])
