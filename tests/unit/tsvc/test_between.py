from tsvc.between import COUNT, LENGTHS, cases_between
from tsvc.cases import SIZES, make
from tsvc.judge import Judge
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS


def test_every_side_of_a_small_matrix_and_lengths_that_the_text_draws():
    sides = {case.m for case in cases_between(LOOPS["s125"], "")}
    assert sides | {m for _, m in SIZES} >= set(range(1, 101))
    one, again, other = ([case.n for case in cases_between(LOOPS["va"], text)] for text in ("x", "x", "y"))
    assert one == again != other
    assert len(set(one)) == COUNT and min(one) >= LENGTHS.start and max(one) < LENGTHS.stop
    assert all(cases_between(loop, "") for loop in LOOPS.values())


def test_the_judge_asks_it_of_other_directories_alone_and_once_each(interpreter, tmp_path):
    (tmp_path / "va.py").write_text(Kernel.load("va", trust_record=True).text)
    foreign, bundled = (Judge(LOOPS["va"], interpreter, directory, trust_record=True) for directory in (tmp_path, None))
    assert bundled.check_more() == []
    foreign.check(make(LOOPS["va"], 100, 1, "exact", 0))
    more = foreign.check_more()
    assert len(more) >= COUNT and {one.calls for one in more[:COUNT]} == {1}
