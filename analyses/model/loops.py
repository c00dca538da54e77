"""C's loops and switches -> For and While: which loops count, and which run until data says stop."""

from pycparser import c_ast

from analyses.errors import AnalysisError, Unsupported
from analyses.model.expressions import Expressions
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
    Unary,
    While,
    negated,
    text,
    walk,
)
from analyses.model.symbols import written
from tsvc.csource import walk as walk_c


class Loops(Expressions):
    """The part of the lowering that looks at loops."""

    def for_loop(self, node: c_ast.For) -> None:
        line = node.coord.line
        with self.symbols.scope():
            self.statement(node.init)
            counted = self.counted(node)
            if counted is None:
                moves = self.step(node.next)
                self.while_loop(node.cond, node.stmt, node.next, line, moves[0].name if moves else "round")
                return
            variable, upper, step = counted
            upper = self.frozen(upper, "bound", line) if _reads_memory(upper) else upper
            counter = self.symbols.iterator(variable.name)
            here, lower = Name(counter), self.start_of(variable)
            now: Expr
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
        line, spoken = node.coord.line, written(variable.name)
        if variable.kind != "int":
            raise AnalysisError(self.path, line, f"loop variable {spoken} is a real number: count with an int")
        changed = self.symbols.memory(self.changed_names(node.stmt))
        fixed = {part.name for side in (bound, step) for part in walk(side) if isinstance(part, Name)}
        arrays = {part.array for side in (bound, step) for part in walk(side) if isinstance(part, Element)}
        if variable.name in changed or fixed & changed or arrays & self.stored(node.stmt):
            return None
        if isinstance(step, Number) and step.value == 0:
            raise AnalysisError(self.path, line, f"this loop never ends: {spoken} does not change")
        rising = not isinstance(step, Number) or step.value > 0
        if not isinstance(step, Number):
            self.symbols.assume(f"line {line}: the stride {text(step)} is positive")
            if isinstance(step, Name) and step.name in self.symbols.parameters:
                self.symbols.positive.add(step.name)
        if op == "!=" and isinstance(step, Number) and abs(step.value) == 1:
            self.symbols.assume(f"line {line}: the loop reaches its bound")
            op = "<" if rising else ">"
        if (op in ("<", "<=") and not rising) or (op in (">", ">=") and rising):
            if not isinstance(step, Number):
                return None
            raise AnalysisError(self.path, line, f"this loop never ends: {spoken} moves away from its bound")
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
        target: Expr
        amount: Expr
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

    def while_loop(self, condition, stmt, next_, line: int, name: str = "round") -> None:
        test = self.collect_condition(condition, line)
        self.check_progress(condition, stmt, next_, line)
        counter = self.symbols.iterator(name)
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
