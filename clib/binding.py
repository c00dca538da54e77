"""Call a compiled loop through ctypes, without copying its arrays."""

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_REAL = {"double": ctypes.c_double}


@lru_cache
def load(library: Path) -> ctypes.CDLL:
    """The shared library, loaded once in a process."""
    return ctypes.CDLL(str(library))


def bind(library: Path, build: str, name: str, result: str | None, parameters: Sequence[str]):
    """A Python callable for one C function.

    result: "real", "int" or None.
    parameters: the kind of each C parameter in order: "int", "real" or "array"; arrays are passed as addresses.
    Raises AttributeError when the library has no such function.
    """
    kinds = {"int": ctypes.c_int, "real": _REAL.get(build, ctypes.c_float), "array": ctypes.c_void_p, None: None}
    function = getattr(load(library), name)
    function.restype = kinds[result]
    function.argtypes = [kinds[kind] for kind in parameters]
    return function
