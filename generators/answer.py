"""Reading a model's answer: the one code block that is a kernel file, or what is wrong with the answer."""

import ast
import re
from dataclasses import dataclass


class AnswerProblem(Exception):
    """The answer holds no kernel that could be judged; the message says what it holds instead.

    word: the outcome's name in records and statistics. advice: what a model should do instead.
    """

    word = "NO_ANSWER"
    advice = "Answer with exactly one Python code block that holds the whole file."


class Refused(AnswerProblem):
    """The model declined."""

    word = "REFUSED"
    advice = "The task is an ordinary program transformation, and the result is only compared with the C loop."


class Empty(AnswerProblem):
    """Nothing but white space came back."""

    word = "EMPTY"
    advice = "The answer was empty: write the file into the answer itself."


class CutOff(AnswerProblem):
    """The answer stopped at the token limit."""

    word = "CUT_OFF"
    advice = "It was cut off at the token limit: think and write less, and give the code block without prose."


class NoCode(AnswerProblem):
    """Text without a kernel."""

    word = "NO_CODE"
    advice = "It held no code block with a function and a @triton.jit kernel."


class SeveralBlocks(AnswerProblem):
    """More than one block could be the kernel file."""

    word = "SEVERAL_BLOCKS"
    advice = "It held more than one code block that could be the file: give exactly one."


def answer_problems() -> dict[str, type[AnswerProblem]]:
    """Every kind of problem by its word."""
    return {kind.word: kind for kind in AnswerProblem.__subclasses__()}


@dataclass(frozen=True)
class Block:
    """A fenced block of an answer: its language ("" if it names none), its text, and whether its fence was closed."""

    language: str
    text: str
    closed: bool

    @property
    def is_kernel(self) -> bool:
        """Whether it looks like a whole kernel file: a function and a mention of triton.

        A file that does not parse still counts: that it does not compile is the judge's verdict.
        """
        return bool(re.search(r"^\s*(async\s+)?def\s+\w", self.text, re.MULTILINE)) and "triton" in self.text


_PYTHON = ("", "python", "python3", "py", "triton")


def read_answer(text: str, stop_reason: str | None = None) -> str:
    """The kernel file in an answer, with Unix line ends and one at its end.

    text: the answer as the model gave it; prose around one block is fine. An answer without a fence counts when all of
        it is Python. Of blocks that are alike, one is taken; a block in another language or without a function beside
        the kernel is an illustration.
    stop_reason: why the model stopped, in the words of the Messages API; None where the client does not know.
    Raises an AnswerProblem.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if stop_reason == "refusal":
        raise Refused(f"the model refused: {text.strip()[:200]!r}")
    blocks = read_blocks(text)
    # What was cut off after the file is prose.
    if stop_reason == "max_tokens" and not (blocks and all(block.closed for block in blocks)):
        raise CutOff(f"cut off at the token limit after {len(text)} characters")
    if not text.strip():
        raise Empty("the answer is empty")
    kernels = _distinct(block for block in blocks if block.language in _PYTHON and block.is_kernel)
    if len(kernels) == 1:
        return _tidy(kernels[0].text)
    if kernels:
        raise SeveralBlocks(f"{len(kernels)} code blocks could be the file")
    if not blocks and Block("", text, True).is_kernel and _parses(text):
        return _tidy(text)
    raise NoCode(f"{len(blocks)} code blocks, none of them a kernel")


def read_blocks(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text in order; a block that is never closed reaches to the end.

    A fence is three or more of ` or ~, indented or not, and is closed by at least as many of the same character alone
    on a line (CommonMark, fenced code blocks).
    """
    blocks: list[Block] = []
    lines: list[str] = []
    opening: re.Match | None = None
    for line in text.split("\n"):
        if opening is None:
            if match := re.match(r"\s*(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$", line):
                opening, lines = match, []
        elif re.fullmatch(rf"\s*{opening[1][0]}{{{len(opening[1])},}}\s*", line):
            blocks.append(_block(opening, lines, True))
            opening = None
        else:
            lines.append(line)
    if opening is not None:
        blocks.append(_block(opening, lines, False))
    return blocks


def _block(opening: re.Match, lines: list[str], closed: bool) -> Block:
    indent = len(opening[0]) - len(opening[0].lstrip())
    cut = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines]
    return Block(opening[2].lower().strip("{}.:,"), "\n".join(cut), closed)


def _distinct(blocks) -> list[Block]:
    """Without blocks that only repeat an earlier one."""
    return list({block.text.strip(): block for block in blocks}.values())


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _tidy(text: str) -> str:
    return text.strip("\n") + "\n"
