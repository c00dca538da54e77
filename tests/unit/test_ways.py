"""No way that a bundled kernel takes at some size is left unjudged: each has a size among the suite's."""

import importlib.util

import pytest

from tsvc.cases import make, sizes
from tsvc.domain import arguments, extents
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS, Loop

torch = pytest.importorskip("torch")

#: (n, m) up to the largest that are timed.
LARGER = [(1 << k, min(4096, 1 << k // 2)) for k in range(10, 27)]


def function_of(loop: Loop):
    spec = importlib.util.spec_from_file_location(f"bundled_{loop.name}", Kernel.load(loop).path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, loop.name)


def ways(loop: Loop, function, n: int, m: int) -> set[tuple]:
    """What is launched for arrays of a size, which have no memory: each kernel and the flags it is compiled for."""
    from tsvc.child import _bind
    from tsvc.offline import recorded_launches

    case = make(loop, n, m, "tsvc", 0)
    views = {
        array.name: torch.empty(
            tuple(extents(array, case.n, case.m)),
            dtype=torch.int32 if array.dtype == "int" else torch.float32,
            device="meta",
        )
        for array in loop.arrays
    }
    values = {"n": case.n, "m": case.m, "device": torch.device("meta"), **arguments(loop, case.n, case.m, case.params)}
    with recorded_launches() as launches:
        function(**_bind(function, {**values, **views}))
    return {
        (launch.kernel.__name__, *((name, value) for name, value in launch.arguments.items() if type(value) is bool))
        for launch in launches
    }


@pytest.mark.parametrize("name", list(LOOPS))
def test_every_way_is_judged(name):
    loop = LOOPS[name]
    function = function_of(loop)
    judged = set().union(*(ways(loop, function, n, m) for n, m in sizes(loop, on_gpu=True)))
    assert judged
    for n, m in LARGER:
        assert ways(loop, function, n, m) <= judged, (n, m)


def test_a_way_for_long_arrays_alone_is_seen():
    loop = LOOPS["s123"]
    function = function_of(loop)
    long, short = ways(loop, function, 1 << 24, 4096), ways(loop, function, 1000, 32)
    assert ("s123_prefix_kernel", ("OVERLAP", False)) in long - short
