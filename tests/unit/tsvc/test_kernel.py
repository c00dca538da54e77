import json

import numpy as np
import pytest

from tsvc.cases import make
from tsvc.domain import arguments
from tsvc.expected import expect
from tsvc.inputs import Case
from tsvc.kernel import BUNDLED, Answer, Kernel, call
from tsvc.loops import LOOPS
from tsvc.verdicts import BadSignature, Crashed, Damaged, Missing, Stale, Wrong

TEXT = "def s111(a, b, n):\n    a[1::2] = a[:-1:2][: a[1::2].numel()] + b[1::2]\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "s111.py").write_text(TEXT)
    return tmp_path


@pytest.fixture
def record(folder):
    """Writes the kernel's record with some facts replaced; None leaves one out."""

    def write(**changed):
        facts = {"loop": "s111", "origin": "me", "source_sha256": LOOPS["s111"].source_sha256}
        facts |= {"kernel_sha256": Kernel.load("s111", folder, trust_record=True).sha256, **changed}
        text = json.dumps({name: fact for name, fact in facts.items() if fact is not None})
        (folder / "s111.json").write_text(text)

    return write


@pytest.fixture
def on_interpreter(interpreter, monkeypatch):
    monkeypatch.setattr("tsvc.kernel.default_device", lambda: interpreter)


def test_all_loops_have_a_bundled_kernel():
    for loop in LOOPS.values():
        assert Kernel.load(loop, trust_record=True).path == BUNDLED / f"{loop.name}.py"


def test_a_kernel_without_a_record_is_of_unknown_origin(folder):
    kernel = Kernel.load("s111", folder)
    assert (kernel.text, kernel.origin, kernel.record) == (TEXT, "unknown", {})
    assert str(kernel) == str(folder / "s111.py")
    assert Kernel.load("s111", str(folder)) == kernel


def test_a_record_that_fits(folder, record):
    record()
    assert Kernel.load("s111", folder).origin == "me"


def test_missing_damaged_and_stale_are_told_apart(folder, record):
    with pytest.raises(Missing, match=r"s112\.py does not exist"):
        Kernel.load("s112", folder)
    with pytest.raises(KeyError):
        Kernel.load("s999", folder)
    record(source_sha256="0" * 64)
    with pytest.raises(Stale, match=r"another C source of s111\n.*--record"):
        Kernel.load("s111", folder)
    record(kernel_sha256="0" * 64)
    with pytest.raises(Damaged, match="not the file that its record describes"):
        Kernel.load("s111", folder)
    assert Kernel.load("s111", folder, trust_record=True).origin == "me"


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '{"loop": "s111", "origin": "me"}', "\xff"])
def test_a_record_that_cannot_be_read_is_damaged(folder, text):
    (folder / "s111.json").write_bytes(text.encode("latin-1"))
    for trust in (False, True):
        with pytest.raises(Damaged, match=r"s111\.json"):
            Kernel.load("s111", folder, trust)


def test_a_record_of_another_loop_is_damaged(folder, record):
    record(loop="s112")
    with pytest.raises(Damaged, match="s112"):
        Kernel.load("s111", folder)


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe"])
def test_a_file_that_is_no_text_is_damaged(tmp_path, content):
    (tmp_path / "s111.py").write_bytes(content)
    with pytest.raises(Damaged, match=r"s111\.py"):
        Kernel.load("s111", tmp_path)


@pytest.mark.parametrize("name", ["s421", "s2275", "s4113"])
def test_run_changes_the_arrays_in_place(name, on_interpreter):
    case = make(LOOPS[name], 100, 7, "exact", 1)
    arrays = case.arrays()
    held = dict(arrays)
    assert Kernel.load(name, trust_record=True).run(arrays, case.n, case.m, case.params) is None
    for name_, array in expect(case).arrays.items():
        assert held[name_] is arrays[name_]
        assert np.array_equal(arrays[name_], array)


def test_run_returns_the_result_in_the_loops_own_kind(on_interpreter):
    case = make(LOOPS["vsumr"], 100, 1, "exact", 1)
    result = Kernel.load("vsumr", trust_record=True).run(case.arrays(), case.n)
    assert isinstance(result, float)
    assert result == expect(case).result
    case = make(LOOPS["s481"], 100, 1, "awkward", 1)
    assert isinstance(Kernel.load("s481", trust_record=True).run(case.arrays(), case.n), int)


def test_run_takes_other_layouts_and_ignores_other_arrays(folder, on_interpreter):
    case = Case(LOOPS["s111"], 50, kind="exact")
    arrays = {name: array.astype(np.float64) for name, array in case.arrays().items()}
    arrays["b"] = np.repeat(arrays["b"], 2)[::2]
    Kernel.load("s111", folder).run({**arrays, "unused": np.zeros(3)}, 50)
    assert np.array_equal(arrays["a"], expect(case).arrays["a"])


def test_run_without_the_loops_result_is_wrong(tmp_path, on_interpreter):
    (tmp_path / "vsumr.py").write_text("def vsumr(a, n):\n    return None\n")
    with pytest.raises(Wrong, match="one-element tensor"):
        Kernel.load("vsumr", tmp_path).run(Case(LOOPS["vsumr"], 10).arrays(), 10)


def test_names_of_other_kernel_sets_are_understood(tmp_path, interpreter):
    (tmp_path / "s111.py").write_text(
        "def s111_triton(a, b, n_elements, LEN_1D, N, *more, BLOCK_SIZE=256, **others):\n"
        "    a.fill_(n_elements + LEN_1D + N)\n"
    )
    case = Case(LOOPS["s111"], 10)
    answer = call(interpreter, Kernel.load("s111", tmp_path), case.arrays(), 10, 1, {})
    assert isinstance(answer, Answer)
    assert np.all(answer.arrays["a"] == 30)


@pytest.mark.parametrize(
    ("name", "signature", "value", "n", "m"),
    [
        ("s174", "a, b, m", "m", 20, 1),  # no size m there: its parameter M
        ("s2710", "a, b, c, d, e, x", "x", 20, 1),
        ("s114", "aa, N", "N", 1, 6),
        ("s125", "flat_2d_array, aa", "flat_2d_array.numel()", 1, 6),
    ],
)
def test_other_spellings_stand_for_what_only_they_can_mean(tmp_path, interpreter, name, signature, value, n, m):
    first = signature.split(",")[0]
    (tmp_path / f"{name}.py").write_text(f"def {name}({signature}):\n    {first}.fill_({value})\n")
    case = Case(LOOPS[name], n, m)
    params = arguments(case.loop, n, m, {})
    answer = call(interpreter, Kernel.load(name, tmp_path), case.arrays(), n, m, params)
    wanted = {"s174": params.get("M"), "s2710": params.get("x0"), "s114": m, "s125": m * m}[name]
    assert np.all(answer.arrays[{"flat_2d_array": "flat"}.get(first, first)] == wanted)


def test_a_name_that_could_mean_two_things_is_refused(tmp_path, interpreter):
    (tmp_path / "s242.py").write_text("def s242(a, s):\n    a.fill_(s)\n")
    case = Case(LOOPS["s242"], 10)
    with pytest.raises(BadSignature, match="wants an argument 's'"):
        call(interpreter, Kernel.load("s242", tmp_path), case.arrays(), 10, 1, arguments(case.loop, 10, 1, {}))


class Liar:
    """A device that answers something else than it was asked."""

    def __init__(self, answer):
        self.answer = answer

    def request(self, header, arrays):
        return {"status": "ok"}, self.answer


@pytest.mark.parametrize(
    "answer",
    [{}, {"a": np.zeros(3, np.float32)}, {"a": np.zeros(10 + 8192)}, {"a": np.zeros(11 + 8192, np.float32)}],
    ids=["nothing", "short", "type", "long"],
)
def test_an_answer_of_another_shape_is_no_answer(folder, answer):
    case = Case(LOOPS["s111"], 10)
    with pytest.raises(Crashed, match="did not answer with array"):
        call(Liar(answer), Kernel.load("s111", folder), case.arrays(), 10, 1, {})
