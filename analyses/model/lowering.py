"""The common ground of the lowering's parts: its state, and what one part asks of another."""

from collections.abc import Callable
from pathlib import Path

from pycparser import c_ast

from analyses.model.program import (
    Block,
    Cast,
    Element,
    Expr,
    Name,
    Number,
    Stmt,
    kind_of,
)
from analyses.model.symbols import Pointer, Symbols


class Lowering:
    """What the parts of the lowering share; normal.py puts them together."""

    symbols: Symbols
    path: Path
    helpers: dict[str, c_ast.FuncDef]
    out: list[Stmt]
    pending: list[Stmt]  # what i++ does once the full expression is evaluated
    calling: tuple[str, ...]
    ends: tuple[tuple[str, Name | None], ...]
    exits: tuple[str | None, ...]
    continues: tuple[str, ...]

    def emit(self, node: Stmt) -> None:
        raise NotImplementedError

    def assign(self, target: Name | Element, value: Expr, line: int) -> None:
        raise NotImplementedError

    def compound(self, node) -> None:
        raise NotImplementedError

    def statement(self, node) -> None:
        raise NotImplementedError

    def collect(self, work: Callable[[], None]) -> Block:
        raise NotImplementedError

    def changed_names(self, node) -> set[str]:
        raise NotImplementedError

    def stored(self, node) -> set[str]:
        raise NotImplementedError

    def has_effect(self, node) -> bool:
        raise NotImplementedError

    def value(self, node) -> Expr:
        raise NotImplementedError

    def step_value(self, node: c_ast.UnaryOp) -> Expr:
        raise NotImplementedError

    def find_pointer(self, node) -> Pointer | None:
        raise NotImplementedError

    def pointer(self, node) -> Pointer:
        raise NotImplementedError

    def converted(self, value: Expr, kind: str) -> Expr:
        if isinstance(value, Number) and kind == "real":
            return Number(float(value.value), "real")
        return value if kind_of(value) == kind else Cast(kind, value)
