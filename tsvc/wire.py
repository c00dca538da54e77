"""Messages between the parent and the child that runs kernels: a JSON header, then raw array bytes. Never pickles."""

import json
from multiprocessing.connection import Connection

import numpy as np

_TYPES = ("float32", "float64", "int32", "int64")
_MAX_HEADER = 1 << 20


class BrokenMessage(Exception):
    """The other side sent something that is no message."""


def send(connection: Connection, header: dict, arrays: dict[str, np.ndarray] | None = None) -> None:
    """Send one message; arrays are numpy arrays of 32- or 64-bit numbers, sent without conversion."""
    arrays = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    shapes = [[name, array.dtype.name, list(array.shape)] for name, array in arrays.items()]
    connection.send_bytes(json.dumps({**header, "arrays": shapes}).encode())
    for array in arrays.values():
        if array.size:
            connection.send_bytes(memoryview(array).cast("B"))


def receive(connection: Connection, max_bytes: int = 1 << 40) -> tuple[dict, dict[str, np.ndarray]]:
    """Receive one message: (header, fresh writable arrays).

    Raises EOFError when the other side is gone, BrokenMessage for anything that is no message or above max_bytes.
    """
    try:
        header = json.loads(connection.recv_bytes(_MAX_HEADER))
        shapes = header.pop("arrays")
        layout = [(str(name), _dtype(kind), tuple(int(size) for size in shape)) for name, kind, shape in shapes]
    except EOFError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise BrokenMessage(f"{type(error).__name__}: {error}") from None
    arrays = {}
    for name, dtype, shape in layout:
        size = int(np.prod(shape, dtype=object)) if min(shape, default=1) >= 0 else -1
        if not 0 <= size * dtype.itemsize <= max_bytes:
            raise BrokenMessage(f"array {name} of {size} elements")
        arrays[name] = np.empty(shape, dtype)
        if size:
            try:
                got = connection.recv_bytes_into(memoryview(arrays[name]).cast("B"))
            except EOFError:
                raise
            except Exception as error:
                raise BrokenMessage(f"{type(error).__name__}: {error}") from None
            if got != size * dtype.itemsize:
                raise BrokenMessage(f"array {name}: {got} bytes instead of {size * dtype.itemsize}")
    return header, arrays


def _dtype(name) -> np.dtype:
    if name not in _TYPES:
        raise ValueError(f"element type {name!r}")
    return np.dtype(name)
