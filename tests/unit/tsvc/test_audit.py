"""A made-up foreign set, audited as a user does it: one kernel of each kind, in every layout."""

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from clib.build import ROOT
from tsvc.__main__ import main
from tsvc.audit import audit, audit_lines, audit_markdown
from tsvc.kernel import BUNDLED

HEAD = "import torch\nimport triton\nimport triton.language as tl\n"
ELEMENTWISE = """
@triton.jit
def {name}_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    mask = {mask}
    tl.store(a_ptr + offsets, {value}, mask=mask)


def {name}_triton(a, b, BLOCK_SIZE=256):
    n_elements = a.shape[0]
    {name}_kernel[(triton.cdiv(n_elements, BLOCK_SIZE),)](a, b, n_elements, BLOCK_SIZE)
    return a
"""
LOAD_B = "tl.load(b_ptr + offsets, mask=mask)"


def elementwise(name: str, value: str, mask: str = "offsets < n") -> str:
    return HEAD + ELEMENTWISE.format(name=name, value=value, mask=mask)


#: file -> text. s112 and s151 are what an earlier system published as right.
FOREIGN = {
    "s000_triton_llm_v2.py": elementwise("s000", "tl.load(b_ptr + no_such_name)"),
    "s000_triton_llm_v3.py": elementwise("s000", f"{LOAD_B} + 1"),
    "va/attempt1.py": elementwise("va", f"{LOAD_B}"),
    "va/attempt2.py": elementwise("va", f"{LOAD_B} * 1.0001"),
    "vpv.py": elementwise("vpv", f"tl.load(a_ptr + offsets, mask=mask) + {LOAD_B}", "offsets < n + 1"),
    "s151/3.py": elementwise("s151", f"tl.load(a_ptr + offsets + 1, mask=mask) + {LOAD_B}", "offsets < n - 1"),
    "triton_vtv.py": elementwise("vtv", f"tl.load(a_ptr + offsets, mask=mask) * {LOAD_B}").replace(
        "    return a\n", "    b.zero_()\n    return a\n"
    ),
    "s293.py": HEAD + "def s293(a, length):\n    a[:] = a[0]\n",
    "vas.py": HEAD + "def vas(a, b, ip):\n    a[ip.long()] = b\n",
    "vsumr.py": HEAD + "from reductions import total\n\n\ndef vsumr(a):\n    return total(a)\n",
    # What the interpreter runs, being Python, and no compiler takes.
    "s452.py": elementwise("s452", f"{LOAD_B} + tl.load(c_ptr + offsets, mask=mask) * (offsets + 1)")
    .replace("(a_ptr, b_ptr, n,", "(a_ptr, b_ptr, c_ptr, n,")
    .replace("(a, b, BLOCK", "(a, b, c, BLOCK")
    .replace("](a, b, n_el", "](a, b, c, n_el")
    .replace("    mask =", "    print(sorted({1: offsets}))\n    mask ="),
    "reductions.py": "def total(a):\n    return a.sum()\n",
}
WORDS = {
    "s000": "passed",
    "va": "wrong",
    "vpv": "out of bounds",
    "s151": "racy",
    "vtv": "clobbers inputs",
    "s293": "bad signature",
    "vas": "no Triton",
    "vsumr": "raises",
    "s452": "not compiled",
    "s111": "missing",
}


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """(directory, exit code, output, results.json, AUDIT.md) of an audit of FOREIGN."""
    folder = tmp_path_factory.mktemp("audit")
    directory = folder / "foreign"
    for name, text in FOREIGN.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "COLUMNS": "200", "CI": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--kernels={directory}"]
    command += ["--max-elements=5003", "--targets=sm_90,gfx942"]  # what differs shows on little data
    command += ["--audit", f"--results={folder / 'out'}", *(f"--loop={name}" for name in WORDS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert (folder / "out" / "results.json").is_file(), done.stdout + done.stderr
    record = json.loads((folder / "out" / "results.json").read_text())
    return directory, done.returncode, done.stdout, record, (folder / "out" / "AUDIT.md").read_text()


def test_each_kind_of_kernel_gets_its_word(audited):
    *_, record, page = audited
    assert {row["loop"]: row["word"] for row in record["audit"]["rows"]} == WORDS
    for name, word in WORDS.items():
        assert re.search(rf"^\| {name} \| {word} \|", page, re.MULTILINE)


def test_the_table_says_which_file_and_what_is_wrong(audited):
    _, code, output, record, _ = audited
    rows = {row["loop"]: row for row in record["audit"]["rows"]}
    assert code == 1
    assert rows["s000"]["file"] == "s000_triton_llm_v3.py" and rows["s000"]["attempts"] == 2
    assert rows["va"]["file"] == "va/attempt2.py"
    assert re.search(r"^va +wrong +va/attempt2.py +a\[\d+\]: got", output, re.MULTILINE)
    assert "writes" in rows["vpv"]["first"] or "touches" in rows["vpv"]["first"]
    assert "reductions.py is not read: a kernel is one file" in rows["vsumr"]["first"]
    assert "wants an argument 'length'" in rows["s293"]["first"]
    assert "of no loop: reductions.py" in output
    assert f"{len(WORDS)} loops" in output and re.search(r"^ +1 passed$", output, re.MULTILINE)


def test_compiled_for_one_gpu_and_never_timed(audited):
    _, _, _, record, _ = audited
    assert record["loops"]["s000"]["compiled"] == ["sm_90"]
    assert not [entry for entry in record["loops"].values() if "device_us" in entry]


@pytest.mark.parametrize("name", ["va", "s151"])
def test_the_replay_command_shows_the_same_failure(audited, capsys, name):
    *_, record, _ = audited
    row = next(row for row in record["audit"]["rows"] if row["loop"] == name)
    words = shlex.split(row["replay"])
    assert words[:4] == ["python", "-m", "tsvc", "judge"]
    assert main(words[3:]) == 1
    assert capsys.readouterr().out.startswith(row["verdict"])


def test_a_serial_kernel_is_counted_apart(tmp_path):
    loops = {"s000": {"verdict": "PASSED", "class": "serial"}, "va": {"verdict": "PASSED"}}
    found = audit({"loops": loops}, tmp_path)
    assert [row["word"] for row in found["rows"]] == ["serial", "passed"]
    assert "     1 serial" in audit_lines(found)


def test_bars_in_a_failure_do_not_break_the_table(tmp_path):
    found = audit({"loops": {"va": {"verdict": "WRONG", "failure": "va: |a| is wrong\n  case x"}}}, tmp_path)
    assert "| va | wrong |  | \\|a\\| is wrong |  |" in audit_markdown(found)


@pytest.mark.parametrize("more", [[], [f"--kernels={BUNDLED}", "--record"]])
def test_an_audit_needs_a_directory_and_changes_nothing(more):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--audit", *more, "--co"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 4 and "--audit needs --kernels=DIR" in done.stderr
