"""Dropping what induction substitution leaves behind: integer scalars that nobody reads."""

from dataclasses import replace

from analyses.model.program import Assign, Block, Element, For, If, Name, Program, While, walk


def without_unread(body: Block, program: Program) -> Block:
    """Drop assignments of integer scalars that no kept expression reads (and that are dead behind)."""

    def dead(node) -> bool:
        is_scalar = isinstance(node, Assign) and isinstance(node.target, Name) and node.target.kind == "int"
        return is_scalar and node.target.name in program.local and node.target.name not in needed

    needed: set[str] = set()
    while True:
        reads = {
            part.name
            for node in walk(body)
            if isinstance(node, Assign | If | For | While) and not dead(node)
            for part in _read_by(node)
            if isinstance(part, Name) and part.name in program.scalars
        }
        if reads <= needed:
            break
        needed |= reads

    def drop(block: Block) -> Block:
        kept: list = []
        for node in block:
            if dead(node):
                continue
            match node:
                case If(condition, then, orelse, line):
                    node = If(condition, drop(then), drop(orelse), line)
                    if not node.then and not node.orelse:
                        continue
                case For() | While():
                    node = replace(node, body=drop(node.body))
                    if not node.body and isinstance(node, For):
                        continue
            kept.append(node)
        return tuple(kept)

    return drop(body)


def _read_by(node):
    """The expressions' nodes that a statement itself evaluates."""
    match node:
        case Assign(target, value):
            yield from walk(value)
            if isinstance(target, Element):
                yield from walk(target.subscripts)
        case If(condition) | While(_, condition):
            yield from walk(condition)
        case For(_, lower, upper):
            yield from walk(lower)
            yield from walk(upper)
