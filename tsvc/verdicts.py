"""How a kernel can fail, and how we can.

KernelFailure            the kernel is at fault; counts against the pass rate
  Missing        MISSING         there is no kernel file for the loop
  Stale          STALE           its record belongs to another C source
  Damaged        DAMAGED         its file or record is unreadable, or they do not belong together
  BadSignature   BAD_SIGNATURE   no function of the loop's name, or it wants arguments the loop does not have
  NotCompiled    NOT_COMPILED    Python or Triton refuses the code
  Raised         RAISED          it raises an exception when called
  Wrong          WRONG           arrays or result differ from the C reference
    Clobbered    CLOBBERED       an input array was changed
  Racy           RACY            two answers for one input
  OutOfBounds    OUT_OF_BOUNDS   it touches memory outside its arrays
  Hung           HUNG            no answer in time
  Crashed        CRASHED         it took its process down
    Exited       EXITED          it ended its process on purpose
HarnessError             we are at fault; always fails the run
"""


class KernelFailure(AssertionError):
    """The kernel, not the harness, is at fault; the message says what, where and how to replay."""

    letter, word = "F", "FAILED"


class Missing(KernelFailure):
    """There is no kernel file for the loop."""

    letter, word = "M", "MISSING"


class Stale(KernelFailure):
    """The record was made for another C source of the loop."""

    letter, word = "S", "STALE"


class Damaged(KernelFailure):
    """The kernel file or its record cannot be read, or they do not belong together."""

    letter, word = "D", "DAMAGED"


class BadSignature(KernelFailure):
    """The file has no function of the loop's name, or it wants arguments that the loop does not have."""

    letter, word = "B", "BAD_SIGNATURE"


class NotCompiled(KernelFailure):
    """Python or Triton refuses the code."""

    letter, word = "N", "NOT_COMPILED"


class Raised(KernelFailure):
    """The kernel's function raises an exception."""

    letter, word = "E", "RAISED"


class Wrong(KernelFailure):
    """Its arrays or its result differ from the C reference."""

    letter, word = "W", "WRONG"


class Clobbered(Wrong):
    """It changed an array that C only reads."""

    letter, word = "I", "CLOBBERED"


class Racy(KernelFailure):
    """It gave two answers for one input."""

    letter, word = "R", "RACY"


class OutOfBounds(KernelFailure):
    """It touched memory outside its arrays."""

    letter, word = "O", "OUT_OF_BOUNDS"


class Hung(KernelFailure):
    """It gave no answer in time."""

    letter, word = "H", "HUNG"


class Crashed(KernelFailure):
    """It took its process down."""

    letter, word = "C", "CRASHED"


class Exited(Crashed):
    """It ended its process on purpose."""

    letter, word = "X", "EXITED"


class HarnessError(Exception):
    """We are at fault: never a kernel's verdict, always fails the run."""


def all_failures(root: type[KernelFailure] = KernelFailure) -> dict[str, type[KernelFailure]]:
    """Every failure class by its word."""
    found = {root.word: root}
    for child in root.__subclasses__():
        found |= all_failures(child)
    return found
