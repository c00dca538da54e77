"""Dependences as JSON-able evidence and as words."""

from analyses.model import Dependence

_NAMES = {"RAW": "a true", "flow": "a true", "WAR": "an anti-", "WAW": "an output"}


def evidence(*deps: Dependence, limit: int = 4) -> dict:
    """The evidence of a finding: what depends on what, how far, and one witness each."""
    found = [
        {
            "kind": dep.kind,
            "array": dep.array,
            "source": f"{dep.source.name} (line {dep.source.line})",
            "sink": f"{dep.sink.name} (line {dep.sink.line})",
            "distance": [list(entry) if isinstance(entry, tuple) else entry for entry in dep.distance],
            "witness": dep.witness(),
        }
        for dep in deps[:limit]
    ]
    return {"dependences": found} if found else {}


def words(dep: Dependence) -> str:
    """One dependence in a few words."""
    distance = ", ".join(_distance(entry) for entry in dep.distance)
    name = f"{_NAMES[dep.kind]} dependence".replace("- ", "-")
    return f"{name} on {dep.array}, line {dep.source.line} to {dep.sink.line}, distance ({distance})"


def _distance(entry) -> str:
    if not isinstance(entry, tuple):
        return str(entry)
    low, high = ("..." if side is None else str(side) for side in entry)
    return f"{low} to {high}"


def claim_of(dep: Dependence) -> dict:
    """The claim that some execution shows a dependence (guards and opaque subscripts may hide it)."""
    certain = dep.exact and not dep.source.guards and not dep.sink.guards
    exits = any(level.exits for level in (*dep.source.loops, *dep.sink.loops))
    kind = "RAW" if dep.kind == "flow" else dep.kind
    return {
        "type": "dependence",
        "kind": kind,
        "array": dep.array,
        "source": dep.source.name,
        "sink": dep.sink.name,
        "params": (dep.witness() or {}).get("params", {}),
        "certain": certain and not exits and dep.source.domain_exact,
    }


def spelled(relation) -> str:
    """An isl set or map as text, without constraints that others imply.

    isl drops such constraints from its objects whenever it happens to notice, so plain str() depends on what was
    asked of an object before.
    """
    return str(relation.coalesce().remove_redundancies())
