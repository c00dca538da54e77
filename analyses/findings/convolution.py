"""Convolutions: a sum over one loop of products signal[i +- j + c] * kernel[j], one for each output element i."""

from collections.abc import Iterator

from analyses.finding import Finding
from analyses.findings import reduction
from analyses.findings._updates import Reduction, reductions
from analyses.model import Model
from analyses.model.polynomial import Polynomial, polynomial
from analyses.model.program import Binary, Element, Expr, text


def find(model: Model) -> list[Finding]:
    """One finding a reduction that has this form."""
    found = []
    for one in reductions(model):
        roles = _roles(model, one)
        if roles is not None:
            found.append(_finding(model, one, *roles))
    return found


def _roles(model: Model, one: Reduction) -> tuple[Element, Element, str, bool] | None:
    """(signal, kernel, counter of the output, whether the two run in opposite directions)."""
    form, target = one.update.form, one.cells[0].place
    if len(one.cells) > 1 or one.update.operator != "+" or form is None or one.update.guarded:
        return None
    if not isinstance(target, Element) or one.level.name not in one.cells[0].body.iterators:
        return None
    factors = list(_factors(form.rest))
    if len(factors) != 2 or not all(isinstance(factor, Element) for factor in factors):
        return None
    for signal, kernel in (factors, factors[::-1]):
        outer = _counters(model, target) - {one.level.name}
        if _counters(model, kernel) != {one.level.name} or signal.array == target.array:  # type: ignore[union-attr, arg-type]
            continue
        for output in sorted(outer):
            slopes = [_slopes(model, part, (output, one.level.name)) for part in signal.subscripts]  # type: ignore[union-attr]
            for pair in slopes:
                if pair is not None and pair[0] in (1, -1) and pair[1] not in (0, None):
                    return signal, kernel, output, pair[0] * pair[1] < 0  # type: ignore[return-value]
    return None


def _factors(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Binary) and expr.op == "*":
        yield from _factors(expr.left)
        yield from _factors(expr.right)
    else:
        yield expr


def _poly(model: Model, expr: Expr) -> Polynomial | None:
    names = {level.name for level in model.levels} | {*model.parameters}
    return polynomial(expr, names, lambda _: True)


def _counters(model: Model, place: Element) -> set[str]:
    polys = [_poly(model, part) for part in place.subscripts]
    if any(poly is None for poly in polys):
        return set()
    return {name for poly in polys for name in poly.names if name in model.level}  # type: ignore[union-attr]


def _slopes(model: Model, expr: Expr, counters: tuple[str, str]) -> tuple[int | None, int | None] | None:
    poly = _poly(model, expr)
    if poly is None:
        return None
    one, two = (poly.coefficient(counter) for counter in counters)
    return (one.value if one is not None else None), (two.value if two is not None else None)


def _finding(model: Model, one: Reduction, signal: Element, kernel: Element, output: str, turned: bool) -> Finding:
    (same,) = [f for f in reduction.find(model) if f.claim["level"] == one.level.name and f.claim["array"] == one.array]
    target = one.cells[0].place
    claim = {
        "type": "convolution",
        "level": one.level.name,
        "output": _spot(target),
        "signal": _spot(signal),
        "kernel": _spot(kernel),
        "over": output,
        "statement": one.statements[0].name,
    }
    what = "convolution" if turned else "correlation"
    advice = (
        f"{text(target)} is a {what} of {signal.array} with {kernel.array}: neighbouring {output} share "
        f"{signal.array}, every {output} reads the same {kernel.array}, and all {output} are independent."
    )
    return Finding("convolution", same.level, model.name, same.line, claim, advice, same.evidence)


def _spot(place) -> list:
    return [place.array, [text(part) for part in place.subscripts]]
