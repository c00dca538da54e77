"""Reading answers: one kernel file, whatever stands around it; otherwise what is wrong with the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.answer import AnswerProblem, answer_problems, read_answer, read_blocks

FILE = "import triton\n\n\n@triton.jit\ndef kernel(x):\n    pass\n\n\ndef s000(a):\n    kernel[(1,)](a)\n"
OTHER = FILE.replace("pass", "return")
FENCED = f"```python\n{FILE}```"


@pytest.mark.parametrize(
    "answer",
    [
        FENCED,
        f"```py\n{FILE}```",
        f"```Python3 title=kernel.py\n{FILE}```",
        f"```\n{FILE}```",
        f"~~~python\n{FILE}~~~",
        f"````python\n{FILE}````",
        f"Here it is:\n\n{FENCED}\n\nIt runs one program.",
        f"```python\n{FILE}",
        FILE,
        f"\n\n{FILE}\n\n",
        FENCED.replace("\n", "\r\n"),
        f"\ufeff{FENCED}",
        f"- first item\n  ```python\n{''.join(f'  {line}' for line in FILE.splitlines(keepends=True))}  ```",
        f"The C code is\n```c\nvoid s000(void);\n```\nand so\n{FENCED}",
        f"The grid is\n```python\n(triton.cdiv(n, 256),)\n```\nand so\n{FENCED}",
        f"{FENCED}\nOnce more:\n{FENCED}",
        f"Run it with\n```bash\npytest\n```\n{FENCED}",
    ],
)
def test_the_file_is_found(answer):
    assert read_answer(answer, "end_turn").rstrip() == FILE.rstrip()


def test_a_file_keeps_what_its_strings_hold():
    quoting = FILE + '"""\n```\nnot the end\n```\n"""\n'
    assert read_answer(f"````python\n{quoting}````") == quoting


@pytest.mark.parametrize(
    ("answer", "stop_reason", "word"),
    [
        ("I cannot help with that.", "refusal", "REFUSED"),
        ("", "refusal", "REFUSED"),
        ("", "end_turn", "EMPTY"),
        (" \n\t ", None, "EMPTY"),
        ("", "max_tokens", "CUT_OFF"),
        (f"```python\n{FILE[:60]}", "max_tokens", "CUT_OFF"),
        (FILE, "max_tokens", "CUT_OFF"),
        (f"{FENCED}\nor better\n```python\n{FILE[:60]}", "max_tokens", "CUT_OFF"),
        ("The loop is a scan.", "end_turn", "NO_CODE"),
        ("```c\nvoid s000(void);\n```", "end_turn", "NO_CODE"),
        ("```python\nx = 1\n```", "end_turn", "NO_CODE"),
        ("def s000(a): a launch of triton, but in prose", "end_turn", "NO_CODE"),
        ("``` ```", "end_turn", "NO_CODE"),
        (f"{FENCED}\nor\n```python\n{OTHER}```", "end_turn", "SEVERAL_BLOCKS"),
    ],
)
def test_other_answers_have_a_word_each(answer, stop_reason, word):
    with pytest.raises(answer_problems()[word]) as caught:
        read_answer(answer, stop_reason)
    assert caught.value.word == word and str(caught.value) and caught.value.advice


def test_a_file_that_is_no_python_is_the_judges_business():
    broken = FILE + "def f(:\n"
    assert read_answer(f"```python\n{broken}```") == broken


def test_an_unknown_stop_reason_changes_nothing():
    assert read_answer(FENCED, "something_new") == FILE


def test_words_are_distinct():
    assert set(answer_problems()) == {"REFUSED", "EMPTY", "CUT_OFF", "NO_CODE", "SEVERAL_BLOCKS"}


def test_blocks_know_their_language_and_their_end():
    first, second = read_blocks("a\n``` {.Python}\nx\n```\nb\n~~~~\ny\n~~~\n```\nz")
    assert (first.language, first.text, first.closed) == ("python", "x", True)
    assert (second.language, second.text, second.closed) == ("", "y\n~~~\n```\nz", False)


PIECES = st.sampled_from(
    ["```", "~~~", "````", "python", "\n", "\r\n", " ", "def f(", "triton", FILE, "\x00", "\ud800", "é"]
)


@given(
    text=st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join), stop=st.sampled_from([None, "max_tokens"])
)
def test_any_text_gives_a_file_or_a_problem(text, stop):
    try:
        found = read_answer(text, stop)
    except AnswerProblem as problem:
        assert problem.word in answer_problems()
    else:
        assert found.endswith("\n") and "triton" in found
