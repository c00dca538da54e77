"""The C front end: one parse of a C file, shared by the loop model and the analyses.

A file holds one C function a loop, `static` helper functions beside them, and in the comment directly before a
loop the few facts that the C text cannot tell (see `Annotation`).
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pycparser import c_ast, c_generator, c_parser

_PRELUDE = (
    "typedef float real; real real_abs(real); real real_sin(real); real real_cos(real);"
    "float fabsf(float); float sinf(float); float cosf(float); float sqrtf(float); float expf(float);"
    "typedef unsigned long size_t; typedef long ptrdiff_t; typedef _Bool bool; typedef int int32_t;"
    "typedef long int64_t; typedef unsigned uint32_t; typedef unsigned long uint64_t;\n"
)


class SourceError(Exception):
    """A C file cannot be understood; the message names the file, the line and what to write instead."""


@dataclass(frozen=True)
class Annotation:
    """What stands in the comment before a loop; every expression is Python text over n, m and the parameters.

    requires: conditions for a legal call.
    params: name -> (default, low, high).
    index: int array -> (low, high) of its legal elements; permutation: those without duplicates.
    data: real array -> (low, high) of well-scaled data.
    init: array -> TSVC's own data as a function of k (innermost index) and r (row).
    """

    requires: tuple[str, ...] = ()
    params: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    index: dict[str, tuple[str, str]] = field(default_factory=dict)
    permutation: frozenset[str] = frozenset()
    data: dict[str, tuple[str, str]] = field(default_factory=dict)
    init: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CFunction:
    """One loop's function as it stands in its file.

    parts: (line of the file, source) of its helpers and then of itself, comments kept.
    node: the pycparser definition; helpers: the static functions of the file that it calls, by name.
    """

    name: str
    path: Path
    line: int
    parts: tuple[tuple[int, str], ...]
    category: str
    annotation: Annotation
    node: c_ast.FuncDef
    helpers: dict[str, c_ast.FuncDef]

    @property
    def text(self) -> str:
        """The function's source, its helpers before it."""
        return "\n\n".join(source for _, source in self.parts) + "\n"


@lru_cache
def parse_file(path: Path) -> tuple[CFunction, ...]:
    """The loops of a C file in order.

    Raises SourceError: unreadable file, syntax error, unsupported preprocessor directive, broken annotation.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from None
    comments = list(re.finditer(r"/\*.*?\*/|//[^\n]*", text, re.DOTALL))
    plain = _blank_directives(_blank(text, comments), path)
    parser = c_parser.CParser()
    try:
        tree = parser.parse(_PRELUDE + "#line 1\n" + plain, str(path))
    except c_parser.ParseError as error:
        raise SourceError(f"C syntax error: {_located(str(error), path, parser)}") from None
    definitions = [node for node in tree.ext if isinstance(node, c_ast.FuncDef)]
    static = {node.decl.name: node for node in definitions if "static" in node.decl.storage}
    spans = {node.decl.name: _span(node, plain) for node in definitions}
    category = re.match(r"\s*/\*\s*category:\s*(.*?)\s*\*/", text, re.DOTALL)
    found = []
    for node in definitions:
        if node.decl.name in static:
            continue
        helpers = _called(node, static)
        blocks = [spans[name] for name in (*helpers, node.decl.name)]
        found.append(
            CFunction(
                node.decl.name,
                path,
                node.decl.coord.line,
                tuple((text.count("\n", 0, start) + 1, text[start:end]) for start, end in blocks),
                category[1] if category else path.stem.replace("_", " "),
                _annotation(text, _comments_before(spans[node.decl.name][0], text, comments), path),
                node,
                helpers,
            )
        )
    return tuple(found)


def render(node: c_ast.Node) -> str:
    """C text of a syntax tree on one line."""
    return " ".join(c_generator.CGenerator().visit(node).split())


def walk(node: c_ast.Node):
    """The node and all nodes below it, in program order."""
    yield node
    for _, child in node.children():
        yield from walk(child)


def _located(message: str, path: Path, parser: c_parser.CParser) -> str:
    """A parser's message with the line it stopped at, which pycparser leaves out for some errors."""
    line = getattr(parser.clex, "_lineno", None)
    if line is None or re.match(rf"{re.escape(str(path))}:\d", message):
        return message
    return message.replace(f"{path}:", f"{path}:{line}:", 1)


def _blank(text: str, spans) -> str:
    for span in spans:
        text = text[: span.start()] + re.sub(r"[^\n]", " ", span[0]) + text[span.end() :]
    return text


def _blank_directives(text: str, path: Path) -> str:
    for directive in re.finditer(r"^[ \t]*#[ \t]*(\w+)[^\n]*", text, re.MULTILINE):
        if directive[1] not in ("include", "pragma"):
            line = text.count("\n", 0, directive.start()) + 1
            raise SourceError(
                f"{path}:{line}: #{directive[1]} is not supported in a file of loops: "
                "write constants as literals and helpers as static functions"
            )
    return re.sub(r"^[ \t]*#[^\n]*", lambda directive: " " * len(directive[0]), text, flags=re.MULTILINE)


def _called(node: c_ast.FuncDef, static: dict[str, c_ast.FuncDef]) -> dict[str, c_ast.FuncDef]:
    """The static functions that a function calls, callees before callers."""
    found: dict[str, c_ast.FuncDef] = {}
    for part in walk(node.body):
        if isinstance(part, c_ast.FuncCall) and isinstance(part.name, c_ast.ID):
            helper = static.get(part.name.name)
            if helper is not None and helper is not node and part.name.name not in found:
                found.update(_called(helper, {k: v for k, v in static.items() if v is not helper}))
                found[part.name.name] = helper
    return found


def _span(node: c_ast.FuncDef, plain: str) -> tuple[int, int]:
    """(start, end) of a definition in its file, from its first word, whatever line that is on, to its last brace."""
    line_start = sum(len(line) for line in plain.splitlines(keepends=True)[: node.decl.coord.line - 1])
    named = re.compile(rf"\b{node.decl.name}\b").search(plain, line_start)
    name_at = named.start() if named else line_start
    previous = max(plain.rfind(";", 0, name_at), plain.rfind("}", 0, name_at)) + 1
    start = previous + len(plain[previous:]) - len(plain[previous:].lstrip())
    depth = 0
    for brace in re.compile(r"[{}]").finditer(plain, name_at):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return start, brace.end()
    return start, len(plain)


def _comments_before(start: int, text: str, comments: list[re.Match]) -> list[re.Match]:
    """The comment before a function and those on the lines directly above it, in order."""
    found: list[re.Match] = []
    for comment in reversed(comments):
        between = text[comment.end() : start] if comment.end() <= start else "later"
        if not between.strip() and (not found or between.count("\n") < 2):
            found.insert(0, comment)
            start = comment.start()
        elif found:
            break
    return found


def _annotation(text: str, comments: list[re.Match], path: Path) -> Annotation:
    requires: list[str] = []
    permutation: set[str] = set()
    params: dict[str, tuple[str, str, str]] = {}
    index: dict[str, tuple[str, str]] = {}
    data: dict[str, tuple[str, str]] = {}
    init: dict[str, str] = {}
    for where, entry in _entries(text, comments, path):
        key, _, rest = entry.partition(" ")
        if key == "requires":
            requires.append(_python(rest, where))
        elif key == "param":
            name, default, low, high = _fields(r"(\w+)\s*=\s*(.+?)\s+in\s+(.+?)\s*\.\.\s*(.+)", entry, where)
            params[name] = (default, low, high)
        elif key in ("index", "data"):
            name, low, high = _fields(r"(\w+)\s+in\s+(.+?)\s*\.\.\s*(.+?)(?:\s+permutation)?", entry, where)
            (index if key == "index" else data)[name] = (low, high)
            if rest.endswith("permutation"):
                permutation.add(name)
        elif key == "init":
            name, value = _fields(r"(\w+)\s*=\s*(.+)", entry, where)
            init[name] = value
    return Annotation(tuple(requires), params, index, frozenset(permutation), data, init)


def _entries(text: str, comments: list[re.Match], path: Path):
    """(file:line, text) for every line of the comments, their marks taken off."""
    for comment in comments:
        first = text.count("\n", 0, comment.start()) + 1
        body = re.sub(r"^/\*|\*/$|^//", "", comment[0])
        for line, raw in enumerate(body.splitlines(), start=first):
            yield f"{path}:{line}", re.sub(r"^\s*\*?\s*", "", raw).strip()


def _fields(pattern: str, entry: str, where: str) -> list[str]:
    key, _, rest = entry.partition(" ")
    match = re.fullmatch(pattern, rest.strip())
    if not match:
        raise SourceError(f"{where}: cannot read the annotation {entry!r}; see docs/adding-a-loop.md for `{key}`")
    return [match[1], *(_python(group, where) for group in match.groups()[1:])]


def _python(text: str, where: str) -> str:
    try:
        compile(text.strip(), where, "eval")
    except SyntaxError:
        raise SourceError(f"{where}: {text!r} is not a Python expression") from None
    return text.strip()
