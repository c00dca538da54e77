"""C expressions -> normal form: side effects become statements before or behind."""

import struct

from pycparser import c_ast

from analyses.errors import Unsupported
from analyses.model.calls import Calls
from analyses.model.places import Places
from analyses.model.program import (
    Assign,
    Binary,
    Element,
    Expr,
    Name,
    Number,
    Select,
    Unary,
    kind_of,
)
from analyses.model.symbols import Pointer, kind_of_type

_ZERO = Number(0)


class Expressions(Places, Calls):
    """The part of the lowering that looks at expressions."""

    def value(self, node) -> Expr:
        """A C expression that is read."""
        match node:
            case c_ast.Constant():
                return self.constant(node)
            case c_ast.ID():
                entry = self.symbols.lookup(node.name)
                if isinstance(entry, Name):
                    return entry
                what = "an array" if entry is not None else "unknown"
                raise Unsupported(self.path, node.coord.line, f"{node.name} is {what} where a number is wanted")
            case c_ast.ArrayRef() | c_ast.UnaryOp(op="*"):
                return self.element(node)
            case c_ast.UnaryOp(op="++" | "--" | "p++" | "p--"):
                return self.step_value(node)
            case c_ast.UnaryOp(op="+"):
                return self.value(node.expr)
            case c_ast.UnaryOp(op="-" | "~"):
                operand = self.value(node.expr)
                if isinstance(operand, Number) and node.op == "-":
                    return Number(-operand.value, operand.kind)
                return Unary(node.op, operand)
            case c_ast.UnaryOp(op="!"):
                return Unary("!", self.truth(node.expr))
            case c_ast.BinaryOp(op="&&" | "||"):
                return Binary(node.op, self.truth(node.left), self.pure(node.right, self.truth))
            case c_ast.BinaryOp():
                return self.binary(node)
            case c_ast.TernaryOp():
                condition = self.truth(node.cond)
                return Select(condition, *(self.pure(part, self.value) for part in (node.iftrue, node.iffalse)))
            case c_ast.Cast():
                return self.converted(
                    self.value(node.expr), kind_of_type(node.to_type.type, self.path, node.coord.line)
                )
            case c_ast.FuncCall():
                return self.call(node, wanted=True)
            case c_ast.Assignment():
                target = self.effect_assign(node)
                return target
            case c_ast.ExprList():
                for part in node.exprs[:-1]:
                    self.effect(part)
                return self.value(node.exprs[-1])
        raise Unsupported(self.path, node.coord.line, f"{type(node).__name__} expressions are not modelled")

    def constant(self, node: c_ast.Constant) -> Number:
        text = node.value.rstrip("uUlL") if "int" in node.type else node.value
        if "int" in node.type:
            return Number(int(text, 8 if text != "0" and text.startswith("0") and text.isdigit() else 0))
        if node.type in ("float", "double"):
            is_float = text[-1] in "fF" and not text.lower().startswith("0x")
            value = float.fromhex(text) if text.lower().startswith("0x") else float(text.rstrip("fFlL"))
            if is_float:  # 0.99f is the nearest float, in the double build too
                return Number(struct.unpack("f", struct.pack("f", value))[0], "real")
            return Number(value, "double")
        raise Unsupported(self.path, node.coord.line, f"constant {text} is neither int nor real")

    def binary(self, node: c_ast.BinaryOp) -> Expr:
        one, other = (self.find_pointer(side) for side in (node.left, node.right))
        if one is not None and other is not None:  # p < end, p - start
            if (one.array, one.lead) != (other.array, other.lead):
                raise Unsupported(self.path, node.coord.line, "pointers into two arrays are compared")
            return Binary(node.op, one.offset, other.offset)
        return Binary(node.op, self.value(node.left), self.value(node.right))

    def truth(self, node) -> Expr:
        """A condition."""
        return self.value(node)

    def pure(self, node, lower) -> Expr:
        """An operand that C may skip: nothing in it may have an effect."""
        size = len(self.out), len(self.pending)
        found = lower(node)
        if size != (len(self.out), len(self.pending)):
            raise Unsupported(self.path, node.coord.line, "a side effect behind &&, || or ?: write an if")
        return found

    def settled(self, value: Expr, line: int, always: bool = False) -> Expr:
        """The value, in a scalar of its own if effects wait for the end of this expression."""
        if not self.pending and not always:
            return value
        own = self.symbols.fresh("tested", kind_of(value))
        self.emit(Assign(own, value, line))
        self.flush()
        return own

    def flush(self) -> None:
        waiting, self.pending = self.pending, []
        for node in waiting:
            self.emit(node)

    def effect(self, node) -> None:
        """An expression for what it does."""
        match node:
            case c_ast.Assignment():
                self.effect_assign(node)
            case c_ast.UnaryOp(op="++" | "--" | "p++" | "p--"):
                self.step_value(node)
            case c_ast.FuncCall():
                self.call(node, wanted=False)
            case c_ast.ExprList():
                for part in node.exprs:
                    self.effect(part)
            case c_ast.Cast():
                self.effect(node.expr)
            case _:
                self.value(node)
        self.flush()

    def effect_assign(self, node: c_ast.Assignment) -> Expr:
        line = node.coord.line
        if isinstance(node.lvalue, c_ast.ID):
            entry = self.symbols.lookup(node.lvalue.name)
            if entry is None and any(node.lvalue.name in scope for scope in self.symbols.scopes):
                self.set_pointer(node.lvalue.name, self.pointer(node.rvalue), line)
                return _ZERO
            if isinstance(entry, Pointer):
                source = node.rvalue if node.op == "=" else c_ast.BinaryOp(node.op[:-1], node.lvalue, node.rvalue)
                self.set_pointer(node.lvalue.name, self.pointer(source), line)
                return _ZERO
        value = self.value(node.rvalue)
        target = self.place(node.lvalue)
        if node.op != "=":
            value = Binary(node.op[:-1], target, value)
        self.emit(Assign(target, self.converted(value, kind_of(target)), line))
        self.flush()
        return target

    def place(self, node) -> Name | Element:
        target = self.value(node)
        if isinstance(target, Element) or (isinstance(target, Name) and target.name in self.symbols.scalars):
            return target
        raise Unsupported(self.path, node.coord.line, "this cannot be assigned to")

    def step_value(self, node: c_ast.UnaryOp) -> Expr:
        """i++, --i, p++: the value, and the effect before or behind."""
        place = self.find_pointer(node.expr)
        target = place.offset if place and isinstance(place.offset, Name) else self.place(node.expr)
        change = Assign(target, Binary("+" if "+" in node.op else "-", target, Number(1)), node.coord.line)
        if node.op.startswith("p"):
            self.pending.append(change)
        else:
            self.emit(change)
        return target
