"""C expressions -> normal form: side effects become statements before or behind, helpers are inlined."""

import struct

from pycparser import c_ast

from analyses.errors import AnalysisError, Unsupported
from analyses.model.program import (
    Assign,
    Binary,
    Call,
    Cast,
    Element,
    Expr,
    Label,
    Name,
    Number,
    Select,
    Stmt,
    Unary,
    kind_of,
    rewrite,
    walk,
)
from analyses.model.symbols import Array, Pointer, Symbols, kind_of_type

_NAMES = ("abs", "sin", "cos", "sqrt", "exp", "log", "tan", "floor")
INTRINSICS = (
    {f"real_{name}": name for name in _NAMES}
    | {f"f{name}" if name == "abs" else name: name for name in _NAMES}
    | {f"{'f' if name == 'abs' else ''}{name}f": name for name in _NAMES}
)
_ZERO = Number(0)


class Expressions:
    """The half of the lowering that looks at expressions; normal.py has the other half."""

    symbols: Symbols
    out: list[Stmt]
    pending: list[Stmt]  # what i++ does once the full expression is evaluated

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
        places = [self.pointer(side, probe=True) for side in (node.left, node.right)]
        if all(places):  # p < end, p - start
            (one, other) = places
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

    def converted(self, value: Expr, kind: str) -> Expr:
        if isinstance(value, Number) and kind == "real":
            return Number(float(value.value), "real")
        return value if kind_of(value) == kind else Cast(kind, value)

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

    # --- places

    def element(self, node) -> Element:
        line = node.coord.line
        if isinstance(node, c_ast.UnaryOp):
            place = self.pointer(node.expr)
            subscripts: list[Expr] = [*place.lead, place.offset]
        else:
            parts = []
            while isinstance(node, c_ast.ArrayRef):
                parts.insert(0, node.subscript)
                node = node.name
            place = self.pointer(node)
            first, *rest = (self.value(part) for part in parts)
            subscripts = [*place.lead, _plus(place.offset, first), *rest]
        kind, extents = self.symbols.arrays[place.array]
        if len(subscripts) != len(extents):
            raise Unsupported(
                self.path, line, f"{place.array} has {len(extents)} dimensions, used with {len(subscripts)}"
            )
        for part in subscripts:
            if kind_of(part) != "int":
                raise Unsupported(self.path, line, f"a subscript of {place.array} is a real number")
        return Element(place.array, tuple(subscripts), kind)

    def pointer(self, node, probe: bool = False) -> Pointer | None:
        """Where a pointer expression points; with probe, None if it is no pointer."""
        match node:
            case c_ast.ID():
                entry = self.symbols.lookup(node.name)
                if isinstance(entry, Array):
                    return Pointer(entry.name, (), _ZERO)
                if isinstance(entry, Pointer):
                    return entry
            case c_ast.BinaryOp(op="+" | "-"):
                sides = [(node.left, node.right)] + ([(node.right, node.left)] if node.op == "+" else [])
                for base, amount in sides:
                    place = self.pointer(base, probe=True)
                    if place and not self.pointer(amount, probe=True):
                        offset = self.value(amount)
                        moved = _plus(place.offset, offset) if node.op == "+" else Binary("-", place.offset, offset)
                        return Pointer(place.array, place.lead, moved)
            case c_ast.UnaryOp(op="&", expr=c_ast.ArrayRef() | c_ast.UnaryOp(op="*")):
                inner = self.element(node.expr)
                return Pointer(inner.array, inner.subscripts[:-1], inner.subscripts[-1])
            case c_ast.UnaryOp(op="++" | "--" | "p++" | "p--"):
                place = self.pointer(node.expr, probe=True)
                if place:
                    return Pointer(place.array, place.lead, self.step_value(node))
            case c_ast.Cast():
                return self.pointer(node.expr, probe)
            case c_ast.ArrayRef():  # a row
                parts, base = [], node
                while isinstance(base, c_ast.ArrayRef):
                    parts.insert(0, base.subscript)
                    base = base.name
                place = self.pointer(base, probe=True)
                if place and len(place.lead) + len(parts) < len(self.symbols.arrays[place.array][1]):
                    first, *rest = (self.value(part) for part in parts)
                    return Pointer(place.array, (*place.lead, _plus(place.offset, first), *rest), _ZERO)
        if probe:
            return None
        raise Unsupported(self.path, node.coord.line, "this pointer's array cannot be told")

    def set_pointer(self, name: str, place: Pointer, line: int, fresh: bool = False) -> None:
        """Point a C pointer elsewhere; its offset lives in an int scalar of its own."""
        old = None if fresh else self.symbols.lookup(name)
        lead = tuple(self.frozen(part, f"{name}_row", line) for part in place.lead)
        if len(self.symbols.arrays[place.array][1]) > 1:
            self.symbols.assume(f"line {line}: {name} stays within its row")
        own = old.offset if isinstance(old, Pointer) else self.symbols.fresh(f"{name}_at", "int")
        self.assign(own, place.offset, line)
        entry = Pointer(place.array, lead, own)
        if fresh:
            self.symbols.scopes[-1][name] = entry
        else:
            self.symbols.replace(name, entry)

    def frozen(self, value: Expr, name: str, line: int) -> Expr:
        """The value as it is now."""
        if not any(isinstance(part, Name | Element) for part in walk(value)):
            return value
        own = self.symbols.fresh(name, "int")
        self.assign(own, value, line)
        return own

    # --- effects

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
        place = self.pointer(node.expr, probe=True)
        target = place.offset if place else self.place(node.expr)
        change = Assign(target, Binary("+" if "+" in node.op else "-", target, Number(1)), node.coord.line)
        if node.op.startswith("p"):
            self.pending.append(change)
        else:
            self.emit(change)
        return target

    # --- calls

    def call(self, node: c_ast.FuncCall, wanted: bool) -> Expr:
        name = getattr(node.name, "name", "?")
        arguments, line = (node.args.exprs if node.args else []), node.coord.line
        if name in INTRINSICS:
            return Call(INTRINSICS[name], tuple(self.converted(self.value(part), "real") for part in arguments))
        if name in self.calling:
            raise AnalysisError(self.path, line, f"{name} calls itself: recursion cannot be analysed")
        helper = self.helpers.get(name)
        if helper is None:
            raise AnalysisError(
                self.path, line, f"unknown function {name}: define it as a static function in this file"
            )
        declared = [p for p in (helper.decl.type.args.params if helper.decl.type.args else []) if p.name]
        if len(declared) != len(arguments):
            raise AnalysisError(self.path, line, f"{name} takes {len(declared)} arguments, {len(arguments)} are given")
        return self.inline(name, helper, declared, arguments, line, wanted)

    def inline(self, name, helper, declared, arguments, line: int, wanted: bool) -> Expr:
        changed = self.changed_names(helper.body)
        simple = self.single_return(helper)
        entries: dict = {}
        for decl, argument in zip(declared, arguments, strict=True):
            if isinstance(decl.type, c_ast.PtrDecl | c_ast.ArrayDecl):
                place = self.pointer(argument)
                whole = not place.lead and place.offset == _ZERO
                rank = len(self.symbols.arrays[place.array][1])
                entries[decl.name] = Array(place.array, rank) if whole and decl.name not in changed else place
                if isinstance(entries[decl.name], Pointer):
                    own = self.symbols.fresh(f"{decl.name}_at", "int")
                    self.assign(own, place.offset, line)
                    entries[decl.name] = Pointer(place.array, place.lead, own)
                continue
            kind = kind_of_type(decl.type, self.path, line)
            value = self.converted(self.value(argument), kind)
            own = self.symbols.fresh(decl.name, kind)
            if simple is None:
                self.assign(own, value, line)
            entries[decl.name] = own
            if simple is not None:
                entries[decl.name + " "] = value
        with self.symbols.frame({key: entry for key, entry in entries.items() if not key.endswith(" ")}):
            if simple is not None:  # one expression: its arguments take the parameters' place
                values = {entries[key[:-1]].name: value for key, value in entries.items() if key.endswith(" ")}
                found = self.converted(self.value(simple), self.result_kind(helper, line) or "real")
                return rewrite(found, lambda part: values.get(part.name, part) if isinstance(part, Name) else part)
            kind = self.result_kind(helper, line)
            result = self.symbols.fresh(f"{name}_value", kind) if kind else None
            end = self.symbols.label(None)
            self.ends, self.calling = (*self.ends, (end, result)), (*self.calling, name)
            exits, continues, self.exits, self.continues = self.exits, self.continues, (), ()
            self.compound(helper.body)
            self.exits, self.continues = exits, continues
            self.ends, self.calling = self.ends[:-1], self.calling[:-1]
            self.emit(Label(end, line))
        if wanted and result is None:
            raise AnalysisError(self.path, line, f"{name} gives no value")
        return result if result is not None else _ZERO

    def single_return(self, helper):
        """The expression of a function that is one return of something without effects."""
        items = helper.body.block_items or []
        if len(items) != 1 or not isinstance(items[0], c_ast.Return) or items[0].expr is None:
            return None
        return items[0].expr if not self.has_effect(items[0].expr) else None

    def result_kind(self, helper, line: int) -> str | None:
        inner = helper.decl.type.type.type
        if isinstance(inner, c_ast.IdentifierType) and inner.names == ["void"]:
            return None
        return kind_of_type(helper.decl.type.type, self.path, line)


def _plus(offset: Expr, amount: Expr) -> Expr:
    if offset == _ZERO:
        return amount
    return offset if amount == _ZERO else Binary("+", offset, amount)


__all__ = ["INTRINSICS", "Cast", "Expressions"]
