"""Scans and reductions with a kernel's own combine function, evaluated as trees over whole blocks.

Imported by the child alone. Triton's interpreter folds them element by element in Python, left to right: a thousand
times slower, and in the one order that no GPU uses. Here they go in the order of a GPU's trees: a scan by doubling
distances (Hillis and Steele 1986), a reduction by neighbouring pairs, so a combine function that is not associative
gives itself away. One that branches on its scalars (`if a > b:`) cannot work on blocks and takes the interpreter's way.
"""

import contextlib
from collections.abc import Callable
from functools import partial

import numpy as np
import triton.language as tl
from triton.runtime import interpreter as triton_interpreter


class _NeedsScalars(Exception):
    """A combine function asked for the truth of a block."""


def install(order: Callable[[int], np.ndarray | None] = lambda length: None) -> None:
    """Let the interpreter evaluate generic scans and reductions as trees.

    order: of how many values -> the order in which a reduction takes them, None for their own: a GPU's thread has not
    neighbours alone.
    """
    scans, reductions = triton_interpreter.ScanOps, triton_interpreter.ReduceOps
    fold_scan, fold_reduce = scans.generic_scan, reductions.generic_reduce

    def tree_scan(operation, operands):
        return _as_blocks(_scan, fold_scan, operation, operands)

    def tree_reduce(operation, operands):
        return _as_blocks(partial(_reduce, order), fold_reduce, operation, operands)

    scans.generic_scan, reductions.generic_reduce = tree_scan, tree_reduce


def _as_blocks(tree, fold, operation, operands):
    try:
        with _blocks_have_no_truth(), np.errstate(all="ignore"):  # lanes that are thrown away may overflow
            return tree(operation, operands)
    except _NeedsScalars:
        return fold(operation, operands)


def _scan(operation, operands):
    axis = operation.axis % len(operands[0].shape)
    values = [operand.handle.data for operand in operands]
    length = values[0].shape[axis]
    position = np.arange(length).reshape([-1 if k == axis else 1 for k in range(values[0].ndim)])
    distance = 1
    while distance < length:
        turned = np.arange(-distance, length - distance)  # a roll; numpy's own takes longer than all else here
        earlier = [np.take(value, turned, axis) for value in values]
        combined = _combine(operation, operands, earlier, values)
        values = [np.where(position >= distance, new, old) for new, old in zip(combined, values, strict=True)]
        distance *= 2
    return [operation.to_tensor(value, operand.dtype) for value, operand in zip(values, operands, strict=True)]


def _reduce(order, operation, operands):
    values = [operand.handle.data for operand in operands]
    shape = values[0].shape
    axis = operation.axis
    if axis is None:
        values, axis = [value.reshape(-1) for value in values], 0
    axis %= values[0].ndim
    if (turned := order(values[0].shape[axis])) is not None:
        values = [np.take(value, turned, axis) for value in values]
    while values[0].shape[axis] > 1:
        every = [slice(None)] * axis
        left = [value[(*every, slice(0, None, 2))] for value in values]
        right = [value[(*every, slice(1, None, 2))] for value in values]
        values = _combine(operation, operands, left, right)
    ones = tuple(1 if operation.axis is None or k == axis else size for k, size in enumerate(shape))
    values = [value.reshape(ones) if operation.keep_dims else value.squeeze(axis) for value in values]
    return [operation.to_tensor(value, operand.dtype) for value, operand in zip(values, operands, strict=True)]


def _combine(operation, operands, left, right) -> list[np.ndarray]:
    kinds = [operand.dtype for operand in operands]
    blocks = [operation.to_tensor(value, kind) for value, kind in zip([*left, *right], [*kinds, *kinds], strict=True)]
    result = operation.combine_fn.fn(*blocks)
    result = result if isinstance(result, tuple) else (result,)
    raw = [part.handle.data if isinstance(part, tl.core.tensor) else np.asarray(part) for part in result]
    return [
        value
        if value.shape == old.shape and value.dtype == old.dtype
        else np.broadcast_to(value, old.shape).astype(old.dtype)
        for value, old in zip(raw, right, strict=True)
    ]


@contextlib.contextmanager
def _blocks_have_no_truth():
    def refuse(value):
        raise _NeedsScalars

    owners = (triton_interpreter.TensorHandle, tl.core.tensor)
    before = [owner.__bool__ for owner in owners]
    for owner in owners:
        owner.__bool__ = refuse
    try:
        yield
    finally:
        for owner, original in zip(owners, before, strict=True):
            owner.__bool__ = original
