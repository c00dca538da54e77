"""Forward substitution a[i] += bb[i - 1 - k, i] * a[k], k < i, in groups of 16, a chain that is sequential from group
to group. The first launch folds the inverse of every group's triangle into the group's rows: F[j, c] is what right-hand
side j of the group takes from column c, in the group's own columns and in those behind. A lane has one column and
solves the triangle for it, upwards, with the rows in registers. Then, for every 256 columns, one program runs down the
groups with nothing but F, and many programs add what it solved to the columns behind."""

import torch
import triton
import triton.language as tl


@triton.jit
def s118_fold_kernel(
    bb_ptr,
    folded_ptr,
    m,
    GROUP: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    COLUMNS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:  # the next launch may start now; it waits before it reads what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    lane = tl.arange(0, COLUMNS)
    group = tl.program_id(0) + lane // COLUMNS  # the same in every lane: each loads the whole triangle itself
    local = tl.program_id(1) * COLUMNS + lane
    ahead = local - group * GROUP % BLOCK_SIZE  # columns right of the group's first one
    first = group * GROUP
    target_ptr = folded_ptr + (group * GROUP * BLOCK_SIZE + local * 4)[:, None] + tl.arange(0, 4)[None, :]
    start = tl.program_id(1) * COLUMNS - tl.program_id(0) * GROUP % BLOCK_SIZE
    if start + tl.program_id(0) * GROUP >= m:  # no columns, but the next launch reads them
        for q in tl.static_range(GROUP // 4):
            tl.store(target_ptr + q * 4 * BLOCK_SIZE, tl.zeros((COLUMNS, 4), tl.float32), mask=(ahead >= 0)[:, None])
    elif start + COLUMNS > 0:
        inside = first + ahead < m
        column_ptr = bb_ptr + first
        diagonal_ptr = column_ptr + (ahead - 1).to(tl.int64) * m + ahead
        rows = ()
        for i in tl.static_range(GROUP):
            rows += (tl.load(diagonal_ptr - i * m, mask=(ahead > i) & inside, other=0.0),)
        row_ptrs = ()
        for i in tl.static_range(GROUP - 1):
            row_ptrs += (column_ptr + i * m,)
        elements = ()  # the triangle above the diagonal, by columns from the last one, the same in all lanes
        for j in tl.static_range(GROUP - 1, 0, -1):
            exists = first + j < m
            for i in tl.static_range(j):
                elements += (tl.load(row_ptrs[j - 1 - i] + j, mask=exists, other=0.0),)
        solved = ()
        for j in tl.static_range(GROUP - 1, -1, -1):
            row = rows[j]
            solved = (row,) + solved
            above = ()
            for i in tl.static_range(j):
                above += (rows[i] + elements[GROUP * (GROUP - 1) // 2 - j * (j + 1) // 2 + i] * row,)
            rows = above
        for q in tl.static_range(GROUP // 4):
            four = tl.join(tl.join(solved[4 * q], solved[4 * q + 2]), tl.join(solved[4 * q + 1], solved[4 * q + 3]))
            tl.store(target_ptr + q * 4 * BLOCK_SIZE, tl.reshape(four, (COLUMNS, 4)), mask=(ahead >= 0)[:, None])


@triton.jit
def s118_load_folded(folded_ptr, group, count, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr):
    # By fours of rows, then columns, then rows: each lane holds all rows of its columns.
    offsets = tl.arange(0, GROUP * BLOCK_SIZE)
    mask = (offsets // 4 % BLOCK_SIZE >= group * GROUP) & (group * GROUP < count)
    tile = tl.load(folded_ptr + group * GROUP * BLOCK_SIZE + offsets, mask=mask, other=0.0)
    return tl.reshape(tile, (GROUP // 4, BLOCK_SIZE, 4))


@triton.jit
def s118_add(rest, folded, group, GROUP: tl.constexpr):
    right = tl.gather(rest, group * GROUP + tl.arange(0, GROUP), axis=0)
    right = tl.reshape(right, (GROUP // 4, 1, 4))
    return rest + tl.sum(tl.sum(folded * right, axis=2), axis=0)


@triton.jit
def s118_solve_kernel(
    a_ptr,
    folded_ptr,
    start,
    last,
    GROUP: tl.constexpr,
    AHEAD: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    cols = start + tl.arange(0, BLOCK_SIZE)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
        tl.extra.cuda.gdc_launch_dependents()
    folded_ptr += start.to(tl.int64) * BLOCK_SIZE
    count = last - start
    rest = tl.load(a_ptr + cols, mask=cols < last, other=0.0)
    tiles = ()
    for group in tl.static_range(AHEAD):
        tiles += (s118_load_folded(folded_ptr, group, count, GROUP, BLOCK_SIZE),)
    for group in tl.static_range(BLOCK_SIZE // GROUP):  # what lies behind the last group is 0
        rest = s118_add(rest, tiles[group], group, GROUP)
        if group + AHEAD < BLOCK_SIZE // GROUP:
            tiles += (s118_load_folded(folded_ptr, group + AHEAD, count, GROUP, BLOCK_SIZE),)
    tl.store(a_ptr + cols, rest, mask=cols < last)


@triton.jit
def s118_update_kernel(
    a_ptr,
    bb_ptr,
    start,
    m,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_COLS: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
        tl.extra.cuda.gdc_launch_dependents()
    # Row j of bb multiplies a[i - 1 - j]: it is read along its storage where that lies in the solved block.
    left = start + BLOCK_SIZE + tl.program_id(0) * BLOCK_COLS
    cols = left + tl.arange(0, BLOCK_COLS)
    top = left - start - BLOCK_SIZE
    products = tl.zeros((BLOCK_ROWS, BLOCK_COLS), dtype=tl.float32)
    for step in tl.static_range(0, BLOCK_SIZE + BLOCK_COLS - 1, BLOCK_ROWS):
        rows = (top + step + tl.arange(0, BLOCK_ROWS))[:, None]
        source = cols[None, :] - 1 - rows
        mask = (source >= start) & (source < start + BLOCK_SIZE) & (cols[None, :] < m)
        bb = tl.load(bb_ptr + rows.to(tl.int64) * m + cols[None, :], mask=mask, other=0.0)
        products += bb * tl.load(a_ptr + source, mask=mask, other=0.0)
    a = tl.load(a_ptr + cols, mask=cols < m)
    tl.store(a_ptr + cols, a + tl.sum(products, axis=0), mask=cols < m)


def s118(a: torch.Tensor, bb: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    GROUP, AHEAD, BLOCK_SIZE, COLUMNS = 16, 8, 256, 32
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    blocks = triton.cdiv(m, BLOCK_SIZE)
    folded = torch.empty(blocks * BLOCK_SIZE * BLOCK_SIZE, dtype=bb.dtype, device=bb.device)
    s118_fold_kernel[(triton.cdiv(m, GROUP), BLOCK_SIZE // COLUMNS)](
        bb, folded, m, GROUP=GROUP, BLOCK_SIZE=BLOCK_SIZE, COLUMNS=COLUMNS, OVERLAP=overlap, num_warps=1
    )
    for start in range(0, m, BLOCK_SIZE):
        last = min(start + BLOCK_SIZE, m)
        s118_solve_kernel[(1,)](
            a,
            folded,
            start,
            last,
            GROUP=GROUP,
            AHEAD=AHEAD,
            BLOCK_SIZE=BLOCK_SIZE,
            OVERLAP=overlap,
            num_warps=8,
            **options,
        )
        if last < m:
            programs = triton.cdiv(m - last, 32)
            s118_update_kernel[(programs,)](
                a,
                bb,
                start,
                m,
                BLOCK_ROWS=64,
                BLOCK_COLS=32,
                BLOCK_SIZE=BLOCK_SIZE,
                OVERLAP=overlap,
                num_warps=8,
                **options,
            )
