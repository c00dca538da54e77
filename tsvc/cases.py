"""Which cases every kernel is judged on besides those that hypothesis draws."""

import re

from tsvc.domain import bounds, defaults, is_legal
from tsvc.inputs import SPARSE, STYLES, Case
from tsvc.loops import Loop

#: Two and three elements above a block: where the last block of a loop that runs to n - 1 or n - 2 begins.
_BEYOND_BLOCKS = [(1026, 33), (259, 18)]
#: (n, m) of the fixed cases: one element, tails, several blocks.
SIZES = [(1000, 37), (1, 1), (2, 2), (33, 3), (257, 9), (1024, 32), (2049, 17), (4096, 64), (5003, 34), *_BEYOND_BLOCKS]

#: Where a kernel that was tried on a few thousand elements could be wrong: a multiple of every block size, odd rows.
MIDDLE = [(8192, 129), (12345, 211), (65536, 255)]

#: What is timed unless --timing-n and --timing-m say otherwise.
TIMED = (32000, 256)
#: Above 2**16, where kernels take the way that they have for long arrays.
LONG = (70001, 300)
#: One element, and one column, above a block that no other size has. Behind all others: data depend on their place.
_ABOVE_A_BLOCK = (513, 257)
#: More than a block in the side of a matrix, for loops that meet a line of it.
_LONG_LINE = (2500, 1100)


def sizes(loop: Loop, on_gpu: bool) -> list[tuple[int, int]]:
    """(n, m) of a loop's fixed cases; on a GPU one has more than 2**23 elements."""
    if not on_gpu:  # the interpreter takes minutes over a superlinear loop
        most = [*MIDDLE[:2], TIMED] if loop.is_superlinear else [*MIDDLE, TIMED, LONG]
    elif loop.is_superlinear:  # C takes minutes: so many in all arrays together
        most = [*MIDDLE, TIMED, LONG, (2**20 // len(loop.arrays) + 999, 1027)]
    else:  # where a kernel's programs return for more: with 2**23 elements, and 2**22 in the matrix of a reduction
        most = [*MIDDLE, TIMED, LONG, (8_600_013, 2053 if loop.result else 1027)]
    return [*SIZES, *most, _ABOVE_A_BLOCK, *([_LONG_LINE] if loop.is_line_of_matrix else [])]


def fit(loop: Loop, n: int, m: int, params: dict | None = None) -> tuple[int, int, dict] | None:
    """The legal sizes nearest below or, failing that, above (n, m), with parameters that suit them.

    params: wanted values; those left out, and all where the wanted ones are illegal at every size tried, are TSVC's.
    Returns None when nothing near is legal.
    """
    for wanted in ({}, None) if not params else (params, None):
        for size, side in _neighbours(n, m):
            values = {**defaults(loop, size, side), **(wanted or {})}
            clipped = {p.name: _clip(p, values[p.name], size, side) for p in loop.params}
            if is_legal(loop, size, side, clipped):
                return size, side, clipped
    return None


def _neighbours(n: int, m: int):
    yield n, m
    for step in range(1, 8):
        yield max(1, n - step), m
    if n < m:
        yield m, m
    side = m
    while side * side < n + 64:
        side += 1
    yield n, side
    for step in range(1, 8):
        yield max(1, n - step), side
    for size in (min(n, m * m), m * m - 8, m * m - 63, m, 5, 32, 40, 2, 1):
        if size >= 1:
            yield size, m
            yield size, max(m, 10)


def _clip(parameter, value, n: int, m: int):
    low, high = bounds(parameter, n, m)
    return parameter.value(min(max(value, low), high))


def make(loop: Loop, n: int, m: int, kind: str, seed: int, params: dict | None = None) -> Case | None:
    """A case at the nearest legal sizes, or None where there are none."""
    fitted = fit(loop, n, m, params)
    return Case(loop, fitted[0], fitted[1], kind, seed, fitted[2]) if fitted else None


def fixed(loop: Loop, sizes: list[tuple[int, int]], seed: int = 0) -> list[Case]:
    """Cases of every data kind over the sizes: most kinds once, at the first, one or two at each other size.

    Sizes around numbers that the loop's text names. At the first also whole-numbered parameters outside the range that
    they are drawn from. Data that half precision spoils at the first two small sizes.
    Rounded data also once where kernels work in several blocks, so that what one block hands another is seen rounded.
    At MIDDLE and TIMED parameters unlike TSVC's, and what a condition may meet but once, or always. At LONG, where
    kernels may have another way for long arrays, data whose extremes come last, so that the last of many partial
    results counts, and exact ones where a loop hands something on, since rounding leaves nothing of so long a sum to
    compare; also with whole-numbered parameters at their lower ends. Beyond it exact data, and for a result its
    extremes in several places. With awkward data of each style also real parameters just below zero, which masked
    lanes often hold; with data of one magnitude some below all of them, so that the least may be a hit.
    seed: another one (>= 0) draws other data.
    """
    found, first = [], 1000 * seed
    found += [make(loop, n, 9, "exact", first + n) for n in _thresholds(loop)]
    several_blocks = next((position for position, (n, _) in enumerate(sizes) if position and n > 2048), None)
    fine, tiny = ([position for position, (n, _) in enumerate(sizes) if 32 < n < 512] + [None, None])[:2]
    for position, (n, m) in enumerate(sizes):
        kinds: tuple[str, ...] = ("exact", "awkward")
        if not position:
            kinds = ("tsvc", "exact", "near", "uniform", "awkward", "units", "close")
            found.append(make(loop, n, m, "exact", first, _others(loop, n, m)))
            found += [Case(loop, n, m, "exact", first, values) for values in _beyond_range(loop, n, m)]
        elif position == several_blocks:
            kinds = ("exact", "awkward", "uniform", "gap") if loop.is_chained else ("exact", "awkward", "uniform")
            signs = 2 if loop.has_conditional else 1
            count = signs * len(loop.read_arrays)
            found += [make(loop, n, m, "constant", first * count + style) for style in range(count)]
            if loop.searches:
                styles = range(SPARSE * first, SPARSE * first + SPARSE)
                found += [make(loop, n, m, "sparse", style, _zeros(loop)) for style in styles]
        elif n > LONG[0]:
            kinds = ("late", "early", "last") if loop.result else ("late",) if loop.is_chained else ("last",)
            found += [make(loop, n, m, kind, first + position, _balanced(loop)) for kind in kinds]
            continue
        elif (n, m) == LONG:
            kinds = ("last", "late", "tiny") if loop.result else ("late",) if loop.is_chained else ("last",)
            found.append(make(loop, n, m, kinds[0], first + position, _lowest(loop, n, m)))
            found += [make(loop, n, m, "exact", first + position, values) for values in _highest(loop, n, m)]
            if loop.has_conditional:
                found.append(make(loop, n, m, "positive", first + position))
            if loop.result:
                found.append(make(loop, n, m, "last", first + position, _others(loop, n, m)))
                found.append(make(loop, n, m, "units", 2 * first))  # a sum as large as it gets
        elif (n, m) == _LONG_LINE:
            kinds = ("last" if loop.is_chained else "fine", "late", "early")
            if loop.has_conditional:
                found.append(make(loop, n, m, "single", 6 * first + 1))  # the first element alone is positive
        elif (n, m) in _BEYOND_BLOCKS:
            kinds = ("last",) if n > 512 else ("late", "early")
        elif (n, m) == TIMED:
            kinds = ("exact", "last") if loop.result else ("exact", "fine") if loop.is_chained else ("fine",)
            usual = kind_for_one_case(loop)
            found += [make(loop, n, m, usual, first + position, one(loop, n, m)) for one in (_others, _wide)]
            if loop.has_exit:
                styles = range(SPARSE * first + SPARSE - 16, SPARSE * first + SPARSE)  # several drawn places
                found += [make(loop, n, m, "sparse", style, _zeros(loop)) for style in styles]
        elif (n, m) == MIDDLE[0]:
            kinds = ("exact",)
        elif (n, m) == MIDDLE[1]:
            kinds = ()
            found.append(make(loop, n, m, "units", first + 1, _others(loop, n, m)))
            if loop.is_chained:
                found.append(make(loop, n, m, "gap", first + position))
            if loop.has_conditional:
                found += [make(loop, n, m, "single", 6 * first + style) for style in range(6)]
        elif (n, m) == MIDDLE[2]:
            kinds = ("positive",) if loop.has_conditional else (kind_for_one_case(loop),)
        elif position in (fine, tiny):
            kinds = ("exact", "awkward", "fine" if position == fine else "tiny")
            found += [make(loop, n, m, "large", 3 * first + style) for style in range(3) if position == fine]
        found += [make(loop, n, m, kind, first + position) for kind in kinds]
        found += [make(loop, n, m, "vast", 6 * first + style) for style in range(6) if position == fine]
        found += [make(loop, n, m, "denormal", 2 * first + style) for style in range(2) if position == fine]
        if position == fine and _is_told_by_extremes(loop):
            found += [make(loop, n, m, "extreme", 2 * first + style) for style in range(2)]
        if position == fine and not loop.hands_on_elements:
            # A condition may be written from either side, which NaN alone tells apart.
            styles = range(2 * first, 2 * first + (1 if loop.has_conditional else 2))
            found += [make(loop, n, m, "infinite", style) for style in styles]
        if position == fine and loop.has_conditional:
            found += [make(loop, n, m, "awkward", first + 300 + style) for style in range(len(STYLES))]
        if position == fine and len(loop.read_arrays) > 1:
            found.append(make(loop, n, m, "same", 2 * first))
        if position in (0, several_blocks) and loop.arrays:
            found.append(make(loop, n, m, "unread", first + position))
        if not position and loop.arrays:
            found += [make(loop, n, m, "begun", 4 * first + which) for which in range(4)]
        if position == fine and any(p.kind == "real" for p in loop.params):
            below, tie, zero, negative_zero, least = (
                {p.name: value for p in loop.params if p.kind == "real"}
                for value in (-0.125, 1 - 2.0**-22, 0.0, -0.0, -1.5)
            )
            for values in (zero, negative_zero):
                found += [make(loop, n, m, "awkward", first + 200 + style, values) for style in range(len(STYLES))]
            found += [make(loop, n, m, "awkward", first + 100 + style, below) for style in range(len(STYLES))]
            found.append(make(loop, n, m, "close", first + position, tie))
            found += [make(loop, n, m, "units", first + style, least) for style in (1, 3, 5, 7)]
    return list({str(case): case for case in found if case}.values())


def kind_for_one_case(loop: Loop) -> str:
    """The data of a size that is judged once: too fine for half precision, as far as long sums of them are exact."""
    return "last" if loop.result else "exact" if loop.is_chained else "fine"


def _is_told_by_extremes(loop: Loop) -> bool:
    """Whether the largest numbers say what a loop must do with them: it moves or compares them, or overflows."""
    return not loop.computes or bool(loop.result and loop.has_conditional) or not loop.is_chained


def _thresholds(loop: Loop) -> list[int]:
    """Sizes at and around the numbers that a loop's text names: it may compare n with them."""
    named = {int(word) for word in re.findall(r"(?<![\w.])\d+(?![\w.])", loop.source)}
    return sorted({number + step for number in named if 4 < number < 1000 for step in (0, 1)})


def _lowest(loop: Loop, n: int, m: int) -> dict:
    """Whole-numbered parameters at the lower ends of what they are drawn from."""
    return {p.name: bounds(p, n, m)[0] for p in loop.params if p.kind == "int"}


def _highest(loop: Loop, n: int, m: int) -> list[dict]:
    """Whole-numbered parameters at the upper ends of what they are drawn from, and half way there."""
    whole = [p for p in loop.params if p.kind == "int"]
    highest = {p.name: bounds(p, n, m)[1] for p in whole}
    return [highest, {name: value // 2 for name, value in highest.items()}] if whole else []


def _wide(loop: Loop, n: int, m: int) -> dict:
    """Whole-numbered parameters that as strides are wide, and leave some hundred steps; {} where none is legal."""
    highest = {p.name: bounds(p, n, m)[1] for p in loop.params if p.kind == "int"}
    for steps in range(800, 400, -1):
        wanted = {name: max(1, value // steps) for name, value in highest.items()}
        if (fitted := fit(loop, n, m, wanted)) and wanted.items() <= fitted[2].items():
            return wanted
    return {}


def _beyond_range(loop: Loop, n: int, m: int) -> list[dict]:
    """Whole-numbered parameters outside what they are drawn from, one at a time, as far as legal: a little, far, and so
    far that the sixteenth step of such a stride comes round to the sixteenth element in 32 bits.
    """
    usual, found = defaults(loop, n, m), []
    for p in (p for p in loop.params if p.kind == "int"):
        low, high = bounds(p, n, m)
        found += [{**usual, p.name: value} for value in (low - n, low - 3, high + 5, high + n, 2**28 + 1)]
    return [values for values in found if is_legal(loop, n, m, values)]


def _others(loop: Loop, n: int, m: int) -> dict:
    """Parameters unlike TSVC's: whole-numbered ones above 1, as small as they are legal, and fractions."""
    # Of "last" data the largest element alone is above the first.
    reals = {p.name: (0.8746, -1.5)[position % 2] for position, p in enumerate(loop.params) if p.kind == "real"}
    whole = [p for p in loop.params if p.kind == "int"]
    for value in (2, 3, 5, 7, 4, 8, 9):
        wanted = {p.name: _clip(p, value, n, m) for p in whole}
        if whole and is_legal(loop, n, m, {**defaults(loop, n, m), **wanted}):
            return {**wanted, **reals}
    return reals


def _zeros(loop: Loop) -> dict:
    """Real parameters of zero: what data of either sign are compared with."""
    return {p.name: 0.0 for p in loop.params if p.kind == "real"}


def _balanced(loop: Loop) -> dict:
    """Real parameters of both signs, so that what adds them up a million times stays exact."""
    reals = [p.name for p in loop.params if p.kind == "real"]
    return {name: (0.125, -0.125)[position % 2] for position, name in enumerate(reals)}
