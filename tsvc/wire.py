"""Messages between the parent and the child that runs kernels: a JSON header, then raw array bytes. Never pickles."""

import json
import math
import os
import select
import struct
import time
from collections.abc import Callable

import numpy as np

_TYPES = ("float32", "float64", "int32", "int64")
_LENGTH = struct.Struct("<Q")
_MAX_HEADER = 1 << 24
_CHUNK = 1 << 20
#: Seconds that are waited for between two calls of `watch`.
_SLICE = 0.1


class BrokenMessage(Exception):
    """The other side sent something that is no message."""


def send(
    fd: int,
    header: dict,
    arrays: dict[str, np.ndarray] | None = None,
    deadline: float | None = None,
    watch: Callable[[], None] | None = None,
) -> None:
    """Send one message; arrays are numpy arrays of 32- or 64-bit numbers, sent without conversion.

    deadline: as time.monotonic() counts; the descriptor must then be non-blocking.
    watch: called now and then while there is a deadline to wait for; what it raises ends the sending.
    Raises BrokenPipeError when the other side is gone, TimeoutError when it does not read in time.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    shapes = [[name, array.dtype.name, list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": shapes}).encode()
    wait = _Wait(fd, select.POLLOUT, deadline, watch)
    _write(fd, memoryview(_LENGTH.pack(len(text)) + text), wait)
    for array in arrays.values():
        _write(fd, _bytes(array), wait)


def receive(
    fd: int,
    deadline: float | None = None,
    max_bytes: int = 1 << 40,
    watch: Callable[[], None] | None = None,
) -> tuple[dict, dict[str, np.ndarray]]:
    """Receive one message: (header, fresh writable arrays).

    max_bytes: the most that its arrays may take together.
    Raises EOFError when the other side is gone, TimeoutError when the message is not complete in time, BrokenMessage
    for anything that is no message.
    """
    wait = _Wait(fd, select.POLLIN, deadline, watch)
    prefix = bytearray(_LENGTH.size)
    _read(fd, memoryview(prefix), wait)
    (length,) = _LENGTH.unpack(prefix)
    if length > _MAX_HEADER:
        raise BrokenMessage(f"a header of {length} bytes")
    text = bytearray(length)
    _read(fd, memoryview(text), wait)
    try:
        header = json.loads(text)
        arrays = {str(name): _empty(kind, shape) for name, kind, shape in header.pop("arrays")}
        sizes = [(name, int(np.prod(shape, dtype=object)) * dtype.itemsize) for name, (dtype, shape) in arrays.items()]
        if any(size < 0 for _, size in sizes) or sum(size for _, size in sizes) > max_bytes:
            raise ValueError(f"arrays of {dict(sizes)} bytes")
        results = {name: np.empty(shape, dtype) for name, (dtype, shape) in arrays.items()}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        raise BrokenMessage(f"{type(error).__name__}: {error}"[:300]) from None
    for array in results.values():
        _read(fd, _bytes(array), wait)
    return header, results


def has_unread(fd: int) -> bool:
    """Whether something waits to be read."""
    return any(events & select.POLLIN for _, events in _poll(fd, select.POLLIN, 0))


def is_closed(fd: int) -> bool:
    """Whether the other side is gone."""
    return any(events & select.POLLHUP for _, events in _poll(fd, select.POLLIN, 0))


def _empty(kind, shape) -> tuple[np.dtype, tuple[int, ...]]:
    if kind not in _TYPES:
        raise ValueError(f"element type {kind!r}")
    sizes = tuple(int(size) for size in shape)
    if min(sizes, default=1) < 0:
        raise ValueError(f"shape {sizes}")
    return np.dtype(kind), sizes


def _bytes(array: np.ndarray) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


class _Wait:
    """Waits for a descriptor to be ready, where there is a deadline; else the descriptor itself blocks."""

    def __init__(self, fd: int, event: int, deadline: float | None, watch: Callable[[], None] | None):
        self.fd, self.event, self.deadline, self.watch = fd, event, deadline, watch

    def __call__(self) -> None:
        while self.deadline is not None:
            if self.watch is not None:
                self.watch()
            left = max(0.0, self.deadline - time.monotonic())
            if _poll(self.fd, self.event, math.ceil(1000 * min(left, _SLICE))):
                return
            if not left:
                raise TimeoutError


def _read(fd: int, left: memoryview, wait: _Wait) -> None:
    while left:
        wait()
        count = os.readv(fd, [left[:_CHUNK]])
        if not count:
            raise EOFError
        left = left[count:]


def _write(fd: int, left: memoryview, wait: _Wait) -> None:
    while left:
        wait()
        left = left[os.write(fd, left[:_CHUNK]) :]


def _poll(fd: int, event: int, milliseconds: int) -> list[tuple[int, int]]:
    poller = select.poll()
    poller.register(fd, event)
    return poller.poll(milliseconds)
