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
  Racy           RACY            what one program writes another accesses, or two answers for one input
  NoTriton       NO_TRITON       it launches no Triton kernel
  TorchFallback  TORCH_FALLBACK  torch or the host does the work, always or when a launch fails
  Decoy          DECOY           it is right without its launches
  Tampered       TAMPERED        it changes what observes it
  ReachesOut     REACHES_OUT     its Python uses a clock, the environment, frames, ... which no kernel needs
  InvalidTiming  INVALID_TIMING  its time cannot be believed
  OutOfBounds    OUT_OF_BOUNDS   it touches memory outside its arrays
  OutOfMemory    OUT_OF_MEMORY   it wants more memory than a child may have
  TooManyProcesses TOO_MANY_PROCESSES  it starts more processes and threads than a child may have
  TooMuchOutput  TOO_MUCH_OUTPUT  it prints more than a child may
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
    """One program writes what another one accesses, or it gave two answers for one input."""

    letter, word = "R", "RACY"


class NoTriton(KernelFailure):
    """It launches no Triton kernel."""

    letter, word = "Z", "NO_TRITON"


class TorchFallback(KernelFailure):
    """Torch or the host does the work, always or when a launch fails."""

    letter, word = "T", "TORCH_FALLBACK"


class Decoy(KernelFailure):
    """It launches kernels, and is right without them."""

    letter, word = "Y", "DECOY"


class Tampered(KernelFailure):
    """It changes what observes it."""

    letter, word = "V", "TAMPERED"


class ReachesOut(KernelFailure):
    """It is right, but its Python uses a clock, the environment, frames or the like, which no kernel needs."""

    letter, word = "Q", "REACHES_OUT"


class InvalidTiming(KernelFailure):
    """Its time cannot be believed: a clock was replaced, work goes on beside it, or it is less than possible."""

    letter, word = "K", "INVALID_TIMING"


class OutOfBounds(KernelFailure):
    """It touched memory outside its arrays."""

    letter, word = "O", "OUT_OF_BOUNDS"


class OutOfMemory(KernelFailure):
    """It wants more memory than a child may have."""

    letter, word = "A", "OUT_OF_MEMORY"


class TooManyProcesses(KernelFailure):
    """It starts more processes and threads than a child may have."""

    letter, word = "P", "TOO_MANY_PROCESSES"


class TooMuchOutput(KernelFailure):
    """It prints more than a child may."""

    letter, word = "U", "TOO_MUCH_OUTPUT"


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
