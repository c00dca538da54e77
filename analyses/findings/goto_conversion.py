"""Gotos turned into if/else and break: which statements run under which conditions."""

from pycparser import c_ast

from analyses.finding import PROVEN, Finding
from analyses.model import Model, Statement
from analyses.model.program import If, negated, text
from tsvc.csource import walk


def find(model: Model) -> list[Finding]:
    """One finding for a function (or a helper of it) that jumps."""
    function = model.loop.function
    bodies = [function.node, *function.helpers.values()]
    jumps = [node for body in bodies for node in walk(body) if isinstance(node, c_ast.Goto)]
    if not jumps:
        return []
    guarded = [s for s in model.statements if s.guards]
    claim = {
        "type": "structured",
        "guards": {s.name: [[g.statement, g.polarity] for g in s.guards] for s in guarded},
        "leaves": [level.name for level in model.levels if level.exits],
    }
    words = "; ".join(f"line {s.line} if {_condition(model, s)}" for s in guarded if s.kind == "assign")
    left = [level for level in model.levels if level.exits]
    end = f", and a jump leaves loop {left[0].name} early" if left else ", and no jump leaves the loop"
    advice = f"The gotos are branches: {words}{end}." if words else f"The gotos are branches{end}."
    return [Finding("goto_conversion", PROVEN, model.name, min(j.coord.line for j in jumps), claim, advice)]


def _condition(model: Model, statement: Statement) -> str:
    parts = []
    for guard in statement.guards:
        node = model.statement[guard.statement].node
        if isinstance(node, If):
            test = text(node.condition if guard.polarity else negated(node.condition))
            parts.append(f"({test})" if len(statement.guards) > 1 else test)
    return " and ".join(parts)
