"""The interior is a linear map of the old first row and column: it weighs what lies d rows above and c columns to the
left by the number of paths between the two, binomial(d + c - 1, d), over 1.9 ** (d + c). So a square tile is two
Toeplitz products, of the column to its left and of the row above it, with one table of weights. The first launch makes
that table, then one follows for each anti-diagonal of tiles. In tiles of 128 no weight underflows. A tile whose
borders are so large that sums on the way could overflow is swept element by element, by one program.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s2111_weights_kernel(weights_ptr, turned_ptr, SIDE: tl.constexpr, COLUMNS: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:  # the next launch may start now; it waits before it reads what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    d = tl.arange(0, SIDE)[:, None]
    c = tl.program_id(0) * COLUMNS + 1 + tl.arange(0, COLUMNS)[None, :]
    LOG2: tl.constexpr = 0.925999418556223  # of 1.9
    first = tl.exp2(-LOG2 * c.to(tl.float64))
    ratio = (d + c - 1).to(tl.float64) / (tl.maximum(d, 1).to(tl.float64) * 1.9)
    weights = tl.cumprod(tl.where(d == 0, first, ratio), axis=0).to(tl.float32)
    tl.store(weights_ptr + d * SIDE + c - 1, weights)
    tl.store(turned_ptr + (c - 1) * SIDE + d, weights)


@triton.jit
def s2111_sweep(corner_ptr, m, rows, columns, SIDE: tl.constexpr):
    """A tile as C computes it: a lane owns a row and runs one column behind the lane above it."""
    lanes = tl.arange(0, SIDE)
    starts = corner_ptr + (lanes + 1).to(tl.int64) * m + 1
    x = tl.load(starts - 1, mask=lanes < rows, other=0.0)
    for step in range(rows + columns - 1):
        column = step - lanes
        active = (lanes < rows) & (column >= 0) & (column < columns)
        top = tl.load(corner_ptr + 1 + step, mask=step < columns, other=0.0)
        up = tl.where(lanes == 0, top, tl.gather(x, tl.maximum(lanes - 1, 0), 0))
        # float32(double(x) / 1.9) equals float32(double(x) * (1 / 1.9)) for every float32 x.
        inverse = tl.full((SIDE,), 0.5263157894736842, dtype=tl.float64)
        x = tl.where(active, ((x + up).to(tl.float64) * inverse).to(tl.float32), x)
        tl.store(starts + column, x, mask=active)


@triton.jit(do_not_specialize=["tile_row", "tile_column"])
def s2111_tile_kernel(
    aa_ptr,
    weights_ptr,
    turned_ptr,
    m,
    tile_row,
    tile_column,
    SIDE: tl.constexpr,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    STEP: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    # The tile touches the row `top` and the column `left` from inside; r and c count from there.
    top = (tile_row - tl.program_id(0)) * SIDE
    left = (tile_column + tl.program_id(0)) * SIDE
    rows = tl.minimum(m - 1 - top, SIDE)
    columns = tl.minimum(m - 1 - left, SIDE)
    corner_ptr = aa_ptr + top.to(tl.int64) * m + left
    lanes = tl.arange(0, SIDE)
    beside = tl.load(corner_ptr + (lanes + 1).to(tl.int64) * m, mask=lanes < rows, other=0.0)
    above = tl.load(corner_ptr + 1 + lanes, mask=lanes < columns, other=0.0)
    # In a tile nothing grows by more than (2 / 1.9) ** 255, which is 5e5.
    safe = tl.sum(((tl.abs(beside) < 1e30) & (tl.abs(above) < 1e30)).to(tl.int32), axis=0) == SIDE
    r = tl.program_id(1) * ROWS + 1 + tl.arange(0, ROWS)
    c = tl.program_id(2) * COLUMNS + 1 + tl.arange(0, COLUMNS)
    steps = tl.arange(0, STEP)
    if safe:
        sums = tl.zeros((ROWS, COLUMNS), dtype=tl.float32)
        for start in range(0, (tl.program_id(1) + 1) * ROWS, STEP):
            d = start + steps
            source = r[:, None] - d[None, :]
            inside = (source >= 1) & (source <= rows)
            column = tl.load(corner_ptr + source.to(tl.int64) * m, mask=inside, other=0.0)
            weights = tl.load(weights_ptr + d[:, None] * SIDE + c[None, :] - 1)
            sums = tl.dot(column, weights, sums, input_precision="ieee")
        for start in range(0, (tl.program_id(2) + 1) * COLUMNS, STEP):
            d = start + steps
            source = c[None, :] - d[:, None]
            row = tl.load(corner_ptr + source, mask=(source >= 1) & (source <= columns), other=0.0)
            weights = tl.load(turned_ptr + (r[:, None] - 1) * SIDE + d[None, :])
            sums = tl.dot(weights, row, sums, input_precision="ieee")
        mask = (r[:, None] <= rows) & (c[None, :] <= columns)
        tl.store(corner_ptr + r[:, None].to(tl.int64) * m + c[None, :], sums, mask=mask)
    elif tl.program_id(1) + tl.program_id(2) == 0:
        s2111_sweep(corner_ptr, m, rows, columns, SIDE)


def s2111(aa: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    SIDE, ROWS, COLUMNS, STEP = 128, 16, 32, 32
    overlap = aa.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(aa.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    weights = torch.empty((2, SIDE, SIDE), dtype=aa.dtype, device=aa.device)
    s2111_weights_kernel[(SIDE // 8,)](weights[0], weights[1], SIDE=SIDE, COLUMNS=8, OVERLAP=overlap)
    tiles = triton.cdiv(m - 1, SIDE)
    blocks = min(SIDE, triton.next_power_of_2(m - 1))
    for diagonal in range(2 * tiles - 1):
        row = min(diagonal, tiles - 1)
        column = diagonal - row
        grid = (row - column + 1, triton.cdiv(blocks, ROWS), triton.cdiv(blocks, COLUMNS))
        s2111_tile_kernel[grid](
            aa,
            weights[0],
            weights[1],
            m,
            row,
            column,
            SIDE=SIDE,
            ROWS=ROWS,
            COLUMNS=COLUMNS,
            STEP=STEP,
            OVERLAP=overlap,
            num_warps=4,
            **options,
        )
