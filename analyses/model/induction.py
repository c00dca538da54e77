"""Induction substitution: integer scalars with a closed form are replaced by it and disappear.

For each loop the body is executed once on symbols (v@: the value of v when an iteration starts), which gives v's
value at its end. Solved in order of dependence:
    v@ + d, d without unsolved symbols      v0 + the sum of d over the iterations before (k++, k += j + 1)
    E, without v@                           wrap-around: v0 in the first iteration, E of the one before later
Everything else stays a scalar in memory. Real scalars are never touched.
"""

from collections.abc import Callable
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
from analyses.model.unread import without_unread

Env = dict[str, Expr | None]


def substitute(program: Program, context: Context) -> Program:
    """The program with closed forms in place of induction variables; what nobody reads then is dropped."""
    state = _Induction(program, context)
    body, _ = state.block(program.body, {}, Region(context))
    body = without_unread(body, program)
    used = {part.name for part in walk(body) if isinstance(part, Name)}
    scalars = {name: kind for name, kind in program.scalars.items() if name in used}
    return replace(program, body=body, scalars=scalars, local=program.local & (used | program.arrays.keys()))


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

    def poly(self, expr: Expr, region: Region) -> Polynomial | None:
        """The polynomial over counters, parameters and start symbols that an expression computes."""
        starts = {part.name for part in walk(expr) if isinstance(part, Name) and "@" in part.name}
        return polynomial(expr, region.symbols | starts, region.proves)

    def simple(self, expr: Expr, region: Region) -> Expr:
        """Integer expressions in one normal spelling."""
        if kind_of(expr) != "int":
            return expr
        if isinstance(expr, Binary) and expr.op == "==":
            return self.solved(expr, region)
        found = self.poly(expr, region)
        if found is None:
            return expr
        spelled = expression(found)
        # C's division of the spelled form must not truncate another way.
        return spelled if self.poly(spelled, region) == found else expr

    def solved(self, expr: Binary, region: Region) -> Expr:
        """i - 1 == 0 as i == 1."""
        sides = [self.poly(side, region) for side in (expr.left, expr.right)]
        if any(side is None for side in sides):
            return expr
        difference = sides[0] - sides[1]  # type: ignore[operator]
        for name in reversed(region.iterators):
            slope = difference.coefficient(name)
            if slope is not None and slope.value == 1:
                return Binary("==", Name(name), expression(Polynomial.atom(name) - difference))
        return expr

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
                    loop, now = self.for_loop(node, now, region)
                    found.append(loop)
                case While():
                    rounds, now = self.while_loop(node, now, region)
                    found.append(rounds)
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

    def solve(self, body: Block, env: Env, region: Region, turn: "_Turn") -> tuple[Env, dict]:
        """(values when an iteration starts, how each changes) for the int scalars that a loop's body changes.

        How: ("step", v0, step by round), or ("end", the value at an iteration's end).
        """
        names = self.changed(body)
        mark = f"@{len(region.iterators)}"
        symbols: Env = {name: Name(name + mark) for name in names}
        after = (self.block(body, env | symbols, region)[1] or {}) if names else {}
        starts: Env = {}
        how: dict = {}

        def settle(name: str) -> bool:
            end = after[name]
            assert end is not None
            value = rewrite(
                end,
                lambda p: starts.get(p.name.removesuffix(mark)) or p if _is_start(p, mark) else p,
            )
            left = {p.name for p in walk(value) if _is_start(p, mark)}
            start, own = env.get(name), name + mark
            if left == {own}:
                poly = self.poly(value, region)
                base = self.poly(start, region) if start is not None else None
                if poly is None or base is None:
                    return False
                step = poly - Polynomial.atom(own)
                by_round = turn.by_round(step) if own not in step.names else None
                total = summed(by_round, "@", turn.count) if by_round is not None else None
                if total is None:
                    return False
                starts[name], how[name] = expression(base + total), ("step", base, by_round)
                return True
            if left:
                return False
            # With an unknown start only the end of each iteration is known.
            wrapped = Select(turn.first, start, turn.before(value)) if start is not None else None
            starts[name] = wrapped if wrapped is not None and self.known(wrapped) else None
            how[name] = ("end", value)
            return True

        open_ = [name for name in names if after.get(name) is not None]
        while any(progress := [name for name in open_ if settle(name)]):
            open_ = [name for name in open_ if name not in progress]
        return {name: starts.get(name) for name in names}, how

    def for_loop(self, node: For, env: Env, region: Region) -> tuple[For, Env]:
        lower_expr, upper_expr = (self.simple(self.read(e, env, region), region) for e in (node.lower, node.upper))
        lower, upper = (self.poly(e, region) for e in (lower_expr, upper_expr))
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

            starts, how = self.solve(node.body, env, inside, _Turn(node.iterator, lower, step, count, first, before))
        body, _ = self.block(node.body, env | starts, inside)
        new = For(node.iterator, lower_expr, upper_expr, step, body, node.line)
        after: Env = env | dict.fromkeys(starts)
        if lower is None or upper is None or may_break(node.body):
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
        def change(part: Expr) -> Expr:
            return by if part == Name(name) else self.simple(part, region) if isinstance(part, Binary) else part

        return rewrite(value, change)

    def while_loop(self, node: While, env: Env, region: Region) -> tuple[For | While, Env]:
        iterator = node.iterator
        inside = region.inside(iterator, (f"{iterator} >= 0",))
        t = Polynomial.atom(iterator)
        back = self.simple(Binary("-", Name(iterator), Number(1)), inside)
        first = Binary("==", Name(iterator), Number(0))

        def before(value: Expr) -> Expr:
            return self.replaced(value, iterator, back, inside)

        starts, _ = self.solve(node.body, env, inside, _Turn(iterator, Polynomial(), 1, t, first, before))
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
        sides = [self.poly(side, region) for side in (condition.left, condition.right)]
        left, right = sides
        if left is None or right is None or "real" in (kind_of(condition.left), kind_of(condition.right)):
            return None
        room = right - left if condition.op[0] == "<" else left - right  # iterate while room > 0 (>= 0)
        if len(condition.op) == 2:
            room = room + ONE
        slope = room.coefficient(iterator)
        if slope is None or slope.value is None or slope.value >= 0:
            return None
        rest = room - slope * Polynomial.atom(iterator)
        stride = -slope.value
        return (
            expression(rest)
            if stride == 1
            else Binary("/", expression(rest + Polynomial.constant(stride - 1)), Number(stride))
        )


@dataclass(frozen=True)
class _Turn:
    """One iteration, seen from inside.

    count: the iterations before it; first: the condition of the first one; before: a value, one iteration ago.
    """

    iterator: str
    lower: Polynomial
    stride: int
    count: Polynomial
    first: Expr
    before: Callable[[Expr], Expr]

    def by_round(self, step: Polynomial) -> Polynomial:
        """A step as a function of the number of iterations before, written @."""
        return step.substitute({self.iterator: self.lower + Polynomial.atom("@").scaled(self.stride)})


def _is_start(node, mark: str) -> bool:
    return isinstance(node, Name) and node.name.endswith(mark)


def may_break(body: Block) -> bool:
    """Whether a break of this very loop is in its body."""
    for node in body:
        if isinstance(node, Break) or (isinstance(node, If) and (may_break(node.then) or may_break(node.orelse))):
            return True
    return False
