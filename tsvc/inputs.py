"""Data for a case, drawn by kind and seed.

tsvc      TSVC's own initialisation
exact     small multiples of 1/8 (times a power of two where a loop wants scaled data): sums and products are exact
uniform   uniform over the loop's range, [-1, 1) unless its annotation says otherwise
awkward   ties, zeros of both signs, one-sided and sorted data, a single hit early, late or nowhere; index arrays
          with permutations, duplicates and both ends of their range
near      the exact data of the same seed but for a few numbers: whoever kept an answer by a sample of its data is
          wrong; index arrays are the identity but for a few pairs
fine      multiples of 2**-13: sums of a few hundred are exact in single precision, and not in half precision or tf32
late      exact data that reach their largest and smallest value, several times, in the last quarter alone
early     the same in the first quarter alone
last      the smallest value at the very end, the largest before it, and neither anywhere else; a few numbers as fine
          as fine among multiples of 1/16, so that sums stay exact that are too long for fine ones
tiny      exact data of which three in four are 2**-30 to 2**-100 times as large: half precision takes these for zeros
large     awkward data of one sign or two, many times as large where nothing states a range or could overflow
close     data that differ by units of rounding
units     data of one magnitude, the largest, and of one sign or two: what is multiplied by these is not forgotten
single    awkward data of one style: one element differs from all others in sign, the first, the last or any
positive  awkward data without a sign or a zero
denormal  numbers below the normal ones, of every length; with every other seed among exact ones
sparse    data of one half of the range, arrays by turns of the upper and the lower, but for the other end at one to
          five places that all have in common: by the seed at an edge of blocks, or drawn
gap       exact data with zeros in the middle half
constant  exact data, but for one array of equal numbers: by the seed which, and of which sign
extreme   the largest numbers of float32, or a little less, all of one sign, where nothing states a range
infinite  exact data with a few infinities where nothing states a range, or with every other seed with a few NaN
same      exact data, equal in all arrays of one shape
unread    exact data, but for NaN wherever the loop reads nothing before it has written there
begun     TSVC's own at the start, at the end or at both, by the seed; the rest backwards and smaller. With every fourth
          seed its own but for one number in 64. Whoever computes what it recognises by a few numbers is wrong
named     exact data, of which by even seeds the first and every fourth number is one that a kernel's text names, or is
          next to it; by odd ones each array is one such number throughout
aged      exact data, behind two thousand calls on little data (tsvc.judge): whoever counts its calls is found out
fresh     TSVC's own, each number made smaller by a little (tsvc.fresh): the data of timed calls
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from tsvc.counted import NotCounted
from tsvc.domain import arguments, ends, evaluate, extents
from tsvc.fresh import amplitude, shrinking
from tsvc.loops import Array, Loop
from tsvc.read_first import read_first

KINDS = (
    "tsvc",
    "exact",
    "uniform",
    "awkward",
    "near",
    "fresh",
    "fine",
    "tiny",
    "late",
    "last",
    "early",
    "large",
    "close",
    "units",
    "single",
    "positive",
    "vast",
    "denormal",
    "sparse",
    "gap",
    "extreme",
    "constant",
    "infinite",
    "same",
    "unread",
    "begun",
    "named",
    "aged",
)
#: Kinds whose index arrays, and old contents of write-only arrays, are TSVC's own.
_OWN = ("tsvc", "fresh")
#: What awkward data look like; with each seed an array takes the next one.
STYLES = ("ties", "zeros", "positive", "negative", "nonpositive", "sorted", "falling", "one", "alternating")
#: Kinds of awkward data, and their styles: arrays have each their own in the first, else all the same.
_STYLED = {
    "awkward": STYLES,
    "single": ("one",),
    "positive": ("positive",),
    "large": ("negative", "positive", "alternating"),
    "vast": ("negative", "positive", "alternating"),
}
#: Last and first elements of usual blocks, where sparse data differ in one place, and how many seeds draw several.
_EDGES = (31, 32, 63, 127, 128, 255, 256, 511, 1023, 1024, 2047, 4095)
_DRAWN = 8
#: Seeds after which sparse data differ in the same places again: the edges from the start, from the end, drawn ones.
SPARSE = 2 * (2 * len(_EDGES) + _DRAWN)
#: Elements that are computed at once: so many stay in a processor's cache.
_PART = 1 << 17


@dataclass(frozen=True)
class Case:
    """One call to judge: a loop at given sizes, parameters and data.

    named: the numbers of "named" data; arrays that cannot hold one go without it.
    """

    loop: Loop
    n: int
    m: int = 1
    kind: str = "uniform"
    seed: int = 0
    params: dict = field(default_factory=dict)
    named: tuple[float, ...] = ()
    _drawn: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __str__(self) -> str:
        sizes = [f"{name}={getattr(self, name)}" for name in self.loop.sizes]
        words = [*sizes, f"kind={self.kind}", f"seed={self.seed}", *(f"{k}={v}" for k, v in self.params.items())]
        return " ".join([*words, *([f"named={','.join(map(str, self.named))}"] if self.named else [])])

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        """As str does; hypothesis would print every field, the loop's syntax tree included."""
        printer.text(str(self))

    def arrays(self, fill: int = 0) -> dict[str, np.ndarray]:
        """Fresh input arrays, float32 and int32.

        fill: another number gives write-only arrays other old contents, and leaves the rest as it is.
        """
        scalars = {"n": self.n, "m": self.m, **arguments(self.loop, self.n, self.m, self.params)}
        found = {array.name: self._draw(array, scalars, fill) for array in self.loop.arrays}
        return _spoilt_where_unread(self.loop, scalars, found) if self.kind == "unread" else found

    def arrays_cached(self, fill: int = 0) -> dict[str, np.ndarray]:
        """The same arrays for reading only, drawn once."""
        if fill not in self._drawn:
            self._drawn[fill] = self.arrays(fill)
        return self._drawn[fill]

    def forget(self) -> None:
        """Give the cached arrays' memory back."""
        self._drawn.clear()

    def _draw(self, array: Array, scalars: dict, fill: int) -> np.ndarray:
        shape = extents(array, self.n, self.m)
        if array.role == "out" and (fill or self.kind not in _OWN):
            rng = self._rng(array, fill + 1)
            return (rng.integers(-4096, 4096, shape) / 8 + 1 / 16).astype(array.numpy_type())
        if array.dtype == "int":
            return self._draw_index(array, shape, scalars)
        if self.kind == "tsvc":
            return self._own(array, shape)
        low, high = ends(array, scalars)
        if self.kind == "fresh":
            draws = shrinking(np.arange(np.prod(shape)), np.array([self.seed]), array.name).reshape(shape)
            base = 1.0 if array.role == "out" else self._own(array, shape)
            return (base * (1 - amplitude(low, high) * 2.0**-15 * draws)).astype(np.float32)
        if self.kind == "begun":
            own = self._own(array, shape)
            if self.seed % 4 == 3:
                return _near(own, self._rng(array), low, high)
            return _begun(own, self.seed, np.float32(1 - amplitude(float(low), float(high))))
        if self.kind == "near":
            return _near(replace(self, kind="exact")._draw(array, scalars, fill), self._rng(array), low, high)
        rng, bounds = self._rng(array), (low, high)
        if self.kind in _STYLED:
            found = _awkward(rng, shape, *bounds, self.style(array), self.seed if self.kind == "single" else None)
            return (found * (1.0 if array.low else self._scale())).astype(np.float32)
        if self.kind == "constant" and array == self._chosen():
            centre, scale = _power_of_two(*bounds)
            sign = 1 - 2 * (self.seed // len(self.loop.read_arrays) % 2)
            return np.full(shape, centre + sign * scale, np.float32)
        if self.kind == "constant" or (self.kind in ("extreme", "infinite") and array.low):
            return _exact(rng, shape, *bounds).astype(np.float32)
        if self.kind == "named":
            return _named(rng, _exact(rng, shape, *bounds).astype(np.float32), self.named, *bounds, self.seed)
        if self.kind == "sparse":
            return _sparse(rng, shape, *bounds, self.seed, self.loop.arrays.index(array)).astype(np.float32)
        if self.kind in _SEEDED:
            return _SEEDED[self.kind](rng, shape, *bounds, self.seed).astype(np.float32)
        return _DRAW[self.kind](rng, shape, *bounds).astype(np.float32)

    def _chosen(self) -> Array | None:
        """The array that is constant."""
        arrays = self.loop.read_arrays
        return arrays[self.seed % len(arrays)] if arrays else None

    def _scale(self) -> float:
        """By what styled data are multiplied: vast ones in every other three seeds by a small number."""
        if self.kind == "vast":
            return self.loop.vast_scale if self.seed // 3 % 2 == 0 else 2.0**-40
        return self.loop.scale if self.kind == "large" else 1.0

    def style(self, array: Array) -> str:
        """What an array's awkward data look like, one of STYLES."""
        styles = _STYLED[self.kind]
        turn = zlib.crc32(array.name.encode()) if self.kind == "awkward" else 0
        return styles[(self.seed + turn) % len(styles)]

    def _rng(self, array: Array, extra: int = 0) -> np.random.Generator:
        name = 0 if self.kind == "same" else zlib.crc32(array.name.encode())
        return np.random.default_rng([self.seed, name, KINDS.index(self.kind), extra])

    def _own(self, array: Array, shape) -> np.ndarray:
        text = array.init or ("1" if not array.is_2d else "1/(k+1)" if len(shape) == 2 else "0")
        found = np.empty(shape, array.numpy_type())
        rows = max(1, _PART // (shape[1] if len(shape) == 2 else 1))
        for start in range(0, shape[0], rows):
            part = found[start : start + rows]
            first = np.arange(start, start + len(part))
            k, r = (np.arange(shape[1]), first[:, None]) if len(shape) == 2 else (first, 0)
            part[...] = np.asarray(evaluate(text, k=k, r=r, n=self.n, m=self.m), np.float64)
        return found

    def _draw_index(self, array: Array, shape, scalars: dict) -> np.ndarray:
        low, high = (int(evaluate(text, **scalars)) for text in (array.low or "0", array.high or "0"))
        rng, size = self._rng(array), int(np.prod(shape))
        k = np.arange(size)
        if self.kind in _OWN:
            if array.init is not None:
                return self._own(array, shape)
            values = k // 5 * 5 + (4 + 3 * k) % 5  # TSVC's blocks of five: 4 2 0 3 1
            if array.permutation:  # a last block that is cut short would repeat an element
                values = low + np.where(k < size // 5 * 5, values, k)
        elif self.kind == "begun":
            own = replace(self, kind="tsvc")._draw_index(array, shape, scalars)
            values = _begun(own, self.seed, 1)
        elif self.kind == "named" and not array.permutation:
            values = _named(rng, _random(rng, size, low, high), self.named, low, high, self.seed)
        else:
            choices = ["permutation", "reversed", "identity"]
            if not array.permutation:
                choices += ["random", "random", "same", "few", "ends", "nearly"]
            drawn = "inner" if self.kind == "near" else rng.choice(choices)
            values = _INDEX[drawn](rng, size, low, high)
        return np.clip(values, low, max(low, high)).astype(np.int32).reshape(shape)


def before_fresh(case: Case) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """What "fresh" data are made from: (arrays, amplitude of each that changes).

    The arrays are TSVC's own, and ones for those that are only written.
    """
    arrays = replace(case, kind="tsvc").arrays()
    scalars = {"n": case.n, "m": case.m, **arguments(case.loop, case.n, case.m, case.params)}
    amplitudes = {}
    for array in case.loop.arrays:
        if array.dtype == "real":
            amplitudes[array.name] = amplitude(*ends(array, scalars))
            if array.role == "out":
                arrays[array.name][...] = 1
    return arrays, amplitudes


def _spoilt_where_unread(loop: Loop, scalars: dict, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """NaN in every real element that the loop does not read before it writes it; as they were where nobody can say."""
    try:
        is_read = read_first(loop, scalars, arrays)
    except NotCounted:
        return arrays
    reals = {array.name for array in loop.arrays if array.dtype == "real"}
    return {
        name: np.where(is_read[name], values, np.float32(np.nan)) if name in reals else values
        for name, values in arrays.items()
    }


def _begun(own, seed, factor):
    """TSVC's own values in the first quarter, in the last or in both; the others backwards, times a factor."""
    values = own.reshape(-1).copy()
    first, last = values.size // 4, values.size - values.size // 4
    rest = (values[first:], values[:last], values[first:last])[seed % 4 % 3]
    rest[...] = rest[::-1].copy() * factor
    return values.reshape(own.shape)


def _exact(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    return centre + scale * rng.integers(-8, 9, shape) / 8


def _uniform(rng, shape, low, high):
    return rng.uniform(low, high, shape)


def _fine(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    return centre + scale * rng.integers(-(2**13), 2**13 + 1, shape) / 2**13


def _late(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    size = int(np.prod(shape))
    eighths = rng.integers(-7, 8, size, dtype=np.int8)
    first = size - 1 - int(rng.integers(0, size // 4 + 1))
    tail = eighths[first:]
    # Of both signs and few in a long array, so that sums of what extremes multiply stay exact.
    extremes = rng.random(tail.size) < max(1 / 64, min(1 / 2, 16 / max(1, tail.size)))
    tail[extremes] = 8 * rng.choice(np.array([-1, 1], np.int8), int(extremes.sum()))
    tail[:1] = 8
    return (eighths * np.float64(scale / 8) + centre).reshape(shape)


def _early(rng, shape, low, high):
    return _late(rng, shape, low, high).reshape(-1)[::-1].reshape(shape)


def _last(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    size = int(np.prod(shape))
    values = rng.integers(-3, 4, size) / 16
    fine = rng.random(size) < max(1 / 256, min(1, 64 / max(1, size)))
    # Half precision rounds all of these down, so that a long sum is missed by all that they lose.
    steps = rng.integers(2**9, 7 * 2**7, int(fine.sum())) * rng.choice([-1, 1], int(fine.sum()))
    values[fine] = steps / 2**10 + 2.0**-12
    values[-2:] = [7 / 8, -1.0][-size:]
    return (centre + scale * values).reshape(shape)


def _tiny(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    values, factors = rng.integers(-8, 9, shape) / 8, rng.choice([1.0, 2.0**-30, 2.0**-60, 2.0**-120], shape)
    found = centre + scale * values * factors
    return np.where(factors < 1, scale * values * factors, found) if low < 0 < high else found


def _close(rng, shape, low, high):
    centre, scale = _power_of_two(low, high)
    return centre + scale * rng.choice([-1.0, 1.0, 1.0], shape) * (1 - rng.integers(1, 9, shape) * 2.0**-24)


def _units(rng, shape, low, high, seed):
    centre, scale = _power_of_two(low, high)
    return centre + scale * (rng.choice([-1.0, 1.0], shape) if seed % 2 else np.ones(shape))


def _denormal(rng, shape, low, high, seed):
    exact = _exact(rng, shape, low, high)
    # Denormals differ by 2**-149. With 22 bits two of them add up to no normal number.
    values = np.ldexp(np.floor(2 ** (22 * rng.random(shape) ** 2)), -149)
    values *= rng.choice([-1, 1], shape) if low < 0 else 1
    chosen = rng.random(shape) < 0.5 if seed % 2 else np.ones(shape, bool)
    return np.where(chosen, values, exact) if low <= 0 < high else exact


def _sparse(rng, shape, low, high, seed, turn):
    """turn: the array's place among the loop's, so that neighbours are of opposite signs."""
    centre, scale = _power_of_two(low, high)
    size, sign = int(np.prod(shape)), 1 - 2 * ((seed + turn) % 2)
    values = centre + scale * sign * rng.integers(1, 9, size) / 8
    common, which = np.random.default_rng([seed, size]), seed % SPARSE // 2
    edges = [*_EDGES, *(size - 1 - edge for edge in _EDGES)]
    places = np.array(edges[which : which + 1])
    if which >= len(edges):
        places = common.integers(0, size, 2 + which % 4)
    places = places[(places >= 0) & (places < size)]
    ends = (low if sign > 0 else high) * (1 - np.arange(places.size) / 256)  # which of them is found shall show
    values[places] = np.clip(ends, low, high)
    return values.reshape(shape)


def _named(rng, values, named, low, high, seed):
    """Numbers among values, which are changed; next to them, and times -1, only among real ones."""
    is_real = values.dtype == np.float32
    held = [values.dtype.type(one) for one in named if low <= one <= high and (is_real or one == int(one))]
    if not held or not values.size:
        return values
    one = held[seed // 2 % len(held)]
    if seed % 2:
        values[...] = one
        return values
    around = [*held, *held]
    if is_real:
        around += [-one for one in held]
        around += [np.nextafter(one, np.float32(way)) for one in held for way in (-np.inf, np.inf)]
    chosen = rng.random(values.shape) < 1 / 4
    values[chosen] = rng.choice([one for one in around if low <= one <= high], int(chosen.sum()))
    values.reshape(-1)[0] = one
    return values


def _gap(rng, shape, low, high):
    values = _exact(rng, shape, low, high).reshape(-1)
    if low <= 0 <= high:
        values[values.size // 4 : 3 * values.size // 4] = 0
    return values.reshape(shape)


def _extreme(rng, shape, low, high, seed):
    return (2 * (seed % 2) - 1) * float(np.finfo(np.float32).max) * (1 - rng.integers(0, 9, shape) * 2.0**-24)


def _infinite(rng, shape, low, high, seed):
    values = _exact(rng, shape, low, high)
    return np.where(rng.random(shape) < 1 / 16, rng.choice([np.nan] if seed % 2 else [np.inf, -np.inf], shape), values)


def _awkward(rng, shape, low, high, style, seed):
    """Multiples of 1/8 in a shape that breaks careless kernels. seed: says which one differs, and how, unless drawn."""
    centre, scale = _power_of_two(low, high)
    size = int(np.prod(shape))
    values = rng.integers(-8, 9, size) / 8
    if style == "ties":
        values = rng.choice([-1.0, 0.0, 0.5], size)
    elif style == "zeros":
        values = np.where(rng.random(size) < 0.5, rng.choice([0.0, -0.0], size), values)
    elif style == "positive":
        values = np.abs(values) + 0.125
    elif style == "negative":
        values = -np.abs(values) - 0.125
    elif style == "nonpositive":
        values = np.where(values < 0, values, np.where(np.cumsum(values >= 0) % 2, -0.0, 0.0))
    elif style == "sorted":
        values = np.sort(values)
    elif style == "falling":
        values = np.sort(values)[::-1]
    elif style == "one":
        seed = int(rng.integers(6)) if seed is None else seed
        values = (1 - 2 * (seed % 2)) * (np.abs(values) + 0.125)
        where = (0, size - 1, int(rng.integers(size)))[seed // 2 % 3]
        values[where] = -values[where]
    elif style == "alternating":
        values = np.abs(values) * np.where(np.arange(size) % 2, -1, 1)
    # Adding a zero would turn every -0.0 into 0.0.
    found = centre + scale * values if centre else scale * values
    if style in ("zeros", "nonpositive") and low <= 0 <= high:
        found = np.where(values == 0, values, found)  # a range that is not even has zeros too
    return found.reshape(shape)


def _near(values, rng, low, high):
    """The same values but for one in 64: at least one, and where it can be, none at either end or in the middle."""
    flat = values.reshape(-1)
    inner = np.setdiff1d(np.arange(flat.size), [0, flat.size // 2, flat.size - 1])
    chosen = rng.choice(inner if inner.size else np.arange(flat.size), max(1, inner.size // 64), replace=False)
    flat[chosen] = _exact(rng, chosen.shape, float(low), float(high))
    return values


def _power_of_two(low: float, high: float) -> tuple[float, float]:
    """(centre, largest power of two within the half width): scaling by it stays exact."""
    centre, half = (low + high) / 2, (high - low) / 2
    return centre, float(2.0 ** np.floor(np.log2(half))) if half > 0 else 0.0


_DRAW: dict[str, Callable] = {
    "exact": _exact,
    "uniform": _uniform,
    "fine": _fine,
    "tiny": _tiny,
    "late": _late,
    "last": _last,
    "early": _early,
    "close": _close,
    "gap": _gap,
    "same": _exact,
    "unread": _exact,
    "aged": _exact,
}
_SEEDED: dict[str, Callable] = {"units": _units, "denormal": _denormal, "extreme": _extreme, "infinite": _infinite}


def _permutation(rng, size, low, high):
    return (
        low + rng.permutation(max(high - low + 1, size))[:size]
        if high - low + 1 >= size
        else _random(rng, size, low, high)
    )


def _random(rng, size, low, high):
    return rng.integers(low, max(low, high) + 1, size)


def _nearly(rng, values, low, high):
    """The same but for a few pairs, of which one is one more and one is one less: their sum stays what it is."""
    for one, other in rng.permutation(values.size)[: values.size // 8 * 2].reshape(-1, 2)[:4]:
        if values[one] < high and values[other] > low:
            values[one] += 1
            values[other] -= 1
    return values


def _inner(rng, size, low, high):
    """The identity, but for one pair in 64 that changed places: neither at an end nor in the middle."""
    values = low + np.arange(size)
    inner = rng.permutation(np.setdiff1d(values[: high - low + 1] - low, [0, size // 2, size - 1]))
    pairs = inner[: max(1, inner.size // 128) * 2 if inner.size > 1 else 0].reshape(-1, 2)
    values[pairs] = values[pairs[:, ::-1]]
    return values


_INDEX = {
    "permutation": _permutation,
    "reversed": lambda rng, size, low, high: low + np.arange(size)[::-1],
    "identity": lambda rng, size, low, high: low + np.arange(size),
    "random": _random,
    "same": lambda rng, size, low, high: np.full(size, rng.integers(low, max(low, high) + 1)),
    "inner": _inner,
    "nearly": lambda rng, size, low, high: _nearly(rng, _permutation(rng, size, low, high), low, high),
    "few": lambda rng, size, low, high: rng.choice(_random(rng, 3, low, high), size),
    "ends": lambda rng, size, low, high: rng.choice([low, max(low, high)], size),
}
