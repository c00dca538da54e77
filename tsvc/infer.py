"""What a loop's C text says about its arrays: roles, subscripts, reductions, conditionals, indirect access."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pycparser import c_ast

from tsvc.csource import CFunction, render, walk

_LOOPS = c_ast.For | c_ast.While | c_ast.DoWhile


@dataclass
class Facts:
    """Accesses gathered in program order.

    read: arrays with a read that no write of the same element in the same iteration precedes.
    """

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    subscripts: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)


def accesses(function: CFunction, arrays: list[str]) -> Facts:
    """Which arrays are read and written, and by which subscripts; pointers and helpers are followed."""
    facts = Facts()
    _Walk(function, {name: name for name in arrays}, facts).body(function.node.body)
    return facts


def reductions(function: CFunction) -> tuple[str, ...]:
    """Real scalars that a loop carries and accumulates into: x = x op e, x op= e, or x = e where a test asks for x."""
    found: dict[str, None] = {}
    for body in (function.node, *function.helpers.values()):
        scalars = {part.name for part in walk(body) if isinstance(part, c_ast.Decl) and _is_real(part)}
        for loop in (node for node in walk(body.body) if isinstance(node, _LOOPS)):
            inside = {part.name for part in walk(loop.stmt) if isinstance(part, c_ast.Decl)}
            found.update(dict.fromkeys(_accumulated(loop, scalars - inside)))
    return tuple(found)


def _accumulated(loop, scalars: set[str]):
    tested: set[str] = set()  # by a test that jumps: it decides about all that follows
    for node in walk(loop):
        if isinstance(node, c_ast.If):
            asked = {part.name for part in walk(node.cond) if isinstance(part, c_ast.ID)}
            branches = [part for branch in (node.iftrue, node.iffalse) if branch for part in walk(branch)]
            if any(isinstance(part, c_ast.Goto | c_ast.Continue | c_ast.Break) for part in branches):
                tested |= asked
            assigned = [part.lvalue for part in branches if isinstance(part, c_ast.Assignment)]
            yield from (part.name for part in assigned if isinstance(part, c_ast.ID) and part.name in asked & scalars)
        elif isinstance(node, c_ast.Assignment) and isinstance(node.lvalue, c_ast.ID) and node.lvalue.name in scalars:
            name = node.lvalue.name
            if node.op != "=" or name in tested or _mentions(node.rvalue, name):
                yield name


def accumulates(function: CFunction, arrays: list[str]) -> bool:
    """Whether an element of these arrays is read and written anew by each iteration of a for loop, as a[i] is by the
    loop over j that does a[i] += b[i + j].
    """
    for loop in (node for node in walk(function.node.body) if isinstance(node, c_ast.For)):
        moving = _assigned(loop.stmt).union(*(_assigned(part) for part in (loop.init, loop.next) if part))
        for node in walk(loop.stmt):
            if not isinstance(node, c_ast.Assignment) or not isinstance(element := node.lvalue, c_ast.ArrayRef):
                continue
            text, is_ours = render(element), any(_mentions(element, name) for name in arrays)
            is_read = node.op != "=" or any(
                isinstance(part, c_ast.ArrayRef) and render(part) == text for part in walk(node.rvalue)
            )
            if is_ours and is_read and not any(_mentions(element, name) for name in moving):
                return True
    return False


def _assigned(node) -> set[str]:
    """The variables that get a value in a node, but for the counters of for loops in it."""
    if isinstance(node, c_ast.For):
        return _assigned(node.stmt)
    own: set[str] = set()
    match node:
        case (
            c_ast.Assignment(lvalue=c_ast.ID(name=name))
            | c_ast.UnaryOp(op="p++" | "p--" | "++" | "--", expr=c_ast.ID(name=name))
        ):
            own = {name}
        case c_ast.Decl(init=init, name=name) if init is not None:
            own = {name}
    return own.union(*(_assigned(child) for _, child in node.children()))


def depth(function: CFunction) -> int:
    """How deep its loops nest, helpers apart."""

    def below(node) -> int:
        deepest = max((below(child) for _, child in node.children()), default=0)
        return deepest + isinstance(node, c_ast.For | c_ast.While | c_ast.DoWhile)

    return below(function.node.body)


def has_conditional(function: CFunction) -> bool:
    """Whether control flow depends on something inside the loop: if, ?:, goto, break."""
    kinds = c_ast.If | c_ast.TernaryOp | c_ast.Goto | c_ast.Switch
    return any(isinstance(node, kinds) for node in _within_loops(function.node.body, function.helpers))


def has_exit(function: CFunction) -> bool:
    """Whether a loop may end before its condition fails: break, goto or return in it."""
    kinds = c_ast.Break | c_ast.Goto | c_ast.Return
    return any(isinstance(node, kinds) for node in _within_loops(function.node.body, {}))


def has_indirect_access(function: CFunction, index_arrays: list[str]) -> bool:
    """Whether an element of an int array takes part in a subscript, at once, through a scalar or in a helper."""
    return any(
        isinstance(node, c_ast.ArrayRef) and _mentions(node.subscript, carrier)
        for node, carrier in _carried(function, index_arrays)
    )


def multiplies(function: CFunction, arrays: list[str]) -> bool:
    """Whether an element of these arrays is a factor or divided, at once, through a scalar or in a helper."""
    return _is_operand(function, arrays, "*/")


def computes(function: CFunction, arrays: list[str]) -> bool:
    """Whether an element of these arrays is an operand of + - * /, at once, through a scalar or in a helper."""
    return _is_operand(function, arrays, "+-*/")


def _is_operand(function: CFunction, arrays: list[str], operators: str) -> bool:
    return any(
        isinstance(node, c_ast.BinaryOp | c_ast.Assignment)
        and node.op.removesuffix("=") in set(operators)
        and _mentions(node, carrier)
        for node, carrier in _carried(function, arrays)
    )


def _carried(function: CFunction, arrays: list[str]) -> Iterator[tuple[c_ast.Node, str]]:
    """Every node with every name that may carry, in its function, a value that comes from an element of the arrays."""
    carriers = {function.name: set(arrays)}
    bodies = {function.name: function.node, **function.helpers}
    for _ in range(2 + len(bodies)):
        for name, body in bodies.items():
            for node in walk(body.body):
                for target, value in _bound(node, name, function.helpers):
                    if any(_mentions(value, carrier) for carrier in carriers.get(name, ())):
                        carriers.setdefault(target[0], set()).add(target[1])
    for name, body in bodies.items():
        for node in walk(body.body):
            yield from ((node, carrier) for carrier in carriers.get(name, ()))


def _within_loops(node, helpers: dict, inside: bool = False):
    """The nodes that a loop repeats; calls of helpers are followed."""
    if inside:
        yield node
    if isinstance(node, c_ast.FuncCall) and (helper := helpers.get(getattr(node.name, "name", ""))) is not None:
        others = {name: other for name, other in helpers.items() if other is not helper}
        yield from _within_loops(helper.body, others, inside)
    for _, child in node.children():
        yield from _within_loops(child, helpers, inside or isinstance(node, _LOOPS))


def _bound(node, function: str, helpers: dict):
    """((function, variable), value) for every name that a node gives a value."""
    if isinstance(node, c_ast.Decl) and node.init is not None:
        yield (function, node.name), node.init
    elif isinstance(node, c_ast.Assignment) and isinstance(node.lvalue, c_ast.ID):
        yield (function, node.lvalue.name), node.rvalue
    elif isinstance(node, c_ast.FuncCall) and node.args and (name := getattr(node.name, "name", "")) in helpers:
        for parameter, value in zip(helpers[name].decl.type.args.params, node.args.exprs, strict=False):
            yield (name, parameter.name), value


def _is_real(decl: c_ast.Decl) -> bool:
    return isinstance(decl.type, c_ast.TypeDecl) and _base(decl.type) == "real"


def _base(type_decl) -> str:
    inner = type_decl.type
    name = " ".join(inner.names) if isinstance(inner, c_ast.IdentifierType) else ""
    return "real" if name in ("real", "float", "double") else name


def _mentions(node, name: str) -> bool:
    return any(isinstance(part, c_ast.ID) and part.name == name for part in walk(node))


class _Walk:
    """One pass in program order; `fresh` holds the elements that this iteration has surely written."""

    def __init__(self, function: CFunction, roots: dict[str, str], facts: Facts, depth: int = 0):
        self.function, self.roots, self.facts, self.depth = function, dict(roots), facts, depth
        self.fresh: set[tuple[str, tuple[str, ...], frozenset[str]]] = set()

    def body(self, node) -> None:
        for part in walk(node):  # pointers first: a loop may bump one before the text that declares its use
            target, value = None, None
            if isinstance(part, c_ast.Decl) and isinstance(part.type, c_ast.PtrDecl):
                target, value = part.name, part.init
            elif isinstance(part, c_ast.Assignment) and isinstance(part.lvalue, c_ast.ID):
                target, value = part.lvalue.name, part.rvalue
            if target and target not in self.roots and value is not None and (root := self.root(value)):
                self.roots[target] = root
        self.statement(node)

    def root(self, node) -> str | None:
        """The array that a pointer expression points into."""
        match node:
            case c_ast.ID():
                return self.roots.get(node.name)
            case c_ast.BinaryOp(op="+" | "-"):
                return self.root(node.left) or self.root(node.right)
            case c_ast.UnaryOp(op="&"):
                inner = node.expr
                while isinstance(inner, c_ast.ArrayRef):
                    inner = inner.name
                return self.root(inner)
            case c_ast.UnaryOp(op="p++" | "p--" | "++" | "--") | c_ast.Cast():
                return self.root(node.expr)
        return None

    def element(self, node) -> tuple[str, tuple[str, ...]] | None:
        """(array, subscripts) when the expression is an element of one of the arrays."""
        if isinstance(node, c_ast.UnaryOp) and node.op == "*":
            root = self.root(node.expr)
            return (root, (f"*{render(node.expr)}",)) if root else None
        parts: list[c_ast.Node] = []
        while isinstance(node, c_ast.ArrayRef):
            parts.insert(0, node.subscript)
            node = node.name
        root = self.root(node) if parts else None
        if not root:
            return None
        # An alias's subscripts are counted from another place: keep its name in the text.
        prefix = "" if isinstance(node, c_ast.ID) and node.name == root else f"{render(node)}: "
        return root, tuple(prefix + render(part) for part in parts)

    def statement(self, node) -> None:
        match node:
            case None:
                return
            case c_ast.Compound():
                for item in node.block_items or []:
                    self.statement(item)
            case c_ast.For() | c_ast.While() | c_ast.DoWhile():
                if isinstance(node, c_ast.For):
                    self.statement(node.init)
                self.fresh.clear()
                self.expression(node.cond)
                self.statement(node.stmt)
                if isinstance(node, c_ast.For) and node.next is not None:
                    self.expression(node.next)
                self.fresh.clear()
            case c_ast.If():
                self.expression(node.cond)
                before = set(self.fresh)
                self.statement(node.iftrue)
                after_true, self.fresh = self.fresh, set(before)
                self.statement(node.iffalse)
                self.fresh &= after_true
            case c_ast.Label():
                self.fresh.clear()
                self.statement(node.stmt)
            case c_ast.DeclList():
                for decl in node.decls:
                    self.statement(decl)
            case c_ast.Decl():
                if node.init is not None:
                    self.expression(node.init)
                    self.changed(node.name)
            case c_ast.Return():
                if node.expr is not None:
                    self.expression(node.expr)
            case c_ast.Goto() | c_ast.Break() | c_ast.Continue() | c_ast.EmptyStatement():
                return
            case _:
                self.expression(node)

    def expression(self, node) -> None:
        match node:
            case None | c_ast.Constant() | c_ast.ID():
                return
            case c_ast.Assignment():
                if node.op != "=":
                    self.read(node.lvalue)
                self.expression(node.rvalue)
                self.write(node.lvalue)
            case c_ast.UnaryOp(op="p++" | "p--" | "++" | "--"):
                self.read(node.expr)
                self.write(node.expr)
            case c_ast.FuncCall():
                self.call(node)
            case c_ast.ArrayRef():
                self.read(node)
            case c_ast.UnaryOp(op="*"):
                self.read(node)
            case _:
                for _, child in node.children():
                    self.expression(child)

    def inner(self, node) -> None:
        """The reads inside an element's subscripts."""
        if isinstance(node, c_ast.UnaryOp):
            self.expression(node.expr)
            return
        while isinstance(node, c_ast.ArrayRef):
            self.expression(node.subscript)
            node = node.name

    def read(self, node) -> None:
        found = self.element(node)
        self.inner(node)
        if found:
            name, where = found
            self.note(name, where)
            if not any((array, text) == found for array, text, _ in self.fresh):
                self.facts.read.add(name)

    def write(self, node) -> None:
        found = self.element(node)
        self.inner(node)
        if found:
            name, where = found
            self.note(name, where)
            self.facts.written.add(name)
            names = frozenset(part.name for part in walk(node) if isinstance(part, c_ast.ID))
            if not any(text.startswith("*") for text in where):
                self.fresh.add((name, where, names))
        elif isinstance(node, c_ast.ID):
            self.changed(node.name)

    def changed(self, name: str) -> None:
        self.fresh = {entry for entry in self.fresh if name not in entry[2]}

    def note(self, name: str, where: tuple[str, ...]) -> None:
        seen = self.facts.subscripts.setdefault(name, [])
        if where not in seen:
            seen.append(where)

    def call(self, node) -> None:
        arguments = node.args.exprs if node.args else []
        helper = self.function.helpers.get(getattr(node.name, "name", ""))
        roots, same_names = {}, True
        for position, argument in enumerate(arguments):
            root = self.root(argument)
            if root and not isinstance(argument, c_ast.ID):
                same_names = False  # the helper counts from another element
            if root and helper is not None and self.depth < 8:
                roots[helper.decl.type.args.params[position].name] = root
            elif root:  # an unknown function may do anything with it
                self.facts.read.add(root)
                self.facts.written.add(root)
            else:
                self.expression(argument)
                if helper is not None:
                    same_names = same_names and render(argument) == helper.decl.type.args.params[position].name
        if roots and helper is not None:
            inner = _Walk(self.function, roots, self.facts, self.depth + 1)
            # An element written here is known there when both sides spell its subscript alike.
            inner.fresh = {entry for entry in self.fresh if same_names and roots.get(entry[0]) == entry[0]}
            inner.body(helper.body)
