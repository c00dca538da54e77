"""Reports for terminals and logs: at most 80 columns, no colour."""

import textwrap

from tsvc.report.section import Section, Table
from tsvc.report.tables import sections

WIDTH = 80


def summary_lines(record: dict) -> list[str]:
    """The closing tables of a run."""
    return text_lines(sections(record))


def text_lines(parts: list[Section]) -> list[str]:
    """Sections as lines without trailing blanks, one empty line between them."""
    lines: list[str] = []
    for part in parts:
        lines += ["", f"{part.title}:"] if lines else [f"{part.title}:"]
        for sentence in part.sentences:
            lines += textwrap.wrap(sentence, WIDTH, subsequent_indent="  ")
        lines += _table_lines(part.table) if part.table else []
        for text in part.quoted:
            lines += ["", *(line.rstrip() for line in text.splitlines())]
    return lines


def _table_lines(table: Table) -> list[str]:
    """Padded columns; a last column of words that would run over the edge is wrapped under itself."""
    columns = list(table.columns)
    widths = [max(len(row[k]) for row in [columns, *table.rows]) for k in range(len(columns))]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if len(columns) - 1 in table.left:
        widths[-1] = min(widths[-1], max(WIDTH - before, 10))

    def lines(row: list[str]) -> list[str]:
        cells = [
            cell.ljust(width) if k in table.left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        last = textwrap.wrap(row[-1], widths[-1]) if len(row[-1]) > widths[-1] else [cells[-1]]
        first = "  ".join([*cells[:-1], last[0]]).rstrip()
        return [first, *(" " * before + rest for rest in last[1:])]

    rule = ["-" * width for width in widths]
    return [line for row in [columns, rule, *table.rows] for line in lines(row)]
