import shutil

import pytest
from shared_call import called, openmp_works

from analyses.model import build
from analyses.openmp import openmp_text
from analyses.threads import NotShared
from clib.build import build_text
from tsvc.cases import make
from tsvc.comparison import compare
from tsvc.domain import arguments
from tsvc.expected import expect
from tsvc.loops import LOOPS, load

needs_openmp = pytest.mark.skipif(not openmp_works(), reason="the C compiler has no OpenMP")
#: One for each way of sharing, and what is hard to write: rows, results, parameters, conditions, negative steps.
CHOSEN = (
    "s000 s1112 s114 s119 s121 s125 s171 s176 s211 s212 s231 s241 s243 s244 s1251 s281 s293 s1113 s311 s312 s314 s319"
)
CHOSEN += " s3113 s4114 s4116 s442 vag vbor vdotr"


def text_of(name: str, n: int = 5003, m: int = 70, **params) -> str:
    case = make(LOOPS[name], n, m, "exact", 3, params)
    values = arguments(case.loop, case.n, case.m, case.params)
    return openmp_text(build(case.loop), {"n": case.n, "m": case.m}, values)


@needs_openmp
@pytest.mark.parametrize("name", CHOSEN.split())
@pytest.mark.parametrize(("n", "m"), [(2049, 33), (5003, 70)])
def test_all_threads_together_leave_what_c_leaves(name, n, m, monkeypatch):
    case = make(LOOPS[name], n, m, "exact", 3)
    values = arguments(case.loop, case.n, case.m, case.params)
    text = openmp_text(build(case.loop), {"n": case.n, "m": case.m}, values)
    assert "#pragma omp parallel for" in text
    before, after, result = called(build_text("#include <stdlib.h>\n" + text, name, "threads"), case, values)
    difference = compare(case.loop, expect(case), 0, before, after, result)
    assert difference is None, f"{difference}\n{text}"


@pytest.mark.parametrize("name", ["s322", "s323", "s321", "s341", "s332", "s491", "s2111"])
def test_what_is_not_proven_is_not_shared(name):
    with pytest.raises(NotShared, match=f"no loop of {name} is proven to be parallel or a reduction"):
        text_of(name)


def test_sums_and_extrema_are_reductions_and_scalars_private():
    assert "reduction(+:sum)" in text_of("s311")
    assert "reduction(max:x)" in text_of("s314")
    assert "private(s)" in text_of("s1251")
    assert "reduction" not in text_of("s000")


def test_a_condition_is_asked_at_the_values_of_the_call(c_file):
    loop = load(c_file("void f(int n, int k, real a[n]) { for (int i = 0; i < n; i++) a[i * k] = a[i * k] + 1; }"))["f"]
    with pytest.raises(NotShared):
        openmp_text(build(loop), {"n": 100, "m": 1}, {"k": 0})
    assert "#pragma omp parallel for" in openmp_text(build(loop), {"n": 100, "m": 1}, {"k": 2})


def test_old_values_come_from_a_copy_and_new_ones_do_not():
    text = text_of("s243")
    assert "a_old[(i + 1)]" in text
    assert "(a[i] + (d[i] * e[i]))" in text


def test_rows_along_the_shared_loop_are_taken_in_tiles():
    text = text_of("s231", m=1000)
    assert text.index("i_tile = 0") < text.index("int j = 1") < text.index("int i = ")


@needs_openmp
@pytest.mark.skipif(not shutil.which("clang"), reason="no clang")
def test_clang_takes_the_same_text_without_threads():
    case = make(LOOPS["s211"], 2049, 33, "exact", 3)
    library = build_text("#include <stdlib.h>\n" + text_of("s211", 2049, 33), "s211", "fast", ["clang"])
    before, after, _ = called(library, case, {})
    assert compare(case.loop, expect(case), 0, before, after, None) is None
