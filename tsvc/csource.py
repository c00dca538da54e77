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
    "float fabsf(float); float sinf(float); float cosf(float); float sqrtf(float); float expf(float);\n"
)
_PRELUDE_NAMES = frozenset(re.findall(r"(\w+)\(", _PRELUDE))


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

    text: the function's source, its helpers before it, comments kept.
    node: the pycparser definition; helpers: the static functions of the file that it calls, by name.
    """

    name: str
    path: Path
    line: int
    text: str
    category: str
    annotation: Annotation
    node: c_ast.FuncDef
    helpers: dict[str, c_ast.FuncDef]


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
    try:
        tree = c_parser.CParser().parse(_PRELUDE + "#line 1\n" + plain, str(path))
    except c_parser.ParseError as error:
        raise SourceError(f"C syntax error: {error}") from None
    definitions = [node for node in tree.ext if isinstance(node, c_ast.FuncDef)]
    static = {node.decl.name: node for node in definitions if "static" in node.decl.storage}
    lines = text.splitlines()
    category = re.match(r"\s*/\*\s*category:\s*(.*?)\s*\*/", text, re.DOTALL)
    found = []
    for node in definitions:
        if node.decl.name in static:
            continue
        line = node.decl.coord.line
        helpers = _called(node, static)
        blocks = [_text_of(helper, lines) for helper in helpers.values()] + [_text_of(node, lines)]
        found.append(
            CFunction(
                node.decl.name,
                path,
                line,
                "\n\n".join(blocks) + "\n",
                category[1] if category else path.stem.replace("_", " "),
                _annotation(text, comments, lines, line, path),
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
    return re.sub(r"^[ \t]*#[^\n]*", "", text, flags=re.MULTILINE)


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


def _text_of(node: c_ast.FuncDef, lines: list[str]) -> str:
    start = node.decl.coord.line
    depth, opened = 0, False
    for end in range(start, len(lines) + 1):
        bare = re.sub(r"/\*.*?\*/|//.*", "", lines[end - 1])
        depth += bare.count("{") - bare.count("}")
        opened = opened or "{" in bare
        if opened and depth == 0:
            break
    return "\n".join(lines[start - 1 : end])


def _annotation(text: str, comments, lines: list[str], line: int, path: Path) -> Annotation:
    start = sum(len(one) + 1 for one in lines[: line - 1])
    before = [c for c in comments if c.end() <= start and not text[c.end() : start].strip()]
    if not before:
        return Annotation()
    at = text.count("\n", 0, before[-1].start()) + 1
    requires: list[str] = []
    permutation: set[str] = set()
    params: dict[str, tuple[str, str, str]] = {}
    index: dict[str, tuple[str, str]] = {}
    data: dict[str, tuple[str, str]] = {}
    init: dict[str, str] = {}
    body = re.sub(r"^/\*|\*/$|^//", "", before[-1][0], flags=re.MULTILINE)
    for offset, raw in enumerate(body.splitlines()):
        entry = re.sub(r"^\s*\*?\s*", "", raw).strip()
        where = f"{path}:{at + offset}"
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
