"""How an answer is compared with C's, element by element, in the process that never ran the kernel."""

import numpy as np

from tsvc.child import GUARD, guarded
from tsvc.expected import Expected
from tsvc.gates import ALL
from tsvc.kernel import Answer
from tsvc.loops import Loop
from tsvc.verdicts import Clobbered, OutOfBounds, Wrong


def check_guards(sent: dict, answer: Answer, seed: int) -> None:
    """Raises OutOfBounds when a guard zone beside an array has changed."""
    for position, (name, array) in enumerate(sent.items()):
        before = guarded(np.empty(0, array.dtype), seed + position).view(np.int32)
        buffer = answer.buffers[name].view(np.int32)
        after = np.concatenate([buffer[:GUARD], buffer[-GUARD:]])
        changed = np.flatnonzero(before != after)
        if changed.size:
            index = int(changed[0])
            element = index - GUARD if index < GUARD else array.size + index - GUARD
            raise OutOfBounds(f"writes {name}[{element}], of {array.size} elements ({changed.size} found outside)")


def compare(
    loop: Loop, expected: Expected, fill: int, sent: dict, got: dict, result, gates: frozenset[str] = ALL
) -> Wrong | None:
    """The first thing in which an answer differs from C, or None.

    Inputs must be unchanged byte for byte, outputs agree within the tolerance, NaN and infinities in the same places.
    gates: those of the section "what is compared" that are in force.
    """
    if "inputs" in gates and (clobbered := _changed_input(loop, sent, got)):
        return clobbered
    want = expected.after(fill)
    compared = loop.outputs if "every_array" in gates else loop.outputs[:1]
    for name in (array.name for array in compared):
        if difference := describe_difference(name, want[name], got[name], expected.tolerance[name], gates):
            return Wrong(difference)
    if expected.result is not None and "result" in gates:
        if result is None:
            return Wrong("returned no one-element tensor for the loop's scalar result")
        wanted, value = np.array([expected.result]), np.array([result])
        if difference := describe_difference("result", wanted, value, expected.tolerance["result"], gates):
            return Wrong(difference)
    return None


def _changed_input(loop: Loop, sent: dict, got: dict) -> Clobbered | None:
    for name in (array.name for array in loop.arrays if not array.is_written):
        changed = np.flatnonzero(sent[name].reshape(-1).view(np.int32) != got[name].reshape(-1).view(np.int32))
        if changed.size:
            return Clobbered(f"{name} is an input, and {changed.size} of its elements were changed")
    return None


def differs(want: np.ndarray, got: np.ndarray, tolerance: np.ndarray, gates: frozenset[str] = ALL) -> np.ndarray:
    """Where two arrays of float64 differ by more than the tolerance."""
    if "tolerance" not in gates:
        tolerance = np.maximum(tolerance, 0.01 + 0.1 * np.abs(want))
    with np.errstate(invalid="ignore"):
        near = np.abs(want - got) <= tolerance
    same = near | (want == got) | (np.isnan(want) & np.isnan(got)) | np.isinf(tolerance)
    if "nonfinite" not in gates:
        same |= ~np.isfinite(got)
    return ~same


def describe_difference(
    name: str, want: np.ndarray, got: np.ndarray, tolerance: np.ndarray, gates: frozenset[str] = ALL
) -> str:
    """In words how two arrays differ, or "" if nowhere by more than the tolerance."""
    wanted, value = want.astype(np.float64), got.astype(np.float64)
    if "elementwise" not in gates:
        with np.errstate(invalid="ignore"):
            wanted, value, tolerance = (np.sum(each, keepdims=True).reshape(1) for each in (wanted, value, tolerance))
    wrong = np.argwhere(differs(wanted, value, tolerance, gates))
    if not len(wrong):
        return ""
    first = tuple(int(k) for k in wrong[0])
    bound = tolerance[first]
    allowed = f" (tolerance {bound:.3g})" if bound else ""
    if name == "result":
        return f"result: got {value[first]:.9g}, want {wanted[first]:.9g}{allowed}"
    place = f"{name}[{', '.join(map(str, first))}]"
    row, last = first[:-1], first[-1]
    near_by = slice(max(0, last - 2), last + 3)
    return (
        f"{name}: {len(wrong)} of {wanted.size} elements differ from the C reference\n"
        f"  first   {place}: got {value[first]:.9g}, want {wanted[first]:.9g}{allowed}\n"
        f"  around  got {_short(value[row][near_by])}, want {_short(wanted[row][near_by])}"
    )


def _short(values: np.ndarray) -> str:
    return "[" + " ".join(f"{value:.6g}" for value in values) + "]"
