import json
import os
import struct
import threading
import time

import numpy as np
import pytest

from tsvc import wire


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    yield reader, writer
    for fd in (reader, writer):
        try:
            os.close(fd)
        except OSError:
            continue


def soon() -> float:
    return time.monotonic() + 0.2


def framed(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


ARRAYS = {
    "flat": np.arange(5, dtype=np.float32),
    "square": np.arange(6, dtype=np.float64).reshape(2, 3),
    "index": np.array([1, -2], np.int32),
    "none": np.empty((0,), np.float32),
    "no_rows": np.empty((0, 4), np.int64),
    "strided": np.arange(10, dtype=np.float32)[::2],
    "nan": np.array([np.nan, -0.0, np.inf], np.float32),
}


def test_a_message_arrives_as_it_was_sent(pipe):
    reader, writer = pipe
    wire.send(writer, {"op": "run", "n": 3}, ARRAYS, soon())
    header, arrays = wire.receive(reader, soon())
    assert header == {"op": "run", "n": 3}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        got = arrays[name]
        assert (got.shape, got.dtype, got.tobytes()) == (array.shape, array.dtype, array.tobytes())
        assert got.flags.writeable
    assert not wire.has_unread(reader)


def test_a_message_larger_than_the_pipe_needs_both_sides(pipe):
    reader, writer = pipe
    big = {"big": np.random.default_rng(0).random(500_000)}
    sender = threading.Thread(target=wire.send, args=(writer, {}, big, time.monotonic() + 20))
    sender.start()
    _, arrays = wire.receive(reader, time.monotonic() + 20)
    sender.join()
    assert arrays["big"].tobytes() == big["big"].tobytes()


def test_a_side_that_does_not_read_costs_no_more_than_the_limit(pipe):
    with pytest.raises(TimeoutError):
        wire.send(pipe[1], {}, {"big": np.zeros(500_000)}, soon())


@pytest.mark.parametrize(
    "sent",
    [b"", b"xy", framed(b'{"arrays": []}')[:-1], framed(b'{"arrays": [["a", "int32", [9]]]}')],
    ids=["nothing", "half a length", "half a header", "no array"],
)
def test_a_message_that_never_ends_costs_no_more_than_the_limit(pipe, sent):
    os.write(pipe[1], sent)
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        wire.receive(pipe[0], soon())
    assert time.monotonic() - start < 5


def test_the_other_side_gone(pipe):
    reader, writer = pipe
    os.write(writer, b"xy")
    os.close(writer)
    with pytest.raises(EOFError):
        wire.receive(reader, soon())
    other_reader, other_writer = os.pipe()
    os.close(other_reader)
    with pytest.raises(BrokenPipeError):
        wire.send(other_writer, {}, None, soon())
    os.close(other_writer)


HEADERS = {
    "no JSON": b"garbage",
    "not UTF-8": b"\xff\xfe\xfd",
    "no object": b"[1, 2]",
    "a number": b"3",
    "no arrays": b"{}",
    "arrays of nothing": b'{"arrays": 3}',
    "arrays in two parts": b'{"arrays": [["a", "int32"]]}',
    "unknown type": b'{"arrays": [["a", "object", [1]]]}',
    "type of another type": b'{"arrays": [["a", ["int32"], [1]]]}',
    "negative": b'{"arrays": [["a", "int32", [-1]]]}',
    "two negatives": b'{"arrays": [["a", "int32", [-1, -1]]]}',
    "too large": b'{"arrays": [["a", "int32", [1000000]]]}',
    "too large together": b'{"arrays": [["a", "int32", [200]], ["b", "int32", [200]]]}',
    "huge": b'{"arrays": [["a", "int32", [99999999999999999999999]]]}',
    "infinite": b'{"arrays": [["a", "int32", [Infinity]]]}',
    "too many dimensions": json.dumps({"arrays": [["a", "int32", [1] * 100]]}).encode(),
    "nested": b"[" * 60_000,
}


@pytest.mark.parametrize("what", HEADERS)
def test_what_is_no_message_is_broken(pipe, what):
    os.write(pipe[1], framed(HEADERS[what]))
    with pytest.raises(wire.BrokenMessage) as caught:
        wire.receive(pipe[0], soon(), max_bytes=1000)
    assert len(str(caught.value)) <= 300


def test_a_huge_header_is_not_waited_for(pipe):
    os.write(pipe[1], b"\xff" * 8)
    with pytest.raises(wire.BrokenMessage, match="header of"):
        wire.receive(pipe[0], time.monotonic() + 60)


def test_unread_bytes_and_an_end_of_file_are_seen(pipe):
    reader, writer = pipe
    assert not wire.has_unread(reader)
    os.write(writer, b"x")
    assert wire.has_unread(reader)
    assert not wire.is_closed(reader)
    os.read(reader, 1)
    assert not wire.has_unread(reader)
    os.close(writer)
    assert wire.is_closed(reader)
    assert not wire.has_unread(reader)


def test_whoever_waits_can_be_watched(pipe):
    looks = []

    def watch():
        looks.append(time.monotonic())
        if len(looks) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        wire.receive(pipe[0], time.monotonic() + 20, watch=watch)
    assert 0.1 < looks[2] - looks[0] < 2


def test_only_numbers_of_32_and_64_bits_travel(pipe):
    wire.send(pipe[1], {}, {"a": np.zeros(2, np.float16)}, soon())
    with pytest.raises(wire.BrokenMessage, match="float16"):
        wire.receive(pipe[0], soon())
