"""Findings for a person: the source with markers, dependences, the parallel schedule, and what each finding says."""

from collections.abc import Iterable

from analyses.classification import word_of
from analyses.finding import Finding
from analyses.findings._render import words
from analyses.model import Model
from analyses.model.program import Assign, For, If, While, text
from tsvc.loops import Loop

#: Dependences listed at most.
LISTED = 24


def report(loop: Loop, findings: list[Finding], model: Model | None) -> str:
    """The whole text; model is None where the loop has no place in the model."""
    parts = [f"{loop.name}: {word_of(findings) or 'not classified'}", source(loop, findings)]
    if model is not None:
        parts += [
            section("taken for granted", model.assumptions),
            section("dependences", dependences(model)),
            section("parallel schedule", schedule(model, findings)),
        ]
    parts.append(section("findings", (sentence(finding) for finding in findings)))
    return "\n\n".join(part for part in parts if part) + "\n"


def section(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f"{title}\n{body}" if body else ""


def source(loop: Loop, findings: list[Finding]) -> str:
    """The function's lines, each with the kinds of what was found there."""
    marks: dict[int, dict[str, None]] = {}
    for finding in findings:
        marks.setdefault(finding.line, {})[finding.kind] = None
    lines = loop.path.read_text().splitlines()
    # The function's text begins with its helpers; the span on the file starts at its own line.
    last = max([*marks, loop.line])
    depth = 0
    for number in range(loop.line, len(lines) + 1):
        depth += lines[number - 1].count("{") - lines[number - 1].count("}")
        if depth == 0 and "}" in lines[number - 1]:
            last = max(number, loop.line)
            break
    width = max((len(line) for line in lines[loop.line - 1 : last]), default=0)
    shown = []
    for number in sorted({*range(loop.line, last + 1), *(line for line in marks if 0 < line < loop.line)}):
        kinds = ", ".join(kind for kind in sorted(marks.get(number, ())))
        sign = ">" if kinds else " "
        shown.append(f"{sign} {number:4} | {lines[number - 1]:{width}}  {kinds}".rstrip())
    return "\n".join(shown)


def dependences(model: Model) -> list[str]:
    """One line each; those through guards and exits are named so."""
    found = []
    for dep in model.dependences:
        through = " (a condition)" if model.arrays[dep.array].is_virtual else ""
        witness = dep.witness() or {}
        pair = f"{dep.source.name}{witness.get('source', '')} -> {dep.sink.name}{witness.get('sink', '')}"
        exact = "" if dep.exact else ", at most"
        found.append(f"{dep.kind} {words(dep)}{through}{exact}, e.g. {pair}".replace(", ]", "]"))
    rest = len(found) - LISTED
    return [*found[:LISTED], f"and {rest} more (see --json)"] if rest > 0 else found


def schedule(model: Model, findings: list[Finding]) -> list[str]:
    """The program with each loop's word beside it."""
    said = {f.claim["level"]: f for f in findings if f.kind == "classification" and "level" in f.claim}
    names = {id(statement.node): statement.name for statement in model.statements}

    def block(body, indent: int) -> list[str]:
        lines = []
        for node in body:
            name = names.get(id(node), "")
            head = "    " * indent + text(node)
            match node:
                case For(iterator=iterator, body=inner) | While(iterator=iterator, body=inner):
                    word = said[iterator].advice.removeprefix(f"Loop {iterator} is ") if iterator in said else ""
                    lines += [f"{head:48}  <- {word}" if word else head, *block(inner, indent + 1)]
                case If(then=then, orelse=orelse):
                    lines += [f"{head:48}  {name}".rstrip(), *block(then, indent + 1)]
                    if orelse:
                        lines += ["    " * indent + "else", *block(orelse, indent + 1)]
                case Assign():
                    lines.append(f"{head:48}  {name} line {node.line}")
                case _:
                    lines.append(head)
        return lines

    return block(model.program.body, 0)


def sentence(finding: Finding) -> str:
    return f"line {finding.line} {finding.kind} [{finding.level}]: {finding.advice}"
