"""Cases above the sizes that the interpreter can afford for every kernel: where the judge has no GPU.

A grid that ends at so many programs, a second stage that takes in so many partial results, another way from so many
elements on: such kernels are right up to a size and wrong above. One size above 2**20 is tried where the loads and
stores that a kernel makes at a smaller one say that it takes seconds, and so are a few that its text names, in
comparisons, or as the most programs that share the work.
"""

import ast
from collections.abc import Iterator

from tsvc.authorship import largest
from tsvc.cases import make
from tsvc.conditions import rare_sizes
from tsvc.inputs import Case
from tsvc.loops import Loop
from tsvc.named import LIMITS, SIDE, Names, compared, constants, nodes_of, number_of

#: A size and a matrix's side that every kernel is tried on which can be: just above 2**20 elements.
USUAL = ((1 << 20) + 8197, 1027)
#: The largest that are named, and how many of them.
LIMIT, SIDE_LIMIT, COUNT = 1 << 21, 1400, 2
#: Loads, stores and atomics that a call may make, by what it makes on less data: each takes 0.2 to 1 ms.
STEPS = 13_000
#: What counts as a block's size.
_BLOCKS = range(32, 1 << 16)


def far_cases(loop: Loop, text: str, case: Case, steps: int | None) -> list[Case]:
    """Cases above those of tsvc.cases and tsvc.named; [] for a loop whose work outgrows its data.

    case: what the kernel was judged on; steps: loads, stores and atomics that it made there, None for not known.
    """
    if not steps or loop.is_superlinear:
        return []
    elements = largest(case) * STEPS // steps
    nodes = nodes_of(text)
    rare = rare_sizes(loop, nodes, set())
    sizes = [*_named(nodes, rare, "n", LIMITS["interpreter"], LIMIT), USUAL[0]]
    sides = [*_named(nodes, rare, "m", SIDE, SIDE_LIMIT), USUAL[1]]
    kinds = ("last", "late", "early") if loop.result else ("late",) if loop.is_chained else ("fine",)
    found = []
    for kind in kinds:
        found += [make(loop, size, 37, kind, 7000 + k) for k, size in enumerate(sizes) if "n" in loop.sizes]
        found += [
            make(loop, max(side, 1000), side, kind, 7100 + k) for k, side in enumerate(sides) if "m" in loop.sizes
        ]
    return [one for one in found if one is not None and largest(case) < largest(one) <= elements]


def _named(nodes: list[ast.AST], rare: list[dict[str, int]], name: str, least: int, most: int) -> list[int]:
    """Sizes in (least, most] that a text names, those first at which a condition is what it seldom is, then those that
    it compares with.
    """
    names = constants(nodes)
    conditional = [one[name] for one in rare if list(one) == [name]]
    found = [*conditional, *_compared_sizes(nodes, names), *_capped_sizes(nodes, names)]
    return [size for size in dict.fromkeys(found) if least < size <= most][:COUNT]


def _compared_sizes(nodes: list[ast.AST], names: Names) -> Iterator[int]:
    """A number that something must equal, and what is one above any other."""
    for node in nodes:
        if isinstance(node, ast.Compare):
            is_exact = any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops)
            yield from (int(number) + (not is_exact) for number in compared(node, names))


def _capped_sizes(nodes: list[ast.AST], names: Names) -> Iterator[int]:
    """One above what min(..., CAP) blocks hold."""
    numbers = {number for node in nodes if (number := number_of(node, names)) is not None}
    blocks = sorted(number for number in numbers if number in _BLOCKS and not int(number) & (int(number) - 1))
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="min") | ast.Attribute(attr="minimum" | "min"), args=args):
                caps = [cap for arg in args if isinstance(cap := number_of(arg, names), int)]
                yield from (cap * int(block) + 1 for cap in caps for block in reversed(blocks))
