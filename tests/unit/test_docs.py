"""The docs tell the truth: their commands run, their links lead somewhere, their workflow is one.

`python -m` commands run as they stand, and so do pytest's on the pages about a loop and a kernel of one's own. pytest's
others are collected with their options, without running what they select (that is the suite itself, and CI's); what a
comment marks as needing a GPU or a key needs one to do more. make's targets must exist.
"""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from clib.build import ROOT
from tsvc.boundary import why_no_bwrap
from tsvc.loops import LOOPS

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^(?:\w+=\S+ )*(?:pytest|python -m \w+|make)\b.*$")
RUN = "results/h200-n32000"


def commands(page: Path) -> list[str]:
    """What a page tells its reader to type: in blocks of code (not of Python, C or data) and between backticks."""
    found, fence = [], None
    for line in page.read_text().splitlines():
        if mark := re.match(r"^ *```(\w*)", line):
            fence = None if fence is not None else mark[1]
        elif fence in ("", "sh", "bash") or (fence is None and line.startswith("    ")):
            found += [line.strip()] if COMMAND.match(line.strip()) else []
        elif fence is None:
            found += [text for text in re.findall(r"`([^`]+)`", line) if COMMAND.match(text)]
    return found


def block(page: str, language: str) -> str:
    """The first block of a page in a language."""
    return re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)[1]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A directory with what the docs' reader has made so far: a loop, a kernel, a run."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "my_loops.c").write_text(block("adding-a-loop.md", "c"))
    record = json.loads((ROOT / RUN / "results.json").read_text())
    launch = {"launches": [{"kernel": "s000_kernel"}]}
    record["loops"]["s000"]["resources"] = {"sm_90": launch, "gfx942": launch}
    (folder / "my_kernels").mkdir()
    (folder / "my_kernels" / "scaled_gather.py").write_text(block("adding-a-kernel.md", "python"))
    for name in ("h200-n32000", "latest", "latest/judged", "latest/timed", "mine"):
        (folder / "results" / name).mkdir(parents=True)
        (folder / "results" / name / "results.json").write_text(json.dumps(record))
    return folder


def words_of(command: str, desk: Path) -> list[str]:
    """A command's words, with the docs' stand-ins replaced by what lies on the desk."""
    words = shlex.split(command)
    stand_ins = {"DIR": desk / RUN, "RUN": desk / RUN, "A": desk / RUN, "B": desk / RUN, "NAME": "s000", "N": "7"}
    stand_ins |= {"FILE.c": desk / "my_loops.c", "FILE": desk / "file", "OUT": desk / "out"}

    def place(word: str) -> str:
        head, equals, tail = word.rpartition("=")
        if tail in stand_ins and (equals or word == tail):
            tail = str(stand_ins[tail])
        elif re.match(r"(my_|results/)|.*\.(svg|xml|html)$", tail):
            tail = str(desk / tail)
        return head + equals + tail

    return [place(word) for word in words]


def every(kind: str) -> list[str]:
    """The commands of all pages that begin with a word, without settings before it, comments and redirections."""
    found = {re.sub(r"^(\w+=\S+ )+|( > |\s+#).*", "", command) for page in PAGES for command in commands(page)}
    return sorted(command for command in found if command.split()[0] == kind)


def test_the_pages_have_commands():
    assert len(every("pytest")) > 10 and len(every("python")) > 8 and "make bench" in " ".join(every("make"))


@pytest.mark.parametrize("command", every("make"))
def test_make_knows_its_targets(command):
    targets = [word for word in command.split()[1:] if "=" not in word]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) for target in targets)


# The tables of all loops are golden files, which test_corpus and test_prompt_table make anew.
@pytest.mark.parametrize("command", [command for command in every("python") if not command.endswith("--table")])
def test_commands_run(command, desk, monkeypatch, capsys):
    words = words_of(command, desk)
    loops = dict(LOOPS)
    monkeypatch.setattr("tsvc.loops.LOOPS", loops)
    monkeypatch.setattr("tsvc.__main__.registry.LOOPS", loops)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.chdir(ROOT)
    words = [str(desk / word) if word.startswith("my_") else word for word in words]
    main = importlib.import_module(f"{words[2]}.__main__").main
    if len(words) == 3:  # a program's name alone tells how to use it
        with pytest.raises(SystemExit, match="2"):
            main([])
        assert "usage: " in capsys.readouterr().err
    else:
        assert not main(words[3:]), capsys.readouterr()


COLLECT = """
import json, sys
import pytest
codes = []
for words in json.load(sys.stdin):
    sys.modules.pop("test_tsvc", None)  # it reads the loops once
    codes.append(int(pytest.main([*words, "--collect-only", "-qq", "-p", "no:cacheprovider"])))
print()
print(json.dumps(codes))
"""


def test_pytest_takes_the_options(desk):
    asked = [shlex.join(words_of(command, desk)[1:]) for command in every("pytest")]
    asked = [re.sub(r"--junitxml\S+|-n \d+", "", line) for line in asked]
    # Options are taken or not, whatever is collected: of one loop that takes a tenth of the time.
    asked = [line if re.search(r"--loop|-k|tests/", line) else f"{line} --loop=s000" for line in asked]
    if why_no_bwrap():  # what asks for it is refused, as it should be
        asked = [line for line in asked if "--require-sandbox" not in line and "--sandbox=bwrap" not in line]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", COLLECT]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=json.dumps([shlex.split(line) for line in asked]),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    codes = json.loads(done.stdout.splitlines()[-1])
    failed = [line for line, code in zip(asked, codes, strict=True) if code]
    assert failed == [], done.stdout + done.stderr


def test_a_loop_of_ones_own_takes_one_c_function(desk):
    """The commands of docs/adding-a-loop.md, word for word, where its reader stands: before the kernel and after."""
    page = commands(ROOT / "docs" / "adding-a-loop.md")
    before, after = (command for command in page if command.startswith("pytest"))
    assert after == f"{before} --kernels=my_kernels" and after in commands(ROOT / "docs" / "adding-a-kernel.md")
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "80", "NO_COLOR": "1"}
    found = []
    for command in (before, after):
        words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words_of(command, desk)[1:]]
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        verdict = re.search(r"^scaled_gather +([A-Z_]+) ", done.stdout, re.MULTILINE)
        assert verdict, done.stdout + done.stderr
        assert "\x1b" not in done.stdout
        found.append((done.returncode, verdict[1]))
        if verdict[1] == "MISSING":
            assert f"--loops={desk}/my_loops.c --loop scaled_gather" in done.stdout
    assert found == [(1, "MISSING"), (0, "PASSED")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    for target in targets:
        if not target.startswith("http"):
            assert (page.parent / target.split("#")[0]).exists() or target.startswith("#"), target


def test_the_workflow_is_one():
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    workflow = str(ROOT / "docs" / "github-actions.yml")
    done = subprocess.run([*command, workflow], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
