"""Trees give what left folds give for associative functions, and scalars still work."""

import os
import subprocess
import sys

from clib.build import ROOT

PROGRAM = """
import numpy as np
import torch
import triton
import triton.language as tl
from tsvc import tree_order

tree_order.install()


@triton.jit
def compose(a, b, c, d):
    return a * c, b * c + d


@triton.jit
def larger(a, b):
    if a > b:
        result = a
    else:
        result = b
    return result


@triton.jit
def kernel(p_ptr, q_ptr, scanned_ptr, totals_ptr, ROWS: tl.constexpr, COLS: tl.constexpr):
    at = tl.arange(0, ROWS)[:, None] * COLS + tl.arange(0, COLS)[None, :]
    p, q = tl.load(p_ptr + at), tl.load(q_ptr + at)
    _, state = tl.associative_scan((p, q), 1, compose)
    tl.store(scanned_ptr + at, state)
    _, total = tl.reduce((p, q), 1, compose)
    tl.store(totals_ptr + tl.arange(0, ROWS), total)
    tl.store(totals_ptr + ROWS + tl.arange(0, ROWS), tl.reduce(q, 1, larger))


rng = np.random.default_rng(1)
p, q = (rng.integers(-2, 3, (4, 8)).astype(np.float32) for _ in range(2))
scanned, totals = torch.zeros(4, 8), torch.zeros(8)
kernel[(1,)](torch.from_numpy(p), torch.from_numpy(q), scanned, totals, ROWS=4, COLS=8)
state = np.zeros(4, np.float32)
for k in range(8):
    state = state * p[:, k] + q[:, k]
    assert np.array_equal(scanned.numpy()[:, k], state), k
assert np.array_equal(totals.numpy()[:4], state)
assert np.array_equal(totals.numpy()[4:], q.max(axis=1))
print("agree")
"""


def test_trees_agree_with_left_folds(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "agree\n", done.stderr
