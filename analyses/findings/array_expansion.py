"""Arrays that iterations of a loop reuse for values of their own (Feautrier 1988; Maydan, Amarasinghe and Lam 1993)."""

from analyses.finding import Finding
from analyses.findings._expansion import reuse
from analyses.findings.scalar_expansion import expansion
from analyses.model import Model


def find(model: Model) -> list[Finding]:
    """One finding a loop that overwrites elements of arrays without reading another iteration's value of them."""
    found = []
    for level in model.levels:
        names = [name for name in reuse(model, level).private if not model.arrays[name].is_scalar]
        if names:
            found.append(expansion(model, "array_expansion", level, names))
    return found
