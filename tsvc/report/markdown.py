"""REPORT.md, for a repository and for a CI job's summary."""

import re

from tsvc.report.resources import launches_section
from tsvc.report.section import Section, Table
from tsvc.report.tables import is_timed, machine_section, sections


def markdown(record: dict) -> str:
    """A run as Markdown; the same record gives the same text, byte for byte."""
    device = record["machine"].get("device", "an unknown device")
    parts = sections(record)
    order = [part for part in parts if part.title != "Loops"] + [part for part in parts if part.title == "Loops"]
    order += [part] if (part := launches_section(record)) else []
    text = markdown_text(f"TSVC kernels on {device}", [*order, machine_section(record)])
    if is_timed(record):
        text += "\nDevice time: median of CUDA-graph replays (`*`: an event pair, launch included). "
        text += "C: the fast build on one core. Launch: call and synchronise from Python. Times in microseconds.\n"
    return text


def markdown_text(title: str, parts: list[Section]) -> str:
    """Sections as Markdown under one title."""
    blocks = [f"# {title}"]
    for part in parts:
        blocks.append(f"## {part.title}")
        blocks += [escape(sentence) for sentence in part.sentences]
        blocks += [table_text(part.table)] if part.table else []
        blocks += [fenced(text) for text in part.quoted]
    return "\n\n".join(blocks) + "\n"


def table_text(table: Table) -> str:
    """A Markdown table; figures stand to the right."""
    marks = [":--" if k in table.left else "--:" for k in range(len(table.columns))]
    rows = [list(table.columns), marks, *([escape(cell) for cell in row] for row in table.rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def escape(text: str) -> str:
    """Text that Markdown would read as a table's border, HTML or emphasis, shown as it is."""
    return re.sub(r"([\\|<`*])", r"\\\1", " ".join(text.split()))


def fenced(text: str) -> str:
    """A block of text as it is, in a fence longer than any that it holds."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"
