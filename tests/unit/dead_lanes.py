"""Whether it matters what a masked load returns for the lanes that its mask leaves out.

A dataflow analysis of one function's syntax tree. A value is tainted by a set of conditions when it may be anything in
lanes where one of them is false: a masked load by its mask's conjuncts. Elementwise operations pass that on; a mask, or
a `tl.where`, with the same conjuncts ends it. Whatever the analysis does not know makes a lane matter.
"""

import ast
from collections import Counter
from functools import cache

#: Conjuncts as text, of which one is false where a value may be anything; None: it is nowhere.
Taint = frozenset[str] | None

_ELEMENTWISE = {"minimum", "maximum", "abs", "sqrt", "exp", "log", "sin", "cos", "fma", "clamp", "cast", "broadcast_to"}
_REDUCTIONS, _SCANS = {"sum", "max", "min"}, {"cumsum"}
_ROW, _COLUMN = "[None, :]", "[:, None]"
_NEGATED = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


class Matters(Exception):
    """A lane that was left out reaches what the kernel stores, or may."""


def is_dead(function: ast.FunctionDef, load: ast.Call, condition: ast.expr | None = None) -> bool:
    """Whether the lanes that a load of this function leaves out reach nothing that it stores or returns.

    condition: only those in which this part of the load's mask is false; default: the whole mask.
    """
    try:
        _Flow(function, load, condition or _keyword(load, "mask")).run()
    except Matters:
        return False
    return True


class _Flow:
    def __init__(self, function: ast.FunctionDef, load: ast.Call, condition: ast.expr):
        self.function, self.load, self.condition = function, load, condition
        self.taints: dict[str, Taint] = {}
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.AugAssign | ast.For)]
        self.times = Counter(name for node in assigned for name in _targets(node))
        self.meaning = {
            node.targets[0].id: node.value
            for node in assigned
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            if self.times[node.targets[0].id] == 1
        }

    def run(self) -> None:
        """Raises Matters."""
        self._block(self.function.body)

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, self._of(value))
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self._assign(name, _both(self.taints.get(name), self._of(value)))
            case ast.Assign(value=value) | ast.Return(value=value) | ast.AnnAssign(value=value):
                if value is not None and self._of(value) is not None:
                    raise Matters
            case ast.Expr(value=value):
                self._of(value)
            case ast.For(iter=iterable, body=body):
                self._clean(iterable)
                for _ in range(8):
                    before = dict(self.taints)
                    self._block(body)
                    self._next_iteration({name for part in ast.walk(node) for name in _targets(part)})
                    self.taints = {k: _both(before.get(k), self.taints.get(k)) for k in {*before, *self.taints}}
                    if self.taints == before:
                        return
                raise Matters
            case ast.If(test=test, body=body, orelse=other):
                self._clean(test)
                before = dict(self.taints)
                self._block(body)
                after, self.taints = self.taints, before
                self._block(other)
                self.taints = {k: _both(after.get(k), self.taints.get(k)) for k in {*after, *self.taints}}
            case ast.Pass():
                pass
            case _:
                raise Matters

    def _assign(self, name: str, taint: Taint) -> None:
        if self.times[name] > 1:
            self._next_iteration({name}, but=name)
        self.taints[name] = taint

    def _next_iteration(self, changed: set[str], but: str = "") -> None:
        """What a condition says is old once one of its names has changed."""
        for name, taint in self.taints.items():
            if taint and name != but and any(changed & _names(text) for text in taint):
                raise Matters

    def _clean(self, node: ast.AST) -> None:
        if self._of(node) is not None:
            raise Matters

    def _of(self, node: ast.AST) -> Taint:
        match node:
            case ast.Call():
                return self._call(node)
            case ast.Name(id=name):
                return self.taints.get(name)
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                one, other = self._of(left), self._of(right)
                return _both(_without(one, self.conjuncts(right)), _without(other, self.conjuncts(left)))
            case ast.Subscript(value=value, slice=part):
                taint = self._of(value)
                place = f"[{ast.unparse(part)}]".replace("(", "").replace(")", "")
                return taint and frozenset(_placed(text, place) for text in taint)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.BoolOp() | ast.Tuple() | ast.Slice():
                return self._all(node)
            case ast.Constant() | ast.Attribute():
                return None
            case _:
                if self._all(node) is not None:
                    raise Matters
                return None

    def _all(self, node: ast.AST) -> Taint:
        taint: Taint = None
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr | ast.keyword):
                taint = _both(taint, self._of(part.value if isinstance(part, ast.keyword) else part))
        return taint

    def _call(self, node: ast.Call) -> Taint:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if node is self.load:
            return self.conjuncts(self.condition)
        if name in ("load", "store", "atomic_add"):
            mask = _keyword(node, "mask")
            self._clean(mask)
            reached: Taint = None
            for part in [*node.args, *(word.value for word in node.keywords if word.arg != "mask")]:
                reached = _both(reached, self._of(part))
            if _without(reached, self.conjuncts(mask)) is not None:
                raise Matters
            return None
        if name == "where":
            condition, yes, no = node.args
            chosen = _both(
                _without(self._of(yes), self.conjuncts(condition)),
                _without(self._of(no), self.conjuncts(_not(condition))),
            )
            return _both(self._of(condition), chosen)
        if name == "to" and isinstance(node.func, ast.Attribute):
            return self._of(node.func.value)
        taint = self._all(ast.Tuple([*node.args, *(word.value for word in node.keywords)]))
        if taint is None or name in _ELEMENTWISE:
            return taint
        if name == "trans" and len(node.args) == 1:
            return frozenset(map(_transposed, taint))
        if name in _REDUCTIONS | _SCANS:
            return self._along(node, taint, name in _SCANS)
        raise Matters

    def _along(self, node: ast.Call, taint: frozenset[str], is_scan: bool) -> Taint:
        """A reduction or scan along an axis mixes no lanes that differ in a condition on the other axis alone."""
        axis = next((word.value for word in node.keywords if word.arg == "axis"), None)
        axis = axis or (node.args[1] if len(node.args) > 1 else None)
        if not isinstance(axis, ast.Constant) or axis.value not in (0, 1):
            raise Matters
        kept, mixed = (_ROW, _COLUMN) if axis.value == 0 else (_COLUMN, _ROW)
        if any(kept not in text or mixed in text for text in taint):
            raise Matters
        return taint if is_scan else frozenset(text.replace(kept, "") for text in taint)

    def conjuncts(self, node: ast.AST | None, place: str = "") -> frozenset[str]:
        """The conditions that all hold where a mask does."""
        match node:
            case None:
                return frozenset()
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                return self.conjuncts(left, place) | self.conjuncts(right, place)
            case ast.Subscript(value=value, slice=part) if not place:
                return self.conjuncts(value, f"[{ast.unparse(part)}]".replace("(", "").replace(")", ""))
            case ast.Name(id=name) if isinstance(self.meaning.get(name), ast.BinOp | ast.Compare | ast.Subscript):
                return self.conjuncts(self.meaning[name], place)
            case _:
                return frozenset([_placed(ast.unparse(node), place)])


@cache
def _placed(text: str, place: str) -> str:
    """A condition on positions of one axis as one on a matrix: (k < n)[None, :] is k[None, :] < n."""
    if not place:
        return text
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
        name = node.left.id
        return text.replace(name, name + place, 1)
    return f"({text}){place}"


def _transposed(text: str) -> str:
    return text.replace(_ROW, "?").replace(_COLUMN, _ROW).replace("?", _COLUMN)


def _not(node: ast.expr) -> ast.expr:
    match node:
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=comparators) if type(op) in _NEGATED:
            return ast.Compare(left, [_NEGATED[type(op)]()], comparators)
        case _:
            return ast.Compare(node, [ast.Eq()], [ast.Constant(0)])


def _both(one: Taint, other: Taint) -> Taint:
    return other if one is None else one if other is None else one | other


def _without(taint: Taint, conditions: frozenset[str]) -> Taint:
    """Where all the conditions hold, only the others can be false."""
    return (taint - conditions or None) if taint else None


def _keyword(node: ast.Call, name: str) -> ast.expr:
    return next((word.value for word in node.keywords if word.arg == name), ast.Constant(None))


def _targets(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign(targets=targets):
            return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
        case ast.AugAssign(target=target) | ast.For(target=target):
            return [part.id for part in ast.walk(target) if isinstance(part, ast.Name)]
    return []


@cache
def _names(text: str) -> set[str]:
    return {part.id for part in ast.walk(ast.parse(text, mode="eval")) if isinstance(part, ast.Name)}
