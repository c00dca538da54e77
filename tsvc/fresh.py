"""New data for every timed call, made where they are used: the child and the judge compute the same bits apart.

A number of TSVC's own data is made smaller by a part that depends on its place, its array and the seed: x becomes
x (1 - A (g + u) / 2), with u drawn for each element, g for the whole array (so that a sum moves by more than rounding)
and A a power of two of at most 1/16, less where a loop's range is narrow. Signs and zeros stay. The draws come from
the counter-based mixing of splitmix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
"""

import math
import zlib

#: The constants of splitmix64 as signed numbers: array arithmetic wraps around.
_STEP, _FIRST, _SECOND = -0x61C8864680B583EB, -0x40A7B892E31B1A47, -0x6B2FB644ECCEEE15
_BITS = 14


def amplitude(low: float, high: float) -> float:
    """A for an array whose values lie in [low, high]: a power of two, so that the factors are exact in float64."""
    widest = max(abs(low), abs(high))
    room = (high - low) / (4 * widest) if widest else 0.0
    return 2.0 ** math.floor(math.log2(min(1 / 16, room))) if room > 0 else 0.0


def shrinking(place, seed, name: str):
    """g + u for each element, in steps of 2**-14: whole numbers in [0, 2**15).

    place: indices of the elements, int64; seed: of the call, an int64 array that broadcasts against it. Both are numpy
        arrays or both torch tensors: only operators are used that mean the same to both.
    name: the array's. The new value is x * (1 - amplitude * 2**-15 * shrinking), in float64, rounded to float32.
    """
    stream = seed + (zlib.crc32(name.encode()) << 30)
    own, common = _mixed(place * _STEP + _mixed(stream)), _mixed(stream * _STEP)
    return (own & (2**_BITS - 1)) + (common & (2**_BITS - 1))


def _mixed(x):
    """splitmix64's finaliser; a shift of a signed number keeps its sign, so the bits that it brings in are cleared."""
    x = (x ^ ((x >> 30) & (2**34 - 1))) * _FIRST
    x = (x ^ ((x >> 27) & (2**37 - 1))) * _SECOND
    return x ^ ((x >> 31) & (2**33 - 1))
