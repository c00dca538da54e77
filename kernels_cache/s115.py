"""Forward substitution in groups of 16, a chain that is sequential from group to group. The first launch inverts
every group's triangle and folds the inverse into the rows behind it: F[j, c] is what right-hand side j of the group
takes from column c, in the group's own columns and in those behind. Then, for every 256 columns, one program runs
down the groups with nothing but F, and many programs subtract what it solved from the columns behind."""

import torch
import triton
import triton.language as tl


@triton.jit
def s115_fold_kernel(
    aa_ptr,
    folded_ptr,
    m,
    stride,
    GROUP: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    COLUMNS: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    if OVERLAP:  # the next launch may start now; it waits before it reads what this one writes
        tl.extra.cuda.gdc_launch_dependents()
    lane = tl.arange(0, GROUP)
    first = tl.program_id(0).to(tl.int64) * GROUP
    local = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    cols = first // BLOCK_SIZE * BLOCK_SIZE + local
    if tl.program_id(1) * COLUMNS + COLUMNS > first % BLOCK_SIZE:
        rows = first + lane
        tile = tl.load(
            aa_ptr + rows[:, None] * m + cols[None, :],
            mask=(cols[None, :] >= first + GROUP) & (cols[None, :] < m),
            other=0.0,
        )
        # Row j of the inverse solves the triangle for unit vector j; all are solved together.
        inverse = tl.where(lane[:, None] == lane[None, :], 1.0, 0.0)
        own = first + lane
        row_ptr = aa_ptr + first * m + own
        for k in tl.static_range(GROUP - 1):
            row = tl.load(row_ptr + k * m, mask=(lane > k) & (own < m), other=0.0)
            step = tl.gather(inverse, tl.full((GROUP, GROUP), k, dtype=tl.int32), axis=1)
            inverse -= row[None, :] * step
        folded = tl.dot(inverse, tile, input_precision="ieee")
        target_ptr = folded_ptr + rows[:, None] * stride
        tl.store(target_ptr + local[None, :], folded, mask=cols[None, :] >= first + GROUP)
        if tl.program_id(1) == first % BLOCK_SIZE // COLUMNS:
            unit = tl.where(lane[:, None] == lane[None, :], 1.0, 0.0)
            tl.store(target_ptr + (first % BLOCK_SIZE + lane)[None, :], unit - inverse)


@triton.jit
def s115_load_folded(folded_ptr, group, count, GROUP: tl.constexpr, BLOCK_SIZE: tl.constexpr, STRIDE: tl.constexpr):
    rows = tl.arange(0, GROUP)[:, None]
    cols = tl.arange(0, BLOCK_SIZE)[None, :]
    mask = (cols >= group * GROUP) & (group * GROUP < count)
    return tl.load(folded_ptr + group * GROUP * STRIDE + (rows * STRIDE + cols), mask=mask, other=0.0)


@triton.jit
def s115_subtract(rest, folded, group, GROUP: tl.constexpr):
    right = tl.gather(rest, group * GROUP + tl.arange(0, GROUP), axis=0)
    return rest - tl.sum(folded * right[:, None], axis=0)


@triton.jit
def s115_solve_kernel(
    a_ptr,
    folded_ptr,
    start,
    last,
    GROUP: tl.constexpr,
    BLOCK_SIZE: tl.constexpr,
    STRIDE: tl.constexpr,
    OVERLAP: tl.constexpr,
):
    cols = start + tl.arange(0, BLOCK_SIZE)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
        tl.extra.cuda.gdc_launch_dependents()
    folded_ptr += start.to(tl.int64) * STRIDE
    count = last - start
    rest = tl.load(a_ptr + cols, mask=cols < last, other=0.0)
    f0 = s115_load_folded(folded_ptr, 0, count, GROUP, BLOCK_SIZE, STRIDE)
    f1 = s115_load_folded(folded_ptr, 1, count, GROUP, BLOCK_SIZE, STRIDE)
    f2 = s115_load_folded(folded_ptr, 2, count, GROUP, BLOCK_SIZE, STRIDE)
    f3 = s115_load_folded(folded_ptr, 3, count, GROUP, BLOCK_SIZE, STRIDE)
    for group in range(0, tl.cdiv(count, GROUP), 4):  # what lies behind the last group is 0
        rest = s115_subtract(rest, f0, group, GROUP)
        f0 = s115_load_folded(folded_ptr, group + 4, count, GROUP, BLOCK_SIZE, STRIDE)
        rest = s115_subtract(rest, f1, group + 1, GROUP)
        f1 = s115_load_folded(folded_ptr, group + 5, count, GROUP, BLOCK_SIZE, STRIDE)
        rest = s115_subtract(rest, f2, group + 2, GROUP)
        f2 = s115_load_folded(folded_ptr, group + 6, count, GROUP, BLOCK_SIZE, STRIDE)
        rest = s115_subtract(rest, f3, group + 3, GROUP)
        f3 = s115_load_folded(folded_ptr, group + 7, count, GROUP, BLOCK_SIZE, STRIDE)
    tl.store(a_ptr + cols, rest, mask=cols < last)


@triton.jit
def s115_update_kernel(a_ptr, aa_ptr, start, m, BLOCK_SIZE: tl.constexpr, BLOCK_COLS: tl.constexpr, OVERLAP: tl.constexpr):
    rows = start + tl.arange(0, BLOCK_SIZE)
    cols = start + BLOCK_SIZE + tl.program_id(0) * BLOCK_COLS + tl.arange(0, BLOCK_COLS)
    mask = cols < m
    tile = tl.load(aa_ptr + rows.to(tl.int64)[:, None] * m + cols[None, :], mask=mask[None, :], other=0.0)
    if OVERLAP:
        tl.extra.cuda.gdc_wait()
        tl.extra.cuda.gdc_launch_dependents()
    solved = tl.load(a_ptr + rows)
    a = tl.load(a_ptr + cols, mask=mask)
    tl.store(a_ptr + cols, a - tl.sum(tile * solved[:, None], axis=0), mask=mask)


def s115(a: torch.Tensor, aa: torch.Tensor, m: int) -> None:
    if m < 2:
        return
    GROUP, BLOCK_SIZE, COLUMNS = 16, 256, 16
    overlap = a.is_cuda and torch.version.hip is None and torch.cuda.get_device_capability(a.device)[0] >= 9
    options = {"launch_pdl": True} if overlap else {}
    blocks = triton.cdiv(m, BLOCK_SIZE)
    # Rows of an odd length: each thread then holds all of a group's rows in its columns.
    STRIDE = BLOCK_SIZE + 1
    folded = torch.empty(blocks * BLOCK_SIZE * STRIDE, dtype=aa.dtype, device=aa.device)
    s115_fold_kernel[(triton.cdiv(m, GROUP), BLOCK_SIZE // COLUMNS)](
        aa, folded, m, STRIDE, GROUP=GROUP, BLOCK_SIZE=BLOCK_SIZE, COLUMNS=COLUMNS, OVERLAP=overlap, num_warps=1
    )
    for start in range(0, m, BLOCK_SIZE):
        last = min(start + BLOCK_SIZE, m)
        s115_solve_kernel[(1,)](
            a,
            folded,
            start,
            last,
            GROUP=GROUP,
            BLOCK_SIZE=BLOCK_SIZE,
            STRIDE=STRIDE,
            OVERLAP=overlap,
            num_warps=8,
            **options,
        )
        if last < m:
            programs = triton.cdiv(m - last, 32)
            s115_update_kernel[(programs,)](
                a, aa, start, m, BLOCK_SIZE=BLOCK_SIZE, BLOCK_COLS=32, OVERLAP=overlap, num_warps=8, **options
            )
