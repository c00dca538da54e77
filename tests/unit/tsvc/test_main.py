"""python -m tsvc."""

import json

import pytest

from tsvc.__main__ import main
from tsvc.device import Device
from tsvc.loops import LOOPS

MINE = """
void mine(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = 2 * b[i];
}
"""


@pytest.fixture
def child(interpreter, monkeypatch):
    """The commands run their kernels in the tests' own child."""
    monkeypatch.setattr("tsvc.__main__.Device", lambda mode, **options: interpreter)
    monkeypatch.setattr(Device, "close", lambda self: None)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "s111.py").write_text(
        "def s111(a, b, n):\n    for k in range(1, n, 2):\n        a[k] = a[k - 1] + b[k]\n"
    )
    (tmp_path / "s112.py").write_text("def s112(a):\n    pass\n")
    return tmp_path


def test_list_names_every_loop(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(LOOPS)
    assert all(line == line.rstrip() for line in lines)


def test_list_names_a_users_loops_too(capsys, c_file, monkeypatch):
    monkeypatch.setattr("tsvc.loops.LOOPS", dict(LOOPS))
    assert main(["list", "--loops", str(c_file(MINE))]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["mine", "mine", "a:out", "b:in"]


def test_judge_answers_with_the_verdict(capsys, child, folder):
    assert main(["judge", "s111", "n=33", "kind=exact", "seed=4", "--kernels", str(folder)]) == 0
    assert capsys.readouterr().out == "PASSED s111 n=33 kind=exact seed=4 on interpreter: 3 calls agree with C\n"
    assert main(["judge", "s112", "--kernels", str(folder)]) == 1
    output = capsys.readouterr().out
    assert output.startswith("WRONG s112: a: ")
    replay = next(line for line in output.splitlines() if line.startswith("  replay"))
    assert main(replay.split()[4:]) == 1  # the command that it prints says the same
    assert capsys.readouterr().out == output
    assert main(["judge", "s111", "n=33", "kind=named", "named=0.3,-0.7", "--kernels", str(folder)]) == 0
    assert "PASSED s111 n=33 kind=named seed=0 named=0.3,-0.7 on" in capsys.readouterr().out
    assert main(["judge", "s113", "--kernels", str(folder)]) == 1
    assert capsys.readouterr().out.startswith("MISSING s113: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["s999"], "s999: no such loop"),
        (["s111", "n"], "expected NAME=VALUE"),
        (["s111", "n=many"], "invalid literal"),
        (["s111", "inc=1"], "s111 has no parameter inc"),
        (["s111", "named=few"], "could not convert"),
        (["s111", "kind=nice"], "kind=nice: one of tsvc, exact, uniform, awkward"),
        (["s111", "n=0"], "not legal"),
        (["s351", "n=7"], "not legal"),
        (["s171", "n=10", "inc=50"], "not legal"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(capsys, arguments, words):
    assert main(["judge", *arguments]) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.err.startswith("python -m tsvc: ")
    assert not captured.out


def test_report_and_record_of_a_run(capsys, folder):
    run = {
        "schema": 1,
        "machine": {"device": "interpreter"},
        "n": 32000,
        "m": 256,
        "loops": {"s111": {"category": "linear dependence", "verdict": "PASSED", "cases": 3, "kernel_sha256": "other"}},
    }
    (folder / "results.json").write_text(json.dumps(run))
    assert main(["report", str(folder)]) == 0
    output = capsys.readouterr().out
    assert "1 of 1 loops PASSED" in output
    assert f"written: {folder / 'REPORT.md'}, {folder / 'badge.json'}" in output
    text = (folder / "REPORT.md").read_bytes()
    assert main(["report", str(folder / "results.json")]) == 0
    assert (folder / "REPORT.md").read_bytes() == text
    assert main(["record", str(folder), "--kernels", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("0 records renewed\n")


@pytest.mark.parametrize(("text", "words"), [(None, "cannot be read"), ("{", "damaged"), ('{"schema": 9}', "not a")])
def test_a_run_that_cannot_be_read_is_told_so(capsys, tmp_path, text, words):
    if text is not None:
        (tmp_path / "results.json").write_text(text)
    for command in ("report", "record"):
        assert main([command, str(tmp_path)]) == 2
        assert words in capsys.readouterr().err


def test_a_c_file_that_cannot_be_read_is_told_so(capsys, tmp_path, c_file):
    assert main(["list", "--loops", str(c_file("void broken(int n"))]) == 2
    assert "mine.c" in capsys.readouterr().err
    assert main(["list", "--loops", str(tmp_path / "nowhere.c")]) == 2
    assert "nowhere.c" in capsys.readouterr().err


def test_no_command_is_no_question(capsys):
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
