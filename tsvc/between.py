"""Sizes between those that every kernel is judged on, for kernels of another directory than the bundled set.

A row found by a rounded division, a rest that is launched apart: such kernels are wrong at one size in ten, or forty,
which no number in their text need show. Every side of a small matrix is tried, and some lengths, drawn by the text so
that nobody can write for them; each in one call.
"""

import random

from tsvc.cases import SIZES, kind_for_one_case, make
from tsvc.inputs import Case
from tsvc.loops import Loop

#: Sides of matrices, all of them; lengths, and how many of these.
SIDES = range(4, 101)
LENGTHS, COUNT = range(65, 4097), 40


def cases_between(loop: Loop, text: str) -> list[Case]:
    """The cases, smallest first. text: the kernel's."""
    kind = kind_for_one_case(loop)
    if loop.is_2d:
        usual = {m for _, m in SIZES}
        found = [make(loop, 1000, m, kind, 8000 + m) for m in SIDES if m not in usual]
    else:
        lengths = sorted(random.Random(text).sample(LENGTHS, COUNT))
        found = [make(loop, n, 1, kind, 8000 + n) for n in lengths]
    return [case for case in found if case is not None]
