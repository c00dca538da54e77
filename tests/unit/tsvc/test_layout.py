"""Which file of a directory is a loop's kernel."""

import pytest

from tsvc.kernel import Kernel
from tsvc.layout import attempts_of, find_kernel, strays
from tsvc.verdicts import Missing


@pytest.fixture
def directory(tmp_path):
    """Makes files: directory("s000.py", ...)."""

    def make(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("# a kernel\n")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (["s000.py", "s000_v2.py", "s000/attempt9.py"], "s000.py"),
        (["s000_triton.py"], "s000_triton.py"),
        (["triton_s000.py"], "triton_s000.py"),
        (["s000_triton_llm_v2.py", "s000_triton_llm_v3.py", "s000_triton_llm.py"], "s000_triton_llm_v3.py"),
        (["s000/attempt2.py", "s000/attempt10.py", "s000/attempt1.py"], "s000/attempt10.py"),
        (["s000/attempt_3.py", "s000/attempt_1.py"], "s000/attempt_3.py"),
        (["s000/3.py", "s000/12.py"], "s000/12.py"),
        (["s000/final.py", "s000/attempt12.py"], "s000/final.py"),
        (["s000/s000.py", "s000/s000_v2.py"], "s000/s000.py"),
        (["s000/answer_of_the_model.py"], "s000/answer_of_the_model.py"),
    ],
)
def test_choice_among_layouts(directory, files, chosen):
    folder = directory(*files)
    assert find_kernel("s000", folder) == folder / chosen
    assert attempts_of("s000", folder)[-1] == folder / chosen
    assert len(attempts_of("s000", folder)) == len(files)


@pytest.mark.parametrize("file", ["s0001.py", "s000_helpers.py", "xs000.py", "other/s000.py", "s000/notes.txt"])
def test_files_that_are_none_of_the_loops(directory, file):
    assert find_kernel("s000", directory(file)) is None


def test_strays_are_named(directory):
    folder = directory("s000.py", "common.py", "s111/attempt1.py", "lib/util.py", "s111/__init__.py", ".git/x.py")
    assert [path.name for path in strays(folder, ["s000", "s111"])] == ["common.py", "util.py"]


def test_a_kernel_is_loaded_from_where_others_keep_it(directory):
    folder = directory("s000/attempt1.py", "s000/attempt2.py")
    (folder / "s000" / "attempt2.json").write_text('{"tokens": 12}')  # whatever it is, it is no record of ours
    kernel = Kernel.load("s000", folder)
    assert (kernel.path, kernel.record) == (folder / "s000" / "attempt2.py", {})
    with pytest.raises(Missing, match=r"s111\.py does not exist"):
        Kernel.load("s111", folder)
