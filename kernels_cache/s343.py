"""Packing in column order by prefix counts. The matrix is cut into blocks of columns and strips of rows; the first
launch counts each tile's positive elements, by column and in all. From these counts follows where each column of each
tile starts; in the last launch every program stores its elements from there by their ranks, transposed so that
neighbours go to neighbouring places. A large matrix takes a launch between them to find all starts.
"""

import torch
import triton
import triton.language as tl


@triton.jit
def s343_count_kernel(
    bb_ptr,
    column_counts_ptr,
    tile_counts_ptr,
    m,
    strips,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:  # the next launch may start now; it waits where it needs what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    tile = tl.program_id(0).to(tl.int64)
    rows = tile % strips * ROWS + tl.arange(0, ROWS)
    lanes = tl.arange(0, COLUMNS)
    columns = tile // strips * COLUMNS + lanes
    mask = (rows[:, None] < m) & (columns[None, :] < m)
    bb = tl.load(bb_ptr + rows[:, None] * m + columns[None, :], mask=mask, other=0.0)
    counts = tl.sum((bb > 0).to(tl.int32), axis=0)
    tl.store(column_counts_ptr + tile * COLUMNS + lanes, counts)
    tl.store(tile_counts_ptr + tile, tl.sum(counts, axis=0))


@triton.jit
def s343_starts(
    column_counts_ptr,
    tile_counts_ptr,
    block,
    strips,
    STRIPS: tl.constexpr,
    COLUMNS: tl.constexpr,
    COUNTS: tl.constexpr,
):
    """Where in flat the columns of a block start, in each of its strips."""
    first = block * strips
    earlier = tl.zeros((COUNTS,), dtype=tl.int64)
    for start in range(0, first, COUNTS):
        tiles = start + tl.arange(0, COUNTS)
        earlier += tl.load(tile_counts_ptr + tiles, mask=tiles < first, other=0)
    places = tl.arange(0, STRIPS)[:, None] * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    counts = tl.load(column_counts_ptr + first * COLUMNS + places, mask=places < strips * COLUMNS, other=0)
    totals = tl.sum(counts, axis=0)
    return tl.sum(earlier, axis=0) + (tl.cumsum(totals, axis=0) - totals)[None, :] + tl.cumsum(counts, axis=0) - counts


@triton.jit
def s343_starts_kernel(
    column_counts_ptr,
    tile_counts_ptr,
    starts_ptr,
    strips,
    STRIPS: tl.constexpr,
    COLUMNS: tl.constexpr,
    COUNTS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    block = tl.program_id(0).to(tl.int64)
    starts = s343_starts(column_counts_ptr, tile_counts_ptr, block, strips, STRIPS, COLUMNS, COUNTS)
    places = tl.arange(0, STRIPS)[:, None] * COLUMNS + tl.arange(0, COLUMNS)[None, :]
    tl.store(starts_ptr + block * strips * COLUMNS + places, starts, mask=places < strips * COLUMNS)


@triton.jit
def s343_pack_kernel(
    aa_ptr,
    bb_ptr,
    flat_ptr,
    column_counts_ptr,
    tile_counts_ptr,
    starts_ptr,
    m,
    strips,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    STRIPS: tl.constexpr,
    COUNTS: tl.constexpr,
    STARTS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    tile = tl.program_id(0).to(tl.int64)
    if STARTS:  # the last tiles first: they are still in the cache
        tile = tl.num_programs(0) - 1 - tile
    strip = tile % strips
    rows = strip * ROWS + tl.arange(0, ROWS)
    lanes = tl.arange(0, COLUMNS)
    columns = tile // strips * COLUMNS + lanes
    mask = (rows[:, None] < m) & (columns[None, :] < m)
    offsets = rows[:, None] * m + columns[None, :]
    bb = tl.load(bb_ptr + offsets, mask=mask, other=0.0)
    aa = tl.load(aa_ptr + offsets, mask=mask)
    positive = bb > 0
    ranks = tl.cumsum(positive.to(tl.int32), axis=0) - 1
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
    if STARTS:
        start = tl.load(starts_ptr + tile * COLUMNS + lanes)
    else:
        starts = s343_starts(column_counts_ptr, tile_counts_ptr, tile // strips, strips, STRIPS, COLUMNS, COUNTS)
        start = tl.sum(tl.where(tl.arange(0, STRIPS)[:, None] == strip, starts, 0), axis=0)
    base = tl.min(start, axis=0)
    places = (start - base).to(tl.int32)[None, :] + ranks
    tl.store(flat_ptr + base + tl.trans(places), tl.trans(aa), mask=tl.trans(positive))


def s343(aa: torch.Tensor, bb: torch.Tensor, flat: torch.Tensor, m: int) -> None:
    overlap = aa.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(aa.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    ROWS, COLUMNS, num_warps = (64, 8, 4) if m <= 512 else (512, 8, 4)
    strips, blocks = triton.cdiv(m, ROWS), triton.cdiv(m, COLUMNS)
    tiles = strips * blocks
    STRIPS, COUNTS = triton.next_power_of_2(strips), 1024
    column_counts = torch.empty(tiles * COLUMNS, dtype=torch.int32, device=flat.device)
    tile_counts = torch.empty(tiles, dtype=torch.int32, device=flat.device)
    s343_count_kernel[(tiles,)](
        bb, column_counts, tile_counts, m, strips, ROWS=ROWS, COLUMNS=COLUMNS, OVERLAP=overlap, num_warps=num_warps
    )
    starts = None
    if tiles > 256:
        starts = torch.empty(tiles * COLUMNS, dtype=torch.int64, device=flat.device)
        s343_starts_kernel[(blocks,)](
            column_counts,
            tile_counts,
            starts,
            strips,
            STRIPS=STRIPS,
            COLUMNS=COLUMNS,
            COUNTS=COUNTS,
            OVERLAP=overlap,
            **options,
        )
    s343_pack_kernel[(tiles,)](
        aa,
        bb,
        flat,
        column_counts,
        tile_counts,
        starts,
        m,
        strips,
        ROWS=ROWS,
        COLUMNS=COLUMNS,
        STRIPS=STRIPS,
        COUNTS=COUNTS,
        STARTS=starts is not None,
        OVERLAP=overlap,
        num_warps=num_warps,
        **options,
    )
