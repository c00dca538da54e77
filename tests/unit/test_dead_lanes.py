"""Which lanes of a masked load can matter."""

import ast

import pytest
from dead_lanes import is_dead

_HEAD = """
def kernel(a_ptr, b_ptr, n, BLOCK: tl.constexpr):
    k = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    rows = tl.arange(0, 16)
    mask = k < n
    x = tl.load(a_ptr + k, mask=mask, other=0.0)
"""


def _is_dead(*lines: str, head: str = _HEAD) -> bool:
    function = ast.parse(head + "".join(f"    {line}\n" for line in lines)).body[0]
    assert isinstance(function, ast.FunctionDef)
    loads = [node for node in ast.walk(function) if isinstance(node, ast.Call) and "a_ptr" in ast.unparse(node)]
    return is_dead(function, next(node for node in loads if ast.unparse(node.func) == "tl.load"))


@pytest.mark.parametrize(
    "lines",
    [
        ["tl.store(b_ptr + k, x + 1.0, mask=mask)"],
        ["y = tl.maximum(x * x, 2.0)", "tl.store(b_ptr + k, y.to(tl.float32), mask=mask & (k > 3))"],
        ["tl.store(b_ptr + k, x, mask=k < n)"],
        ["y = tl.where(mask, x, 1.0)", "tl.store(b_ptr, tl.sum(y, axis=0))"],
        ["y = tl.where(k >= n, 1.0, x)", "tl.store(b_ptr, tl.sum(y, axis=0))"],
        ["hit = mask & (x > 0.0)", "tl.store(b_ptr + k, 1.0, mask=hit)"],
        ["y = x[None, :] + rows[:, None]", "tl.store(b_ptr + k, tl.sum(y, axis=0), mask=mask)"],
        ["y = tl.trans(x[:, None] * rows[None, :])", "tl.store(b_ptr + k[None, :], y, mask=mask[None, :])"],
    ],
)
def test_what_its_mask_or_a_choice_leaves_out_is_dead(lines):
    assert _is_dead(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        ["tl.store(b_ptr + k, x)"],
        ["tl.store(b_ptr + k, x, mask=k < n + 1)"],
        ["tl.store(b_ptr, tl.sum(x, axis=0))"],
        ["y = tl.cumsum(x, axis=0)", "tl.store(b_ptr + k, y, mask=mask)"],
        ["y = tl.where(mask, 1.0, x)", "tl.store(b_ptr, tl.sum(y, axis=0))"],
        ["tl.store(b_ptr + k, 1.0, mask=x > 0.0)"],
        ["tl.store(b_ptr + x, 1.0, mask=k > 0)"],
        ["y = x[None, :] + rows[:, None]", "tl.store(b_ptr + rows, tl.sum(y, axis=1), mask=rows < n)"],
        ["mask = k > 3", "tl.store(b_ptr + k, x, mask=mask)"],
        ["return x"],
        ["y = other(x)", "tl.store(b_ptr + k, y, mask=mask)"],
        ["y = x", "for step in range(4):", "    mask = k < step", "    tl.store(b_ptr + k, y, mask=mask)"],
        ["if n > 3:", "    y = x", "else:", "    y = 0.0", "tl.store(b_ptr + k, y, mask=k > 2)"],
    ],
)
def test_what_reaches_a_store_or_the_unknown_matters(lines):
    assert not _is_dead(*lines)


def test_a_part_of_a_mask():
    """Lanes below 8 are replaced before the sum; those from n on are not."""
    head = _HEAD.replace("mask=mask", "mask=(k >= 8) & mask")
    lines = ["y = tl.where(k >= 8, x, 0.0)", "tl.store(b_ptr, tl.sum(y, axis=0))"]
    function = ast.parse(head + "".join(f"    {line}\n" for line in lines)).body[0]
    assert isinstance(function, ast.FunctionDef)
    (load,) = (n for n in ast.walk(function) if isinstance(n, ast.Call) and ast.unparse(n.func) == "tl.load")
    first, second = (ast.parse(text, mode="eval").body for text in ("k >= 8", "mask"))
    assert is_dead(function, load, first)
    assert not is_dead(function, load, second)
