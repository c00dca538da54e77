"""The interior is a linear map of the old first row and column: it weighs what lies d rows above and c columns to the
left by the number of paths between the two, binomial(d + c - 1, d), over 1.9 ** (d + c). The matrix is cut into large
tiles, one launch for each anti-diagonal of them, and each large tile into small ones, a program for each. A program
finds the row above its small tile and the column beside it from the borders of the large one by two weighted sums, in
double precision, where no weight underflows, and its elements from these two as Toeplitz products. A large tile whose
borders hold numbers so large that sums on the way could overflow is swept element by element, by one program.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def take(source, index):
    """source[index] of two dimensions."""
    flat = tl.reshape(index, (index.shape[0] * index.shape[1],))
    return tl.reshape(tl.gather(source, flat, 0), (index.shape[0], index.shape[1]))


@triton.jit
def s2111_border(along, across, far, first, factorials, inverses, SIDE: tl.constexpr, TILE: tl.constexpr):
    """Elements first .. first + TILE - 1 of the line that is `far` lines inside a large tile.

    along: the border that the line runs along; across: the one that it starts from.
    """
    steps = tl.arange(0, SIDE)
    places = first + tl.arange(0, TILE)
    line = tl.maximum(far, 1) - 1
    weights = tl.gather(factorials, line + steps, 0) * tl.gather(inverses, tl.full((SIDE,), 0, tl.int32) + line, 0)
    started = tl.where(steps < far, tl.gather(across, tl.maximum(far - 1 - steps, 0), 0), 0.0).to(tl.float64)
    # Steps along the first axis: a lane adds up its own before lanes exchange anything.
    distances = tl.broadcast_to(places[None, :] - steps[:, None], (SIDE, TILE))
    source = tl.where(distances >= 0, take(along, tl.maximum(distances, 0)), 0.0).to(tl.float64)
    paths = take(factorials, tl.broadcast_to(places[None, :] + steps[:, None], (SIDE, TILE)))
    sums = source * (weights * inverses)[:, None]
    sums += paths * (started * inverses)[:, None] * tl.gather(inverses, places, 0)[None, :]
    return tl.where(far == 0, tl.gather(along, places, 0), tl.sum(sums, axis=0).to(tl.float32))


@triton.jit
def s2111_sweep(corner_ptr, m, rows, columns, SIDE: tl.constexpr):
    """A large tile as C computes it: a lane owns a row and runs one column behind the lane above it."""
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
    aa_ptr, m, tile_row, tile_column, SIDE: tl.constexpr, TILE: tl.constexpr, OVERLAP: tl.constexpr
):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
    # k! / 190 ** k / 1.9 and 100 ** k / k!: a number of paths, over a power of 1.9, is a product of three of them.
    k = tl.arange(0, 2 * SIDE)
    first = tl.full((2 * SIDE,), 0.5263157894736842, dtype=tl.float64)  # 1 / 1.9
    factorials = tl.cumprod(tl.where(k == 0, first, k.to(tl.float64) / 190.0), axis=0)
    steps = tl.arange(0, SIDE)
    inverses = tl.cumprod(tl.where(steps == 0, 1.0, 100.0 / tl.maximum(steps, 1).to(tl.float64)), axis=0)
    # The large tile touches the row `top` and the column `left` from inside; rows and columns count from there.
    top = (tile_row - tl.program_id(0)) * SIDE
    left = (tile_column + tl.program_id(0)) * SIDE
    rows = tl.minimum(m - 1 - top, SIDE)
    columns = tl.minimum(m - 1 - left, SIDE)
    corner_ptr = aa_ptr + top.to(tl.int64) * m + left
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    beside = tl.load(corner_ptr + (steps + 1).to(tl.int64) * m, mask=steps < rows, other=0.0)
    above = tl.load(corner_ptr + 1 + steps, mask=steps < columns, other=0.0)
    # In a large tile nothing grows by more than (2 / 1.9) ** 511, which is 2.5e11.
    safe = tl.sum(((tl.abs(beside) < 1e26) & (tl.abs(above) < 1e26)).to(tl.int32), axis=0) == SIDE
    row, column = tl.program_id(1) * TILE, tl.program_id(2) * TILE
    if safe:
        if (row < rows) & (column < columns):
            top_row = s2111_border(above, beside, row, column, factorials, inverses, SIDE, TILE)
            left_column = s2111_border(beside, above, column, row, factorials, inverses, SIDE, TILE)
            lanes = tl.arange(0, TILE)
            far = tl.broadcast_to(lanes[:, None], (TILE, TILE))
            near = tl.broadcast_to(lanes[None, :], (TILE, TILE))
            over = tl.gather(inverses, lanes, 0)
            weights = (take(factorials, far + near) * over[:, None] * over[None, :]).to(tl.float32)
            sources = tl.where(far >= near, take(left_column, tl.maximum(far - near, 0)), 0.0)
            sums = tl.dot(sources, tl.trans(weights), input_precision="ieee")
            sources = tl.where(near >= far, take(top_row, tl.maximum(near - far, 0)), 0.0)
            sums = tl.dot(weights, sources, sums, input_precision="ieee")
            r, c = row + 1 + far, column + 1 + near
            tl.store(corner_ptr + r.to(tl.int64) * m + c, sums, mask=(r <= rows) & (c <= columns))
    elif tl.program_id(1) + tl.program_id(2) == 0:
        s2111_sweep(corner_ptr, m, rows, columns, SIDE)


def s2111(aa: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    SIDE, TILE = 256 if m <= 512 else 128, 16  # more programs where there is one large tile, more launches for many
    overlap = aa.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(aa.device)[0] >= 9
    tiles = triton.cdiv(m - 1, SIDE)
    small = triton.cdiv(min(SIDE, m - 1), TILE)
    for diagonal in range(2 * tiles - 1):
        row = min(diagonal, tiles - 1)
        column = diagonal - row
        options = {"launch_pdl": True} if overlap and diagonal else {}
        s2111_tile_kernel[(row - column + 1, small, small)](
            aa, m, row, column, SIDE=SIDE, TILE=TILE, OVERLAP=overlap, num_warps=4, **options
        )
