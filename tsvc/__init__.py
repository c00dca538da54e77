"""Loops, their legal inputs, the judge of their kernels, and the clocks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsvc.loops import LOOPS, Loop

__all__ = ["LOOPS", "Loop"]


def __getattr__(name: str):
    # On demand: the child process that runs kernels imports this package and needs no loop parsed.
    if name in __all__:
        import tsvc.loops

        return getattr(tsvc.loops, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
