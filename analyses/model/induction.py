"""Induction substitution: integer scalars with a closed form are replaced by it and disappear.

For each loop the body is executed once on symbols (v@in: the value of v when an iteration starts), which gives v's
value at its end. Solved in order of dependence:
    v@in + d, d without unsolved symbols      v0 + the sum of d over the iterations before (k++, k += j + 1)
    E, without v@in                           wrap-around: v0 in the first iteration, E of the one before later
Everything else stays a scalar in memory. Real scalars are never touched.
"""

from dataclasses import dataclass, replace

from analyses.model.context import Context, Region
from analyses.model.polynomial import ONE, Polynomial, expression, floored, polynomial, summed
from analyses.model.program import (
    COMPARISONS,
    Assign,
    Binary,
    Block,
    Break,
    Element,
    Expr,
    For,
    If,
    Name,
    Number,
    Program,
    Select,
    While,
    kind_of,
    rewrite,
    walk,
)

Env = dict[str, Expr | None]
_START = "@in"


def substitute(program: Program, context: Context) -> Program:
    """The program with closed forms in place of induction variables; what nobody reads then is dropped."""
    state = _Induction(program, context)
    body, _ = state.block(program.body, {}, Region(context))
    body = _without_unread(body, program)
    used = {part.name for part in walk(body) if isinstance(part, Name)}
    scalars = {name: kind for name, kind in program.scalars.items() if name in used}
    return replace(program, body=body, scalars=scalars)


def affine_condition(condition: Expr, region: Region) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """(isl constraints of a comparison of integers, those of its negation), None if it is not affine."""
    if not isinstance(condition, Binary) or condition.op not in COMPARISONS:
        return None
    if kind_of(condition.left) != "int" or kind_of(condition.right) != "int":
        return None
    sides = [polynomial(side, region.symbols, region.proves) for side in (condition.left, condition.right)]
    if any(side is None or not side.is_affine for side in sides):
        return None
    ops = [op.replace("==", "=") for op in (condition.op, COMPARISONS[condition.op])]
    left, right = sides
    return (f"{left} {ops[0]} {right}",), (f"{left} {ops[1]} {right}",)


@dataclass
class _Induction:
    program: Program
    context: Context

    # --- expressions

    def simple(self, expr: Expr, region: Region) -> Expr:
        """Integer parts in one normal spelling."""
        if kind_of(expr) != "int":
            return expr
        starts = {part.name for part in walk(expr) if isinstance(part, Name) and part.name.endswith(_START)}
        found = polynomial(expr, region.symbols | starts, region.proves)
        if found is None:
            return expr
        spelled = expression(found)
        # C's division of the spelled form must not truncate another way.
        return spelled if polynomial(spelled, region.symbols | starts, region.proves) == found else expr

    def read(self, expr: Expr, env: Env, region: Region) -> Expr:
        """The expression with closed forms in place of scalars."""

        def change(part: Expr) -> Expr:
            if isinstance(part, Name) and part.kind == "int" and env.get(part.name) is not None:
                return env[part.name]  # type: ignore[return-value]
            return self.simple(part, region) if isinstance(part, Binary) else part

        return rewrite(expr, change)

    def known(self, expr: Expr) -> bool:
        """Whether a value depends on counters and parameters only."""
        for part in walk(expr):
            if isinstance(part, Element) or (isinstance(part, Name) and part.name in self.program.scalars):
                return False
        return kind_of(expr) == "int" and sum(1 for _ in walk(expr)) <= 60

    # --- statements

    def block(self, body: Block, env: Env, region: Region) -> tuple[Block, Env | None]:
        """(the new block, the values behind it); None where control does not come through."""
        found: list = []
        now: Env | None = dict(env)
        for node in body:
            if now is None:
                break
            match node:
                case Assign(target, value, line):
                    value = self.read(value, now, region)
                    if isinstance(target, Name):
                        found.append(Assign(target, value, line))
                        if target.kind == "int":
                            now[target.name] = value if self.known(value) else None
                    else:
                        subscripts = tuple(self.read(part, now, region) for part in target.subscripts)
                        found.append(Assign(Element(target.array, subscripts, target.kind), value, line))
                case If():
                    new, now = self.branch(node, now, region)
                    found.append(new)
                case For():
                    new, now = self.for_loop(node, now, region)
                    found.append(new)
                case While():
                    new, now = self.while_loop(node, now, region)
                    found.append(new)
                case Break():
                    found.append(Break(node.line))
                    now = None
        return tuple(found), now

    def branch(self, node: If, env: Env, region: Region) -> tuple[If, Env | None]:
        condition = self.read(node.condition, env, region)
        affine = affine_condition(condition, region)
        inside, outside = affine if affine else ((), ())
        then, one = self.block(node.then, env, region.where(*inside))
        orelse, two = self.block(node.orelse, env, region.where(*outside))
        new = If(condition, then, orelse, node.line)
        if one is None or two is None:
            return new, two if one is None else one
        merged: Env = {}
        for name in one.keys() | two.keys():
            a, b = one.get(name), two.get(name)
            if a is None or b is None:
                merged[name] = None
            elif a == b:
                merged[name] = a
            else:
                chosen = Select(condition, a, b)
                merged[name] = chosen if affine and self.known(chosen) else None
        return new, merged

    def changed(self, body: Block) -> list[str]:
        names = {n.target.name for n in walk(body) if isinstance(n, Assign) and isinstance(n.target, Name)}
        return sorted(name for name in names if self.program.scalars[name] == "int")

    def one_round(self, body: Block, env: Env, region: Region) -> Env | None:
        symbols: Env = {name: Name(name + _START) for name in self.changed(body)}
        return self.block(body, env | symbols, region)[1]

    def solve(self, body: Block, env: Env, region: Region, count: Polynomial, first: Expr, before) -> tuple[Env, dict]:
        """(values when an iteration starts, how each changes) for the scalars that a loop changes.

        count: iterations done before this one; first: condition of the first one; before: expr -> expr of the
        iteration before. How: a step polynomial, or the value at the iteration's end, or nothing.
        """
        names = self.changed(body)
        after = self.one_round(body, env, region) or {}
        starts: Env = {}
        how: dict = {}
        open_ = [name for name in names if after.get(name) is not None]
        progress = True
        while progress:
            progress = False
            for name in list(open_):
                value = rewrite(after[name], lambda p: starts.get(p.name[: -len(_START)], p) if _is_start(p) else p)
                left = {p.name for p in walk(value) if _is_start(p)}
                start = env.get(name)
                own = name + _START
                if left == {own}:
                    poly = polynomial(value, region.symbols | {own}, region.proves)
                    step = poly - Polynomial.atom(own) if poly is not None else None
                    if step is None or own in step.names or start is None:
                        continue
                    base = polynomial(start, region.symbols, region.proves)
                    by_round = self.by_round(step, region, count)
                    total = summed(by_round, "@", count) if by_round is not None else None
                    if base is None or total is None:
                        continue
                    starts[name], how[name] = expression(base + total), ("step", base, by_round)
                elif not left:
                    if start is None:  # an unknown start, but the end of each iteration is known
                        starts[name] = None
                    else:
                        wrapped = Select(first, start, before(value))
                        starts[name] = wrapped if self.known(wrapped) else None
                    how[name] = ("end", value)
                else:
                    continue
                open_.remove(name)
                progress = True
        return {name: starts.get(name) for name in names}, how

    def by_round(self, step: Polynomial, region: Region, count: Polynomial) -> Polynomial | None:
        """The step as a function of the number of iterations before, written @."""
        iterator, lower, stride = self.current
        if iterator not in step.names:
            return step
        if lower is None:
            return None
        return step.substitute({iterator: lower + Polynomial.atom("@").scaled(stride)})

    def for_loop(self, node: For, env: Env, region: Region) -> tuple[For, Env]:
        lower_expr, upper_expr = (self.simple(self.read(e, env, region), region) for e in (node.lower, node.upper))
        lower, upper = (polynomial(e, region.symbols, region.proves) for e in (lower_expr, upper_expr))
        i, step = Polynomial.atom(node.iterator), node.step
        sign = 1 if step > 0 else -1
        constraints: list[str] = []
        if lower is not None and lower.is_affine:
            constraints.append(f"{node.iterator} {'>=' if sign > 0 else '<='} {lower}")
        if upper is not None and upper.is_affine:
            constraints.append(f"{node.iterator} {'<' if sign > 0 else '>'} {upper}")
        inside = region.inside(node.iterator, constraints)
        starts: Env = dict.fromkeys(self.changed(node.body))
        how: dict = {}
        if lower is not None:
            count = floored((i - lower).scaled(sign), abs(step))
            first = Binary("==", Name(node.iterator), expression(lower))
            back = self.simple(Binary("-", Name(node.iterator), Number(step)), inside)

            def before(value: Expr) -> Expr:
                return self.replaced(value, node.iterator, back, inside)

            self.current = (node.iterator, lower, step)
            starts, how = self.solve(node.body, env, inside, count, first, before)
        body, _ = self.block(node.body, env | starts, inside)
        new = For(node.iterator, lower_expr, upper_expr, step, body, node.line)
        after: Env = env | dict.fromkeys(starts)
        if lower is None or upper is None or _may_break(node.body):
            return new, after
        span = (upper - lower).scaled(sign)
        rounds = span if abs(step) == 1 else floored(span + Polynomial.constant(abs(step) - 1), abs(step))
        enters = Binary("<" if sign > 0 else ">", lower_expr, upper_expr)
        last = lower + (rounds - ONE).scaled(step)
        for name, (kind, *rest) in how.items():
            if kind == "step":
                base, by_round = rest
                total = summed(by_round, "@", rounds)
                end, sure = (expression(base + total) if total is not None else None), region.proves(span)
            else:
                end = self.replaced(rest[0], node.iterator, expression(last), region)
                sure = region.proves(span - ONE)
            if not sure and end is not None:
                start = env.get(name)
                end = Select(enters, end, start) if start is not None else None
            after[name] = end if end is not None and self.known(end) else None
        return new, after

    def replaced(self, value: Expr, name: str, by: Expr, region: Region) -> Expr:
        changed = rewrite(value, lambda part: by if part == Name(name) else part)
        return self.simple(changed, region)

    def while_loop(self, node: While, env: Env, region: Region) -> tuple[For | While, Env]:
        iterator = node.iterator
        inside = region.inside(iterator, (f"{iterator} >= 0",))
        t = Polynomial.atom(iterator)
        back = self.simple(Binary("-", Name(iterator), Number(1)), inside)
        self.current = (iterator, Polynomial(), 1)
        first = Binary("==", Name(iterator), Number(0))
        starts, _ = self.solve(
            node.body, env, inside, t, first, lambda value: self.replaced(value, iterator, back, inside)
        )
        condition = self.read(node.condition, env | starts, inside)
        rounds = self.rounds(condition, iterator, inside)
        if rounds is not None:  # it counts after all
            return self.for_loop(For(iterator, Number(0), rounds, 1, node.body, node.line), env, region)
        body, _ = self.block(node.body, env | starts, inside)
        return While(iterator, condition, body, node.line), env | dict.fromkeys(starts)

    def rounds(self, condition: Expr, iterator: str, region: Region) -> Expr | None:
        """How often a condition that is linear in the round holds, None if that is not plain."""
        if not isinstance(condition, Binary) or condition.op not in ("<", "<=", ">", ">="):
            return None
        sides = [polynomial(side, region.symbols, region.proves) for side in (condition.left, condition.right)]
        if any(side is None for side in sides) or "int" != kind_of(condition.left) or "int" != kind_of(condition.right):
            return None
        left, right = sides
        room = right - left if condition.op[0] == "<" else left - right  # iterate while room > 0 (>= 0)
        if len(condition.op) == 2:
            room = room + ONE
        slope = room.coefficient(iterator)
        if slope is None or slope.value is None or slope.value >= 0:
            return None
        rest = room - slope * Polynomial.atom(iterator)
        stride = -slope.value
        return expression(rest) if stride == 1 else Binary("/", expression(rest + Polynomial.constant(stride - 1)), Number(stride))


def _is_start(node) -> bool:
    return isinstance(node, Name) and node.name.endswith(_START)


def _may_break(body: Block) -> bool:
    """Whether a break of this very loop is in its body."""
    for node in body:
        if isinstance(node, Break) or (isinstance(node, If) and (_may_break(node.then) or _may_break(node.orelse))):
            return True
    return False


def _without_unread(body: Block, program: Program) -> Block:
    """Drop assignments of integer scalars that no kept expression reads (and that are dead behind)."""

    def dead(node) -> bool:
        is_scalar = isinstance(node, Assign) and isinstance(node.target, Name) and node.target.kind == "int"
        return is_scalar and node.target.name in program.local and node.target.name not in needed

    needed: set[str] = set()
    while True:
        reads = {
            part.name
            for node in walk(body)
            if isinstance(node, Assign | If | For | While) and not dead(node)
            for part in _read_by(node)
            if isinstance(part, Name) and part.name in program.scalars
        }
        if reads <= needed:
            break
        needed |= reads

    def drop(block: Block) -> Block:
        kept: list = []
        for node in block:
            if dead(node):
                continue
            match node:
                case If(condition, then, orelse, line):
                    node = If(condition, drop(then), drop(orelse), line)
                    if not node.then and not node.orelse:
                        continue
                case For() | While():
                    node = replace(node, body=drop(node.body))
                    if not node.body and isinstance(node, For):
                        continue
            kept.append(node)
        return tuple(kept)

    return drop(body)


def _read_by(node):
    """The expressions' nodes that a statement itself evaluates."""
    match node:
        case Assign(target, value):
            yield from walk(value)
            if isinstance(target, Element):
                yield from walk(target.subscripts)
        case If(condition) | While(_, condition):
            yield from walk(condition)
        case For(_, lower, upper):
            yield from walk(lower)
            yield from walk(upper)
