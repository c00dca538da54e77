import tsvc.verdicts
from tsvc.verdicts import HarnessError, KernelFailure, all_failures


def test_the_tree_in_the_docstring_is_the_tree_of_classes():
    drawn = {}
    for line in (tsvc.verdicts.__doc__ or "").splitlines():
        name, *rest = line.split()[:2] or [""]
        if hasattr(tsvc.verdicts, name) and rest and rest[0].isupper():
            drawn[name] = rest[0]
    assert drawn == {kind.__name__: word for word, kind in all_failures().items() if kind is not KernelFailure}


def test_words_and_letters_are_distinct_and_each_class_says_what_it_means():
    failures = all_failures()
    assert len({kind.letter for kind in failures.values()}) == len(failures)
    assert all(kind.__doc__ and issubclass(kind, AssertionError) for kind in failures.values())


def test_trouble_of_ours_is_no_kernel_failure():
    assert not issubclass(HarnessError, KernelFailure | AssertionError)
