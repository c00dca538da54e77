import dataclasses
import json

import pytest

from analyses.baselines import baseline_text
from tsvc import baselines
from tsvc.baselines import NAMES, Baselines, Found, Left, chosen, library, module, why_missing
from tsvc.cpu import OnCpu, cores
from tsvc.loops import LOOPS
from tsvc.timing import timing_case


@pytest.fixture(scope="module")
def every():
    found = Baselines(NAMES, baseline_text)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("option", "names"),
    [("", ()), ("all", NAMES), ("numba,clang", ("clang", "numba")), ("openmp, openmp", ("openmp",))],
)
def test_names_are_chosen(option, names):
    assert chosen(option) == names


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="icc: no such baseline; choose from clang, openmp"):
        chosen("clang,icc")


@pytest.mark.parametrize("name", ["clang", "openmp"])
@pytest.mark.parametrize("loop", ["s000", "s311", "s231"])
def test_what_is_installed_is_checked_and_timed(every, name, loop):
    if reason := why_missing(name):
        pytest.skip(reason)
    seconds = every.time_one(name, timing_case(LOOPS[loop], 4000, 64), calls=3)
    assert 0 < seconds < 1


def test_what_is_missing_or_not_provable_is_said(every, monkeypatch):
    monkeypatch.setattr(baselines, "why_missing", lambda name: f"no {name}" if name != "openmp" else "")
    found = every.time(timing_case(LOOPS["s321"], 1000, 1))
    assert found.seconds == {}
    reason = "no loop of s321 is proven to be parallel or a reduction"
    assert found.left == {"clang": "no clang", "openmp": reason, "numba": "no numba", "torch": "no torch"}


@pytest.mark.skipif(bool(why_missing("openmp")), reason="the C compiler has no OpenMP")
def test_a_wrong_baseline_is_not_timed():
    def text_of(name, case):
        text, reason = baseline_text(name, case)
        assert "+ 1" in text
        return text.replace("+ 1", "+ 2"), reason

    wrong = Baselines(("openmp",), text_of)
    with pytest.raises(Left, match="WRONG: a: 1000 of 1000 differ"):
        wrong.time_one("openmp", timing_case(LOOPS["s000"], 1000, 1))
    wrong.close()


@pytest.mark.skipif(bool(why_missing("openmp")), reason="the C compiler has no OpenMP")
def test_a_baseline_that_crashes_is_left_out():
    text = "void s000(int n, float *a, const float *b) { *(volatile int *)0 = 1; }"
    broken = Baselines(("openmp",), lambda name, case: (text, ""))
    with pytest.raises(Left, match="CRASHED: the process died of SIGSEGV"):
        broken.time_one("openmp", timing_case(LOOPS["s000"], 1000, 1))


def test_numba_is_checked_and_timed(every):
    if reason := why_missing("numba"):
        pytest.skip(reason)
    assert 0 < every.time_one("numba", timing_case(LOOPS["s000"], 1000, 1), calls=3) < 1


def test_a_module_for_numba_is_called_and_its_answer_kept(tmp_path, monkeypatch):
    """As with numba, but for the compiler: the child's part alone."""
    monkeypatch.setenv("TSVC_CACHE", str(tmp_path))
    case = timing_case(LOOPS["s000"], 100, 1)
    path = module(case.loop, "def s000(n, a, b):\n    a[:] = b + 1\n")
    told = [["int64", 0], ["float32", 1], ["float32", 1]]
    assert json.loads(path.with_suffix(".json").read_text()) == ["s000", told]
    request = {
        "module": str(path),
        "loop": "s000",
        "signature": [("n", "size"), ("a", "array"), ("b", "array")],
        "scalars": {"n": 100, "m": 1},
        "restored": ["a"],
        "warmups": 1,
        "calls": 3,
        "limit": 1.0,
        "left": True,
    }
    header, left = OnCpu().time_numba(request, case.arrays())
    assert len(header["samples"]) == 3
    assert (left["a"] == case.arrays()["b"] + 1).all()


def test_the_best_is_the_fastest_of_all():
    found = Found({"openmp": 4e-6, "numba": 2e-6}, {"clang": "not installed"})
    assert found.facts(3.0, 0.5) == {
        "baselines": {"openmp": 4.0, "numba": pytest.approx(2.0)},
        "best_baseline": "numba",
        "speedup_best": pytest.approx(4.0),
        "baselines_left": {"clang": "not installed"},
    }
    assert Found({"openmp": 4e-6}).facts(3.0, 0.5)["best_baseline"] == "C"
    assert dataclasses.asdict(Found())["seconds"] == {}


def test_a_machine_has_cores():
    assert cores() >= 1


@pytest.mark.skipif(bool(why_missing("openmp")), reason="the C compiler has no OpenMP")
def test_what_is_timed_is_compiled_ahead(tmp_path, monkeypatch):
    monkeypatch.setenv("TSVC_CACHE", str(tmp_path))
    cases = [timing_case(LOOPS[name], 1000, 32) for name in ("s000", "s321")]
    Baselines(("openmp",), baseline_text).build_ahead(cases)
    (built,) = tmp_path.glob("clib/*-openmp-threads-*.so")  # nothing of s321 is shared
    assert library("openmp", cases[0], baseline_text("openmp", cases[0])[0]) == built
