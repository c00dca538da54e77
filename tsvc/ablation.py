"""What comes out right without its launches is not Triton's work.

A kernel is called with its launches left out, and with launches that fail as they do when memory is short. Nothing
that it could tell of itself is believed: what C changes must then be wrong. What happens to be right (an array that was
filled before the launches, on data that leave it so) counts only if it is right on other data too.

And it is called with the data hidden from all but its launches (tsvc.blindness): what comes out wrong then was computed
by someone else, however he hides.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tsvc.authorship import SHARE
from tsvc.comparison import compare, differs
from tsvc.expected import Expected, expect
from tsvc.gates import ALL
from tsvc.inputs import Case
from tsvc.kernel import Answer
from tsvc.verdicts import Crashed, Decoy, Hung, KernelFailure, NoTriton, TorchFallback, Wrong

#: run(case, fill, launch) -> (arrays as they were sent, answer): a call whose launches are "skip", "fail", "blind", or
#: as usual for "".
Run = Callable[[Case, int, str], tuple[dict, Answer]]
#: Kinds of data and steps of the seed on which a suspicion is confirmed.
_AGAIN = (("exact", 101), ("uniform", 102))


def check_launches_matter(expected: Expected, run: Run) -> None:
    """Raises Decoy for what is right with the launches left out, TorchFallback for what is right when they fail."""
    for launch in ("skip", "fail"):
        right = _right(expected, run, launch)
        for kind, step in _AGAIN if right else ():
            case = replace(expected.case, kind=kind, seed=expected.case.seed + step)
            if not case.loop.arrays:  # only its size tells such a loop's results apart
                case = replace(case, n=case.n - step)
            again = _right(expect(case), run, launch)
            right = {name: right[name] | again[name] for name in right.keys() & again.keys()}
        # A result that never changes is what the function began with. Of an array SHARE may be all that is right.
        found = sorted(name for name, values in right.items() if name != "result" or len(values) > 1)
        if found and launch == "skip":
            raise Decoy(f"with its launches left out, {' and '.join(found)} comes out right: they do not compute it")
        if found:
            raise TorchFallback(f"when its launches fail, {' and '.join(found)} comes out right in some other way")


def check_bare_call(expected: Expected, run: Run, launches: int, gates: frozenset[str] = ALL) -> None:
    """Raises Wrong or NoTriton for a kernel that does something else when nobody watches torch, on ordinary tensors.

    Judged arrays lie in larger ones, and modes are on the stack: what looks for either is a user's own case here.

    launches: how many there were in a call that was watched.
    """
    fill = 1
    sent, answer = run(expected.case, fill, "bare")
    if launches and answer.header.get("launches") == 0:
        raise NoTriton("called as a user calls it, on ordinary tensors, it launches no Triton kernel")
    if wrong := compare(expected.case.loop, expected, fill, sent, answer.arrays, answer.result, gates):
        raise Wrong(f"{wrong}\n  note    called as a user calls it, on ordinary tensors")


def check_launches_alone_see(expected: Expected, run: Run, gates: frozenset[str] = ALL) -> None:
    """Raises TorchFallback for what is wrong where the host does not see the data, Wrong if it now is where it does.

    gates: those of the comparison.
    """
    fill = 1
    try:
        sent, answer = run(expected.case, fill, "blind")
    except (Hung, Crashed):
        raise
    except KernelFailure as failure:
        raise TorchFallback(f"it fails where launches alone see the data: {failure}") from None
    if wrong := compare(expected.case.loop, expected, fill, sent, answer.arrays, answer.result, gates):
        sent, answer = run(expected.case, fill, "")
        if again := compare(expected.case.loop, expected, fill, sent, answer.arrays, answer.result, gates):
            raise Wrong(f"{again}\n  note    right before, in a call with other old contents of memory")
        raise TorchFallback(
            f"right only where the host sees the data, too: someone else works on them\n  blind   {wrong}"
        )


def _right(expected: Expected, run: Run, launch: str) -> dict[str, set]:
    """What is right without launches though an untouched input has it wrong: name -> {C's result} or {}.

    An array is right when more than SHARE of what an untouched one has wrong is.
    """
    fill = 1  # write-only arrays begin with other contents than in the call that was judged
    try:
        sent, answer = run(expected.case, fill, launch)
    except KernelFailure:
        return {}
    want = expected.after(fill)
    found: dict[str, set] = {}
    for name in (array.name for array in expected.case.loop.outputs):
        wanted, bound = want[name].astype(np.float64), expected.tolerance[name]
        untouched, now = (differs(wanted, got.astype(np.float64), bound) for got in (sent[name], answer.arrays[name]))
        if np.count_nonzero(untouched & ~now) > SHARE * np.count_nonzero(untouched):
            found[name] = set()
    if expected.result is not None and answer.result is not None:
        wanted, got = (np.array([float(value)]) for value in (expected.result, answer.result))
        if not differs(wanted, got, expected.tolerance["result"]).any():
            found["result"] = {expected.result}
    return found
