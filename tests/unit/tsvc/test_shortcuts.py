"""The interpreter says the same with shortcuts as without: values, types, shapes and complaints."""

import json
import os
import subprocess
import sys

import pytest

from clib.build import ROOT

PROGRAM = """
import json
import operator
import re
import sys

import torch
import triton
import triton.language as tl
from triton.runtime.interpreter import InterpreterBuilder

if sys.argv[1] == "short":
    from tsvc import shortcuts

    shortcuts.install()

found, counts, DATA = {}, {}, torch.arange(8) / 3 - 1
NUMBERS = [0, 1, 2, -3, True, 2**31, 2**40, -(2**31) - 1, 0.0, -0.0, 0.5, 1.0, 1e-40, 1e300, float("inf"), float("nan")]
PAIRS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "lt", "eq", "ge", "and_", "or_", "lshift", "rshift")


def say(make):
    try:
        value = make()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not isinstance(value, tl.core.tensor):
        return f"{value}"
    numel, shape = value.numel.value, [side.value for side in value.shape]
    data = value.handle.data
    if value.dtype.is_ptr():
        data = data if data.dtype != "uint64" else data.astype("int64") - DATA.data_ptr()
    return f"{value.type} {value.dtype} {shape} {numel} {value.handle.data.dtype} {data.tolist()}"


def without_addresses(words):
    near = lambda number: number if abs(int(number) - DATA.data_ptr()) > 4096 else f"@{int(number) - DATA.data_ptr()}"
    return re.sub(r"\\d{12,}", lambda found: near(found[0]), words)


def try_all(values):
    for name, value in values.items():
        for other, second in [*values.items(), *((f"{number!r}", number) for number in NUMBERS)]:
            for pair in PAIRS:
                function = getattr(operator, pair)
                found[f"{name} {pair} {other}"] = say(lambda: function(value, second))
                found[f"{other} {pair} {name}"] = say(lambda: function(second, value))
            for named in ("maximum", "minimum", "fdiv"):
                found[f"{named} {name} {other}"] = say(lambda: getattr(tl, named)(value, second))
            if values["first"] is value or values["pointer"] is value or other in ("first", "pointer"):
                continue  # parts of addresses, which no two runs share
            found[f"where {name} {other}"] = say(lambda: tl.where(values["bits"], value, second))
            found[f"where {other} {name}"] = say(lambda: tl.where(True, second, value))
        for kind in (tl.float32, tl.int64, tl.float16, tl.int1):
            found[f"{name} to {kind}"] = say(lambda: value.to(kind))
        for sides in ([8], [4, 4], [16], [2, 3], []):
            found[f"{name} reshaped {sides}"] = say(lambda: tl.reshape(value, sides))
            found[f"full {name} {sides}"] = say(lambda: tl.full(sides, 2.5, value.dtype))
        found[f"{name} expanded"] = say(lambda: value[None, :] + value[:, None])
    counts["sum of integers"] = count(lambda: values["i32"] + values["i32"])


def count(make):
    calls, original = [], InterpreterBuilder.binary_op

    def counted(*args):
        calls.append(1)
        return original(*args)

    InterpreterBuilder.binary_op = counted
    make()
    InterpreterBuilder.binary_op = original
    return len(calls)


@triton.jit
def kernel(x_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets)
    values = {
        "i32": offsets - 3, "i64": offsets.to(tl.int64), "u32": offsets.to(tl.uint32), "i8": offsets.to(tl.int8),
        "f32": x, "f64": x.to(tl.float64) * 3, "f16": x.to(tl.float16), "bits": x > 1.0, "n": n, "half": tl.sum(x, 0),
        "row": x[None, :], "column": offsets[:, None], "pointer": x_ptr + offsets, "first": x_ptr,
    }
    try_all(values)


kernel[(1,)](DATA, 5, 8)
found = {key: without_addresses(words) for key, words in found.items()}
print(json.dumps({"found": found, "counts": counts}))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the interpreter says to the same program without and with shortcuts."""
    program = tmp_path_factory.mktemp("shortcuts") / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": str(ROOT)}
    said = {}
    for way in ("long", "short"):
        command = [sys.executable, "-W", "ignore", str(program), way]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said[way] = json.loads(done.stdout)
    return said


def test_every_answer_is_the_same(answers):
    long, short = answers["long"]["found"], answers["short"]["found"]
    assert len(long) > 10_000
    assert {key: (long[key], short.get(key)) for key in long if long[key] != short.get(key)} == {}
    words = " ".join(long.values())
    assert all(kind in words for kind in ("fp64", "uint32", "int1", "pointer<fp32>", "Error"))


def test_nothing_looks_for_overflows_that_nobody_is_told_of(answers):
    assert answers["long"]["counts"]["sum of integers"] > 4
    assert answers["short"]["counts"]["sum of integers"] == 1
