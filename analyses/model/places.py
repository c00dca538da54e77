"""Array elements and pointers: every pointer is an array, leading subscripts, and an offset in an int scalar."""

from pycparser import c_ast

from analyses.errors import Unsupported
from analyses.model.lowering import Lowering
from analyses.model.program import (
    Binary,
    Element,
    Expr,
    Name,
    Number,
    kind_of,
    walk,
)
from analyses.model.symbols import Array, Pointer

_ZERO = Number(0)


class Places(Lowering):
    """The part of the lowering that looks at places in arrays."""

    def element(self, node) -> Element:
        line = node.coord.line
        if isinstance(node, c_ast.UnaryOp):
            place = self.pointer(node.expr)
            subscripts: list[Expr] = [*place.lead, place.offset]
        else:
            parts: list = []
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

    def pointer(self, node) -> Pointer:
        """Where a pointer expression points."""
        place = self.find_pointer(node)
        if place is None:
            undeclared = isinstance(node, c_ast.ID) and self.symbols.lookup(node.name) is None
            problem = (
                f"{node.name} is no parameter or local variable"
                if undeclared
                else "this pointer's array cannot be told"
            )
            raise Unsupported(self.path, node.coord.line, problem)
        return place

    def find_pointer(self, node) -> Pointer | None:
        """Where a pointer expression points, None if it is no pointer."""
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
                    place = self.find_pointer(base)
                    if place and not self.find_pointer(amount):
                        offset = self.value(amount)
                        moved = _plus(place.offset, offset) if node.op == "+" else Binary("-", place.offset, offset)
                        return Pointer(place.array, place.lead, moved)
            case c_ast.UnaryOp(op="&", expr=c_ast.ArrayRef() | c_ast.UnaryOp(op="*")):
                inner = self.element(node.expr)
                return Pointer(inner.array, inner.subscripts[:-1], inner.subscripts[-1])
            case c_ast.UnaryOp(op="++" | "--" | "p++" | "p--"):
                place = self.find_pointer(node.expr)
                if place:
                    return Pointer(place.array, place.lead, self.step_value(node))
            case c_ast.Cast():
                return self.find_pointer(node.expr)
            case c_ast.ArrayRef():  # a row
                parts: list = []
                base = node
                while isinstance(base, c_ast.ArrayRef):
                    parts.insert(0, base.subscript)
                    base = base.name
                place = self.find_pointer(base)
                if place and len(place.lead) + len(parts) < len(self.symbols.arrays[place.array][1]):
                    first, *rest = (self.value(part) for part in parts)
                    return Pointer(place.array, (*place.lead, _plus(place.offset, first), *rest), _ZERO)
        return None

    def set_pointer(self, name: str, place: Pointer, line: int, fresh: bool = False) -> None:
        """Point a C pointer elsewhere; its offset lives in an int scalar of its own."""
        old = None if fresh else self.symbols.lookup(name)
        lead = tuple(self.frozen(part, f"{name}_row", line) for part in place.lead)
        if len(self.symbols.arrays[place.array][1]) > 1:
            self.symbols.assume(f"line {line}: {name} stays within its row")
        kept = old.offset if isinstance(old, Pointer) else None
        own = kept if isinstance(kept, Name) else self.symbols.fresh(f"{name}_at", "int")
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


def _plus(offset: Expr, amount: Expr) -> Expr:
    if offset == _ZERO:
        return amount
    return offset if amount == _ZERO else Binary("+", offset, amount)
