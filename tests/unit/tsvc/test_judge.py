"""The judge's own reasoning, with a stand-in for the device; kernels that misbehave are in test_hostile.py."""

import json

import numpy as np
import pytest

from tsvc.authorship import Authorship
from tsvc.child import GUARD, guarded
from tsvc.inputs import Case
from tsvc.judge import Judge, Judged, require_evidence
from tsvc.loops import LOOPS, load
from tsvc.verdicts import (
    Clobbered,
    Crashed,
    HarnessError,
    Hung,
    KernelFailure,
    OutOfBounds,
    Racy,
    Raised,
    ReachesOut,
    Wrong,
)

C = """
void plus(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i] + 1;
}
/* tsvc: requires n >= 1 */
void shorter(int n, real a[restrict n - 1], const real b[restrict n])
{
    for (int i = 0; i < n - 1; i++)
        a[i] = b[i + 1];
}
real total(int n, const real a[restrict n])
{
    real sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i];
    return sum;
}
"""


class Stand:
    """A device whose kernels are Python functions over numpy arrays: kernel(arrays, header) -> result."""

    mode, timeout, programs, kept = "interpreter", 60.0, 2, 0

    def __init__(self, kernel):
        self.kernel, self.tenants, self.asked, self.closed = kernel, set(), [], 0

    def close(self):
        self.closed += 1
        self.tenants = set()

    def request(self, header, arrays, timeout=None):
        self.asked.append(header)
        self.tenants.add(header["sha256"])
        framed = {name: guarded(array, header["seed"] + k) for k, (name, array) in enumerate(arrays.items())}
        views = {name: framed[name][GUARD:-GUARD].reshape(array.shape) for name, array in arrays.items()}
        result = self.kernel(views, header)
        if result is not None:
            framed["result"] = np.array([result])
        observed = {
            "launches": 1,
            "programs": self.programs,
            "reordered": header["order"] != "natural",
            "kept": self.kept,
        }
        return {"status": "ok", **observed}, framed


@pytest.fixture
def judge(c_file, tmp_path):
    """judge(loop of C, kernel as for Stand) -> its judge."""
    loops = load(c_file(C))

    def make(name: str, kernel) -> Judge:
        (tmp_path / f"{name}.py").write_text("pass")
        return Judge(loops[name], Stand(kernel), tmp_path)

    return make


def plus(arrays, header):
    arrays["a"][:] = arrays["b"] + 1


def case_of(judge: Judge, n: int = 10, **more) -> Case:
    return Case(judge.loop, n, kind=more.pop("kind", "exact"), **more)


def test_a_right_kernel_is_called_three_times_in_three_orders(judge):
    right = judge("plus", plus)
    judged = right.check(case_of(right))
    assert judged == Judged(judged.case, True, 3, Authorship(launches=1, programs=2))
    assert [(one["order"], one["seed"]) for one in right.device.asked] == [
        ("natural", 0),
        ("reversed", 1),
        ("random", 2),
    ]
    assert right.judged == [judged]
    assert not judged.case._drawn  # its arrays' memory is free again


def test_a_wrong_answer_after_calls_that_kept_something_says_so(judge):
    wrong = judge("plus", lambda arrays, header: None)
    wrong.device.kept = 2
    with pytest.raises(Wrong, match="what earlier calls kept of their data is noise by now"):
        wrong.check(case_of(wrong))


def test_a_changed_input_stays_one_after_calls_that_kept_something(judge):
    def clobber(arrays, header):
        plus(arrays, header)
        arrays["b"][0] += 1

    wrong = judge("plus", clobber)
    wrong.device.kept = 2
    with pytest.raises(Clobbered, match=r"b is an input(.|\n)*noise by now"):
        wrong.check(case_of(wrong))


def test_what_one_kernel_keeps_says_nothing_of_another(c_file, tmp_path, interpreter):
    loops, headers = load(c_file(C)), {}
    (tmp_path / "shorter.py").write_text("KEPT = []\n\ndef shorter(a, b, n):\n    KEPT.append(b + 1)\n")
    (tmp_path / "plus.py").write_text("def plus(a, b, n):\n    a.copy_(b)\n")
    for name in ("shorter", "shorter", "plus"):
        judge = Judge(loops[name], interpreter, tmp_path)
        headers[name] = judge._send(judge.kernel, Case(loops[name], 5), 0)[1].header
    assert headers["shorter"]["kept"] == 1
    assert headers["plus"]["kept"] == 0


@pytest.mark.parametrize(
    ("text", "word", "gate"),
    [
        ("import time\n\ndef plus(a, b, n):\n    time.time()\n", ReachesOut, "reach"),
        ("@triton.jit\ndef k(p):\n    pass\ndef plus(a, b, n):\n    k[(1,)](a, launch_pdl=True)\n", Racy, "races"),
    ],
)
def test_the_text_is_asked_when_all_else_has_passed(judge, tmp_path, text, word, gate):
    right = judge("plus", plus)
    (tmp_path / "plus.py").write_text(text)
    right.check(case_of(right))
    with pytest.raises(word, match=rf"^plus: line (.|\n)*replay  python -m tsvc judge plus --kernels {tmp_path}"):
        right.check_text()
    right.gates = right.gates - {gate}
    right.check_text()


def test_one_program_has_no_order(judge):
    right = judge("plus", plus)
    right.device.programs = 1
    assert right.check(case_of(right)).calls == 2
    assert [(one["order"], one["seed"]) for one in right.device.asked] == [("natural", 0), ("reversed", 1)]


def is_left_out(header):
    """Whether a call's launches are."""
    return header.get("ablation") in ("skip", "fail")


@pytest.mark.parametrize(
    ("size", "orders"),
    [
        (2048, ["natural", "reversed", "random"]),
        (2049, ["reversed", "random"]),
        (8192, ["reversed", "random"]),
        (8193, ["random"]),
    ],
)
def test_the_longer_a_case_the_fewer_orders(judge, size, orders):
    right = judge("plus", lambda arrays, header: None if is_left_out(header) else plus(arrays, header))
    assert right.check(case_of(right, size)).calls == len(orders)
    judged = [one for one in right.device.asked if one.get("ablation") in (None, "blind")]
    assert [one["order"] for one in judged] == orders
    assert [one["ablation"] for one in right.device.asked if one not in judged] == ["skip", "fail", "bare"]
    wrong = judge("plus", lambda arrays, header: None)
    with pytest.raises(Wrong) as caught:
        wrong.check(case_of(wrong, size))
    assert "old contents" not in str(caught.value)  # no call was right


def test_a_failure_says_what_where_and_how_to_replay(judge, tmp_path):
    def off(arrays, header):
        plus(arrays, header)
        arrays["a"][7] += 1

    wrong = judge("plus", off)
    with pytest.raises(Wrong) as caught:
        wrong.check(case_of(wrong, seed=4))
    first, second, third, *rest = str(caught.value).split("\n")
    assert first == "plus: a: 1 of 10 elements differ from the C reference"
    assert second.startswith("  first   a[7]: got ")
    assert third.startswith("  around  got [")
    assert rest == [
        "  case    n=10 kind=exact seed=4",
        f"  kernel  {tmp_path}/plus.py (unknown)",
        f"  replay  python -m tsvc judge plus n=10 kind=exact seed=4 --kernels {tmp_path} --loops {wrong.loop.path}",
    ]


def test_the_replay_of_a_bundled_kernel_needs_no_directory():
    judge = Judge(LOOPS["s162"], Stand(lambda arrays, header: None), trust_record=True)
    with pytest.raises(Wrong, match=r"replay  python -m tsvc judge s162 n=10 kind=exact seed=0 k=1$"):
        judge.check(Case(LOOPS["s162"], 10, kind="exact", params={"k": 1}))


@pytest.mark.parametrize(
    ("when", "word", "words"),
    [
        (lambda header: header["order"] == "reversed", Racy, "right with programs in natural order, wrong in reversed"),
        (lambda header: header["order"] == "random", Racy, "wrong in random order"),
        (lambda header: header["seed"] == 2, Wrong, "something is read unwritten"),
        (lambda header: True, Wrong, "9 of 10 elements"),
    ],
)
def test_wrong_racy_and_unwritten_are_told_apart(judge, when, word, words):
    def at_times(arrays, header):
        plus(arrays, header)
        if when(header):
            arrays["a"][1:] = 99

    at_fault = judge("plus", at_times)
    with pytest.raises(word, match=words):
        at_fault.check(case_of(at_fault))


def test_two_answers_in_one_order_are_a_race(judge):
    calls = []

    def once(arrays, header):
        plus(arrays, header)
        calls.append(1)
        if len(calls) == 1:
            arrays["a"][0] = 99

    racy = judge("plus", once)
    with pytest.raises(Racy):
        racy.check(case_of(racy))


def test_after_two_hangs_smaller_cases_are_not_run(judge):
    def hangs(arrays, header):
        raise Hung("no answer within 60 s")

    hanging = judge("plus", hangs)
    outcomes = []
    for n in (100, 100, 2000, 50, 60, 49, 1):
        try:
            outcomes.append(hanging.check(case_of(hanging, n)).calls)
        except Hung:
            outcomes.append("HUNG")
    assert outcomes == ["HUNG"] * 5 + [0, 0]
    assert len(hanging.device.asked) == 2


def test_the_side_of_a_loop_without_rows_does_not_count(judge):
    def hangs(arrays, header):
        raise Crashed("the process died")

    crashing = judge("plus", hangs)
    for case in (case_of(crashing, 100, m=37), case_of(crashing, 101, m=1)):
        with pytest.raises(Crashed, match="n=100 "):
            crashing.check(case)
    assert len(crashing.device.asked) == 1


@pytest.mark.parametrize("kind", [Raised, Wrong, Hung, Crashed, OutOfBounds])
def test_what_fails_after_others_is_judged_again_alone(judge, kind):
    def suffers(arrays, header):
        if stand.tenants - {header["sha256"]}:
            if kind is Wrong:
                return
            raise kind("no fault of its own")
        plus(arrays, header)

    innocent = judge("plus", suffers)
    stand = innocent.device
    stand.tenants.add("somebody else")
    assert innocent.check(case_of(innocent)).calls == 3
    assert stand.closed == 1
    innocent.check(case_of(innocent, 20))
    assert stand.closed == 1


def test_what_fails_alone_is_not_judged_again(judge):
    def fails(arrays, header):
        raise Raised("no")

    guilty = judge("plus", fails)
    for _ in range(2):
        with pytest.raises(Raised):
            guilty.check(case_of(guilty))
    assert guilty.device.closed == 0


def test_trouble_of_ours_passes_through(judge):
    def broken(arrays, header):
        raise HarnessError("no child")

    with pytest.raises(HarnessError, match="no child"):
        (ours := judge("plus", broken)).check(case_of(ours))


def test_empty_arrays_have_guard_zones_too(judge):
    right = judge("shorter", lambda arrays, header: arrays["a"].__setitem__(slice(None), arrays["b"][1:]))
    assert right.check(case_of(right, 5)).is_evidence
    assert not right.check(case_of(right, 1)).is_evidence  # nothing to write
    early = judge("shorter", lambda arrays, header: arrays["a"].base.__setitem__(GUARD - 1, 3))
    with pytest.raises(OutOfBounds, match=r"writes a\[-1\], of 0 elements"):
        early.check(case_of(early, 1))


def test_empty_arrays_in_a_real_child(c_file, tmp_path, interpreter):
    loop = load(c_file(C))["shorter"]
    (tmp_path / "shorter.py").write_text("def shorter(a, b, n):\n    a.copy_(b[1:])\n")
    judge = Judge(loop, interpreter, tmp_path)
    assert [judge.check(Case(loop, n)).calls for n in (1, 2, 5)] == [3, 3, 3]


def test_a_loop_whose_cases_are_no_evidence_is_our_trouble():
    case = Case(LOOPS["s111"], 1)
    require_evidence([])
    require_evidence([Judged(case, False, 3), Judged(case, True, 3)])
    with pytest.raises(HarnessError, match="s111: no case is evidence"):
        require_evidence([Judged(case, False, 3)])


def test_a_missing_stale_or_damaged_kernel_is_a_verdict_at_its_use(tmp_path):
    stand = Stand(plus)
    judge = Judge(LOOPS["s111"], stand, tmp_path)
    with pytest.raises(KernelFailure, match="does not exist") as missing:
        judge.check(Case(LOOPS["s111"], 10))
    assert missing.value.word == "MISSING"
    (tmp_path / "s111.py").write_text("pass")
    record = {"loop": "s111", "origin": "x", "kernel_sha256": "0", "source_sha256": "0"}
    (tmp_path / "s111.json").write_text(json.dumps(record))
    with pytest.raises(KernelFailure) as damaged:
        Judge(LOOPS["s111"], stand, tmp_path).check(Case(LOOPS["s111"], 10))
    assert damaged.value.word == "DAMAGED"
    assert stand.asked == []


SERIAL_UP_TO_40000 = """
import triton
import triton.language as tl


@triton.jit
def kernel(a_ptr, b_ptr, n, tiles, BLOCK_SIZE: tl.constexpr):
    for tile in range(tl.program_id(0) * tiles, tl.program_id(0) * tiles + tiles):
        offsets = tile * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
        mask = offsets < n
        tl.store(a_ptr + offsets, tl.load(b_ptr + offsets, mask=mask) + 1.0, mask=mask)


def s000(a, b, n):
    blocks = triton.cdiv(n, 1024)
    tiles = blocks if n <= 40000 else 1
    kernel[(blocks,)](a, b, n, tiles, BLOCK_SIZE=1024)
"""


def test_one_program_at_a_long_size_is_serial_whatever_a_longer_one_does(tmp_path, interpreter):
    (tmp_path / "s000.py").write_text(SERIAL_UP_TO_40000)
    judge = Judge(LOOPS["s000"], interpreter, tmp_path)
    judge.check(Case(LOOPS["s000"], 70001, kind="exact"))
    assert judge.classify() == "triton"
    judge.check(Case(LOOPS["s000"], 32000, kind="exact"))
    assert judge.classify() == "serial"
