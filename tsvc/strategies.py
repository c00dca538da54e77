"""What hypothesis draws: legal calls of a loop."""

from hypothesis import strategies as st

from tsvc.cases import fit
from tsvc.domain import bounds
from tsvc.inputs import Case
from tsvc.loops import Loop

#: Where kernels go wrong: around the block sizes they use.
_EDGES = [block + step for block in (16, 64, 128, 256, 512, 1024, 2048, 4096) for step in (-1, 0, 1, 2, 3)]

_KINDS = ["exact", "awkward", "uniform", "tsvc", "fine", "tiny", "late", "early", "last"]
_KINDS += ["large", "vast", "close", "units", "single", "positive", "denormal", "sparse", "gap", "constant", "unread"]


@st.composite
def cases(draw, loop: Loop, max_n: int, max_m: int) -> Case:
    """A legal case: sizes up to the maxima (below 1 none is legal), data kind, seed, parameters."""
    edges = [n for n in _EDGES if n <= max_n]
    # The edges last: a failure shrinks towards earlier choices, and from an edge there is no way down.
    n = draw(st.integers(1, min(max_n, 300)) | st.integers(1, max_n) | st.sampled_from(edges), label="n")
    m = draw(st.integers(1, max_m) | st.sampled_from([15, 16, 17, 31, 32, 33]), label="m") if loop.is_2d else 1
    kind = draw(st.sampled_from(_KINDS), label="kind")
    seed = draw(st.integers(0, 2**32 - 1), label="seed")
    wanted = {}
    for parameter in loop.params:
        low, high = bounds(parameter, n, m)
        if parameter.kind == "int":
            wanted[parameter.name] = draw(st.integers(low, max(low, high)), label=parameter.name)
        else:
            eighths = st.integers(int(low * 8), int(high * 8)).map(lambda k: k / 8)
            wanted[parameter.name] = draw(eighths | st.floats(low, high, width=32), label=parameter.name)
    fitted = fit(loop, n, m, wanted) or fit(loop, n, m)
    assert fitted is not None, f"{loop.name}: no legal size near n={n} m={m}; look at its requires"
    return Case(loop, fitted[0], fitted[1], kind, seed, fitted[2])


def largest_cases(loop: Loop, on_gpu: bool) -> st.SearchStrategy[Case]:
    """Cases up to the sizes that the interpreter, or a GPU, judges in reasonable time."""
    return cases(loop, *((100_000, 300) if on_gpu else (4097, 48)))
