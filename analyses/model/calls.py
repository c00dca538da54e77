"""Calls: known intrinsics stay, helpers of the file are inlined."""

from pycparser import c_ast

from analyses.errors import AnalysisError
from analyses.model.lowering import Lowering
from analyses.model.program import (
    Call,
    Expr,
    Label,
    Name,
    Number,
    rewrite,
)
from analyses.model.symbols import Array, Entry, Pointer, kind_of_type

_NAMES = ("abs", "sin", "cos", "sqrt", "exp", "log", "tan", "floor")
INTRINSICS = (
    {f"real_{name}": name for name in _NAMES}
    | {f"f{name}" if name == "abs" else name: name for name in _NAMES}
    | {f"{'f' if name == 'abs' else ''}{name}f": name for name in _NAMES}
)
_ZERO = Number(0)


class Calls(Lowering):
    """The part of the lowering that looks at function calls."""

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
        entries: dict[str, Entry] = {}
        values: dict[str, Expr] = {}  # of the parameters of a one-expression function, by their scalars' names
        for decl, argument in zip(declared, arguments, strict=True):
            if isinstance(decl.type, c_ast.PtrDecl | c_ast.ArrayDecl):
                place = self.pointer(argument)
                whole = not place.lead and place.offset == _ZERO
                rank = len(self.symbols.arrays[place.array][1])
                if whole and decl.name not in changed:
                    entries[decl.name] = Array(place.array, rank)
                else:
                    own = self.symbols.fresh(f"{decl.name}_at", "int")
                    self.assign(own, place.offset, line)
                    entries[decl.name] = Pointer(place.array, place.lead, own)
                continue
            kind = kind_of_type(decl.type, self.path, line)
            value = self.converted(self.value(argument), kind)
            own = self.symbols.fresh(decl.name, kind)
            if simple is None:
                self.assign(own, value, line)
            entries[decl.name], values[own.name] = own, value
        with self.symbols.frame(entries):
            if simple is not None:  # one expression: its arguments take the parameters' place
                found = self.converted(self.value(simple), self.result_kind(helper, line) or "real")
                return rewrite(found, lambda part: values.get(part.name, part) if isinstance(part, Name) else part)
            gives = self.result_kind(helper, line)
            result = self.symbols.fresh(f"{name}_value", gives) if gives else None
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
