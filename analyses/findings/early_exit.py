"""Loops that are left early: whether the iteration that leaves can be found before the others run (a search)."""

from analyses.finding import PROVEN, Finding
from analyses.findings._render import claim_of, evidence
from analyses.model import Dependence, Level, Model, Statement
from analyses.model.program import If
from analyses.model.verdict import is_private, lives_on


def find(model: Model) -> list[Finding]:
    """One finding a loop with a break (or a while loop) whose end depends on data."""
    return [_finding(model, level) for level in model.levels if level.exits and _tests(model, level)]


def _tests(model: Model, level: Level) -> list[Statement]:
    """The conditions that decide when the loop ends."""
    deciding = {dep.source for dep in model.carried(level, model.flow) if model.arrays[dep.array].is_virtual}
    return [statement for statement in model.inside(level) if statement in deciding]


def _finding(model: Model, level: Level) -> Finding:
    tests = _tests(model, level)
    feeding = _feeding(model, level, tests)
    is_for = not level.is_while and all(isinstance(test.node, If) and test.loops[-1] == level for test in tests)
    claim: dict = {"type": "early_exit", "level": level.name, "tests": [test.name for test in tests]}
    lines = ", ".join(f"line {test.line}" for test in tests)
    where = f"Loop {level.name} ends when the condition of {lines} says so"
    if not is_for or feeding or len(tests) > 1 or tests[0].guards:
        claim["search"] = False
        reason = f"depends on {feeding[0].array} of earlier iterations" if feeding else "is no plain test of the loop"
        if feeding:
            claim["because"] = claim_of(feeding[0])
        advice = f"{where}, and that {reason}: nothing is proven about running later iterations ahead."
        return Finding("early_exit", PROVEN, model.name, tests[0].line, claim, advice, evidence(*feeding, limit=2))
    rank = {statement: at for at, statement in enumerate(model.statements)}
    assigns = [s for s in model.inside(level) if s.kind == "assign"]
    work = [s for s in assigns if not s.leaves or all(guard.statement != tests[0].name for guard in s.guards)]
    before = [s.name for s in work if rank[s] < rank[tests[0]]]
    rest = [dep for dep in model.carried(level) if _stays(model, level, dep)]
    claim |= {"search": True, "before": before, "parallel": not rest}
    if last := _last_values(model, level):
        claim["last_value"] = last
    advice = (
        f"{where}, which no earlier iteration changes: the first such iteration is a minimum over all iterations "
        f"(a search), "
    )
    advice += f"those before it carry a dependence on {rest[0].array}" if rest else "those before it may run at once"
    if work:
        late = len(before) < len(work)
        how = "the same work" if not late else "part of it" if before else "none of it"
        advice += f", and the leaving one does {how}"
    return Finding("early_exit", PROVEN, model.name, tests[0].line, claim, f"{advice}.", evidence(*rest, limit=2))


def _feeding(model: Model, level: Level, tests: list[Statement]) -> list[Dependence]:
    """The flow from earlier iterations into the tests, other than that earlier tests let them happen."""
    inside = [dep for dep in model.flow if level in dep.source.loops and not model.arrays[dep.array].is_virtual]
    needed = {*tests}
    while more := {dep.source for dep in inside if dep.sink in needed} - needed:
        needed |= more
    return model.carried(level, [dep for dep in inside if dep.sink in needed])


def _last_values(model: Model, level: Level) -> list[str]:
    """The scalars that iterations only overwrite: what the last one leaves lives on."""
    written = {a.array for s in model.inside(level) for a in s.writes if model.arrays[a.array].is_scalar}
    passed_on = {dep.array for dep in model.carried(level, model.flow)}
    return sorted(name for name in written - passed_on if lives_on(model, level, name))


def _stays(model: Model, level: Level, dep: Dependence) -> bool:
    """Whether a carried dependence matters once the leaving iteration is known."""
    if model.arrays[dep.array].is_virtual or is_private(model, level, dep.array):
        return False
    if dep.array in _last_values(model, level):
        return False
    leaving = {s for s in model.inside(level) if s.leaves and s.loops[-1] == level}
    return not (dep.source in leaving or dep.sink in leaving)
