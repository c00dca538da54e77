"""The parts that every report is made of."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Cells as text; `left` are the columns that stand left-aligned, the others are figures."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    left: Set[int] = frozenset({0})


@dataclass(frozen=True)
class Section:
    """A heading, sentences, a table, and texts that are quoted as they are."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    quoted: tuple[str, ...] = ()
