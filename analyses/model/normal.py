"""C syntax tree -> normal form: helpers inlined, pointers as base + offset, side effects as statements of their own."""

from dataclasses import dataclass, field

from pycparser import c_ast

from analyses.errors import AnalysisError, Unsupported
from analyses.model.expressions import Expressions
from analyses.model.gotos import structure
from analyses.model.program import (
    Assign,
    Binary,
    Block,
    Break,
    Element,
    Expr,
    For,
    Goto,
    If,
    Label,
    Name,
    Number,
    Program,
    Stmt,
    Unary,
    While,
    kind_of,
    negated,
    text,
    walk,
)
from analyses.model.symbols import Symbols, kind_of_type
from tsvc.csource import walk as walk_c
from tsvc.loops import Loop


def normalise(loop: Loop) -> Program:
    """The loop's function in normal form.

    Raises AnalysisError for C that has no meaning here (recursion, unknown functions, a loop that never ends, a real
    loop variable) and Unsupported for C that has one but no place in the model.
    """
    return _Lower(loop).program()


@dataclass
class _Lower(Expressions):
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
        stores = [p for p in walk_c(node) if isinstance(p, c_ast.Assignment) and not isinstance(p.lvalue, c_ast.ID)]
        calls = any(isinstance(p, c_ast.FuncCall) for p in walk_c(node))
        steps = any(isinstance(p, c_ast.UnaryOp) and p.op in ("++", "--", "p++", "p--") for p in walk_c(node))
        return set(self.symbols.arrays) if calls or steps or stores else set()

    # --- loops

    def for_loop(self, node: c_ast.For) -> None:
        line = node.coord.line
        with self.symbols.scope():
            self.statement(node.init)
            counted = self.counted(node)
            if counted is None:
                self.while_loop(node.cond, node.stmt, node.next, line)
                return
            variable, upper, step = counted
            upper = self.frozen(upper, "bound", line) if _reads_memory(upper) else upper
            counter = self.symbols.iterator(variable.name)
            here, lower = Name(counter), self.start_of(variable)
            if not isinstance(step, Number):  # a symbolic stride: count its multiples from zero
                rounds = Binary("/", Binary("-", Binary("+", Binary("-", upper, lower), step), Number(1)), step)
                now, after = Binary("+", lower, Binary("*", here, step)), Binary("+", variable, step)
                lower, upper, stride = Number(0), rounds, 1
            else:
                now, after, stride = here, Binary("+", here, step), int(step.value)
            # The C variable follows its counter; where nobody reads it, induction drops it again.
            body = (Assign(variable, now, line), *self.body(node.stmt, None), Assign(variable, after, line))
            self.emit(For(counter, lower, upper, stride, body, line))

    def start_of(self, variable: Name) -> Expr:
        """What the loop's head has just assigned to its variable, or the variable as it stands."""
        last = self.out[-1] if self.out else None
        if isinstance(last, Assign) and last.target == variable and not _reads_memory(last.value):
            return last.value
        return self.frozen(variable, "start", last.line if last else 0) if last else variable

    def counted(self, node: c_ast.For) -> tuple[Name, Expr, Expr] | None:
        """(variable, exclusive bound, step) of a loop that counts, None for any other."""
        found = self.header(node)
        if found is None:
            return None
        variable, op, bound, step = found
        line = node.coord.line
        if variable.kind != "int":
            raise AnalysisError(self.path, line, f"loop variable {variable.name} is a real number: count with an int")
        changed = self.symbols.memory(self.changed_names(node.stmt))
        fixed = {part.name for side in (bound, step) for part in walk(side) if isinstance(part, Name)}
        arrays = {part.array for side in (bound, step) for part in walk(side) if isinstance(part, Element)}
        if variable.name in changed or fixed & changed or arrays & self.stored(node.stmt):
            return None
        if isinstance(step, Number) and step.value == 0:
            raise AnalysisError(self.path, line, f"this loop never ends: {variable.name} does not change")
        rising = not isinstance(step, Number) or step.value > 0
        if not isinstance(step, Number):
            self.symbols.assume(f"line {line}: the stride {text(step)} is positive")
        if op == "!=" and isinstance(step, Number) and abs(step.value) == 1:
            self.symbols.assume(f"line {line}: the loop reaches its bound")
            op = "<" if rising else ">"
        if (op in ("<", "<=") and not rising) or (op in (">", ">=") and rising):
            if not isinstance(step, Number):
                return None
            raise AnalysisError(self.path, line, f"this loop never ends: {variable.name} moves away from its bound")
        if op not in ("<", "<=", ">", ">="):
            return None
        if op in ("<=", ">="):
            bound = Binary("+" if op == "<=" else "-", bound, Number(1))
        return variable, bound, step

    def header(self, node: c_ast.For):
        """(variable, comparison, bound, step) as the loop's head gives them, None if it has another form."""
        step = self.step(node.next)
        if step is None:
            return None
        variable, amount = step
        cond = node.cond
        if not isinstance(cond, c_ast.BinaryOp) or _has_effect(cond):
            return None
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}
        left, right = (self.value(side) for side in (cond.left, cond.right))
        if left == variable and cond.op in turned:
            return variable, cond.op, right, amount
        if right == variable and cond.op in turned:
            return variable, turned[cond.op], left, amount
        return None

    def step(self, node) -> tuple[Name, Expr] | None:
        """(scalar, amount) of i++, i += c, i = i + c and the like."""
        match node:
            case c_ast.UnaryOp(op="p++" | "++" | "p--" | "--", expr=c_ast.ID()):
                target, amount = self.value(node.expr), Number(1 if "+" in node.op else -1)
            case c_ast.Assignment(op="+=" | "-=", lvalue=c_ast.ID()):
                target, amount = self.value(node.lvalue), self.value(node.rvalue)
                amount = amount if node.op == "+=" else _minus(amount)
            case c_ast.Assignment(op="=", lvalue=c_ast.ID(), rvalue=c_ast.BinaryOp(op="+" | "-") as sum_):
                target, left, right = (self.value(part) for part in (node.lvalue, sum_.left, sum_.right))
                if left != target:
                    left, right = right, left
                    if sum_.op == "-":
                        return None
                if left != target:
                    return None
                amount = right if sum_.op == "+" else _minus(right)
            case _:
                return None
        return (target, amount) if isinstance(target, Name) and not _has_effect(node, top=True) else None

    def while_loop(self, condition, stmt, next_, line: int) -> None:
        test = self.collect_condition(condition, line)
        self.check_progress(condition, stmt, next_, line)
        counter = self.symbols.iterator("round")
        body = self.body(stmt, next_)
        if test[0]:  # side effects in the condition: evaluate it inside
            body = (*test[0], If(negated(test[1]), (Break(line),), (), line), *body)
            self.emit(While(counter, Number(1), body, line))
        else:
            self.emit(While(counter, test[1], body, line))

    def do_loop(self, node: c_ast.DoWhile) -> None:
        line = node.coord.line
        self.check_progress(node.cond, node.stmt, None, line)
        before, condition = self.collect_condition(node.cond, line)
        leave = (*before, If(negated(condition), (Break(line),), (), line))
        counter = self.symbols.iterator("round")
        self.emit(While(counter, Number(1), (*self.body(node.stmt, None), *leave), line))

    def collect_condition(self, condition, line: int) -> tuple[Block, Expr]:
        found: list[Expr] = []

        def work():
            test = Number(1) if condition is None else self.truth(condition)
            found.append(self.settled(test, line))

        return self.collect(work), found[0]

    def check_progress(self, condition, stmt, next_, line: int) -> None:
        """Refuse a loop whose condition nothing inside can change and that nothing leaves."""
        parts = [part for part in (condition, stmt, next_) if part is not None]
        if any(_leaves(part) for part in parts) or any(isinstance(p, c_ast.FuncCall) for n in parts for p in walk_c(n)):
            return
        changed = {name for node in parts for name in self.changed_names(node)}
        read = {} if condition is None else {p.name for p in walk_c(condition) if isinstance(p, c_ast.ID)}
        if isinstance(condition, c_ast.Constant) and condition.value == "0":
            return
        if not changed & set(read):
            raise AnalysisError(self.path, line, "this loop never ends: nothing in it changes its condition")

    def body(self, stmt, next_) -> Block:
        label = self.symbols.label(None)
        before = self.symbols.pointers()

        def work():
            with self.symbols.scope():
                self.statement(stmt)
            if any(isinstance(p, Goto) and p.label == label for p in walk(tuple(self.out))):
                self.emit(Label(label, stmt.coord.line))
            if next_ is not None:
                self.effect(next_)

        self.exits, self.continues = (*self.exits, None), (*self.continues, label)
        found = self.collect(work)
        self.exits, self.continues = self.exits[:-1], self.continues[:-1]
        self.symbols.check_pointers(before, stmt.coord.line, "in a loop")
        return found

    def switch(self, node: c_ast.Switch) -> None:
        line, end = node.coord.line, self.symbols.label(None)
        tested = self.settled(self.value(node.cond), line, always=True)
        cases = [(self.symbols.label(None), item) for item in node.stmt.block_items or []]
        default = end
        for label, item in cases:
            if isinstance(item, c_ast.Case):
                test = Binary("==", tested, self.value(item.expr))
                self.emit(If(test, (Goto(label, item.coord.line),), (), item.coord.line))
            elif isinstance(item, c_ast.Default):
                default = label
            else:
                raise Unsupported(self.path, item.coord.line, "a statement of this switch is under no case")
        self.emit(Goto(default, line))
        self.exits = (*self.exits, end)
        for label, item in cases:
            self.emit(Label(label, item.coord.line))
            for part in item.stmts or []:
                self.statement(part)
        self.exits = self.exits[:-1]
        self.emit(Label(end, line))


def _minus(amount: Expr) -> Expr:
    return Number(-amount.value) if isinstance(amount, Number) else Unary("-", amount)


def _has_effect(node, top: bool = False) -> bool:
    parts = list(walk_c(node))[1:] if top else walk_c(node)
    return any(
        isinstance(p, c_ast.Assignment | c_ast.FuncCall)
        or (isinstance(p, c_ast.UnaryOp) and p.op.strip("p") in ("++", "--"))
        for p in parts
    )


def _leaves(node) -> bool:
    """Whether a loop body may be left early; an inner loop's own break counts too, to be safe."""
    return any(isinstance(p, c_ast.Break | c_ast.Goto | c_ast.Return) for p in walk_c(node))


def _reads_memory(value: Expr) -> bool:
    return any(isinstance(part, Element) for part in walk(value))
