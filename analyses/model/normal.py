"""C syntax tree -> normal form: helpers inlined, pointers as base + offset, side effects as statements of their own."""

from dataclasses import dataclass, field

from pycparser import c_ast

from analyses.errors import Unsupported
from analyses.model.gotos import structure
from analyses.model.loops import Loops, _has_effect
from analyses.model.program import (
    Assign,
    Block,
    Break,
    Expr,
    Goto,
    If,
    Label,
    Name,
    Program,
    Stmt,
    kind_of,
    negated,
)
from analyses.model.symbols import Array, Pointer, Symbols, kind_of_type
from tsvc.csource import walk as walk_c
from tsvc.loops import Loop


def normalise(loop: Loop) -> Program:
    """The loop's function in normal form.

    Raises AnalysisError for C that has no meaning here (recursion, unknown functions, a loop that never ends, a real
    loop variable) and Unsupported for C that has one but no place in the model.
    """
    return _Lower(loop).program()


@dataclass
class _Lower(Loops):
    loop: Loop
    symbols: Symbols = field(init=False)
    out: list[Stmt] = field(default_factory=list)
    pending: list[Stmt] = field(default_factory=list)
    calling: tuple[str, ...] = ()
    ends: tuple[tuple[str, Name | None], ...] = ()  # label and result of the functions being inlined
    exits: tuple[str | None, ...] = ()  # None: a loop's own Break; else the label behind a switch
    continues: tuple[str, ...] = ()

    def __post_init__(self):
        self.path = self.loop.path
        self.helpers = self.loop.function.helpers
        self.symbols = Symbols(self.loop)

    def program(self) -> Program:
        node, symbols = self.loop.function.node, self.symbols
        assigned = self.changed_names(node.body)
        for name, kind in self.loop.signature:
            if kind != "array" and name in assigned:  # a parameter that changes is a scalar that starts with it
                own = symbols.fresh(f"{name}_value", symbols.parameters[name])
                symbols.replace(name, own)
                self.emit(Assign(own, Name(name, own.kind), node.decl.coord.line))
        result = symbols.result(self.loop.result)
        self.ends = (("end_of_function", result),)
        self.calling = (node.decl.name,)
        self.compound(node.body)
        self.emit(Label("end_of_function", node.coord.line))
        body, flags = structure(tuple(self.out), self.path)
        for flag in flags:
            symbols.scalars[flag] = "int"
            symbols.local.add(flag)
        return Program(
            self.loop.name,
            body,
            symbols.arrays,
            symbols.scalars,
            symbols.parameters,
            frozenset(symbols.local),
            tuple(symbols.assumptions),
            frozenset(symbols.positive),
            frozenset(symbols.iterators),
        )

    def emit(self, node: Stmt) -> None:
        self.out.append(node)

    def collect(self, work) -> Block:
        """What work() emits."""
        outer, self.out = self.out, []
        work()
        found, self.out = tuple(self.out), outer
        return found

    # --- statements

    def compound(self, node) -> None:
        with self.symbols.scope():
            for item in node.block_items or []:
                self.statement(item)

    def block(self, node) -> Block:
        def work():
            with self.symbols.scope():
                self.statement(node)

        return self.collect(work)

    def statement(self, node) -> None:
        match node:
            case None | c_ast.EmptyStatement() | c_ast.Pragma():
                return
            case c_ast.Compound():
                self.compound(node)
            case c_ast.DeclList():
                for decl in node.decls:
                    self.declaration(decl)
            case c_ast.Decl():
                self.declaration(node)
            case c_ast.If():
                self.branch(node)
            case c_ast.For():
                self.for_loop(node)
            case c_ast.While():
                self.while_loop(node.cond, node.stmt, None, node.coord.line)
            case c_ast.DoWhile():
                self.do_loop(node)
            case c_ast.Switch():
                self.switch(node)
            case c_ast.Label():
                self.emit(Label(self.symbols.label(node.name), node.coord.line))
                self.statement(node.stmt)
            case c_ast.Goto():
                self.emit(Goto(self.symbols.label(node.name), node.coord.line))
            case c_ast.Break():
                label = self.exits[-1]
                self.emit(Break(node.coord.line) if label is None else Goto(label, node.coord.line))
            case c_ast.Continue():
                self.emit(Goto(self.continues[-1], node.coord.line))
            case c_ast.Return():
                label, result = self.ends[-1]
                if node.expr is not None and result is not None:
                    self.assign(result, self.value(node.expr), node.coord.line)
                self.emit(Goto(label, node.coord.line))
            case _:
                self.effect(node)

    def assign(self, target, value: Expr, line: int) -> None:
        """Store, converting as C does."""
        self.emit(Assign(target, self.converted(value, kind_of(target)), line))
        self.flush()

    def declaration(self, node: c_ast.Decl) -> None:
        line = node.coord.line
        if isinstance(node.type, c_ast.PtrDecl):
            if node.init is None:
                self.symbols.declare_pointer(node.name)
                return
            self.set_pointer(node.name, self.pointer(node.init), line, fresh=True)
            return
        if isinstance(node.type, c_ast.ArrayDecl):
            self.local_array(node)
            return
        if "static" in node.storage:
            raise Unsupported(self.path, line, f"static variable {node.name} outlives the call")
        own = None
        if node.init is not None:  # before the name is in scope, as a shadowed one may be meant
            value = self.value(node.init)
            own = self.symbols.declare(node.name, kind_of_type(node.type, self.path, line))
            self.assign(own, value, line)
        else:
            self.symbols.declare(node.name, kind_of_type(node.type, self.path, line))

    def local_array(self, node: c_ast.Decl) -> None:
        extents, inner = [], node.type
        while isinstance(inner, c_ast.ArrayDecl):
            extents.append(self.value(inner.dim) if inner.dim is not None else None)
            inner = inner.type
        if node.init is not None:
            raise Unsupported(self.path, node.coord.line, f"array {node.name} has an initialiser: assign its elements")
        self.symbols.declare_array(node.name, kind_of_type(inner, self.path, node.coord.line), tuple(extents))

    def branch(self, node: c_ast.If) -> None:
        parts = [node.cond]
        if node.iffalse is None:  # if (a && b) s  =  if (a) if (b) s: what b reads is guarded by a
            while isinstance(parts[0], c_ast.BinaryOp) and parts[0].op == "&&":
                parts[:1] = [parts[0].left, parts[0].right]
        line = node.coord.line

        def inner(rest) -> None:
            condition = self.settled(self.truth(rest[0]), line)
            then = self.collect(lambda: inner(rest[1:])) if len(rest) > 1 else self.guarded(node.iftrue)
            orelse = self.guarded(node.iffalse) if node.iffalse is not None else ()
            if then or orelse:
                if not then:
                    condition, then, orelse = negated(condition), orelse, ()
                self.emit(If(condition, then, orelse, line))

        inner(parts)

    def guarded(self, node) -> Block:
        before = self.symbols.pointers()
        body = self.block(node)
        self.symbols.check_pointers(before, node.coord.line, "under a condition")
        return body

    def changed_names(self, node) -> set[str]:
        """The plain variables that C text changes."""
        found = set()
        for part in walk_c(node):
            target = part.lvalue if isinstance(part, c_ast.Assignment) else None
            if isinstance(part, c_ast.UnaryOp) and part.op in ("++", "--", "p++", "p--"):
                target = part.expr
            if isinstance(target, c_ast.ID):
                found.add(target.name)
        return found

    def has_effect(self, node) -> bool:
        return _has_effect(node)

    def stored(self, node) -> set[str]:
        """Every array that C text might store into."""
        found: set[str] = set()
        for part in walk_c(node):
            target = part.lvalue if isinstance(part, c_ast.Assignment) else None
            if isinstance(part, c_ast.UnaryOp) and part.op in ("++", "--", "p++", "p--"):
                target = part.expr
            while isinstance(target, c_ast.ArrayRef):
                target = target.name
                if isinstance(target, c_ast.ID):
                    entry = self.symbols.lookup(target.name)
                    if isinstance(entry, Array | Pointer):
                        found.add(entry.name if isinstance(entry, Array) else entry.array)
            if isinstance(target, c_ast.UnaryOp) or (
                isinstance(part, c_ast.FuncCall) and part.name.name in self.helpers
            ):
                return set(self.symbols.arrays)  # through a pointer expression or in a helper: anything
        return found
