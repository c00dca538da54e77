"""Launches that may begin before the one that comes before them has ended, and kernels that do not wait for it.

A launch with launch_pdl=True runs beside the launch before it until its kernel calls tl.extra.cuda.gdc_wait. The
interpreter runs one launch after another and cannot show it, so the text is read: a kernel that never waits races, and
so does one that stores before it waits. Loads before the wait are not judged: they may be of what nobody writes.
"""

import ast
from collections.abc import Iterable, Iterator

_OPTION, _WAIT = "launch_pdl", "gdc_wait"


def first_race(text: str) -> str | None:
    """The first launch of a kernel that does not wait as it should, in words; None for none, and for no Python."""
    if _OPTION not in text:
        return None
    try:
        return _File(ast.parse(text)).first_race()
    except (SyntaxError, ValueError, RecursionError):
        return None


class _File:
    def __init__(self, tree: ast.Module):
        self.tree = tree
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.kernels = {name: node for name, node in self.functions.items() if is_jitted(node)}
        self.values: dict[str, list[ast.AST]] = {}
        for node in ast.walk(tree):
            for name, value in _given(node):
                self.values.setdefault(name, []).append(value)

    def first_race(self) -> str | None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self._may_overlap(node):
                for name in self._launched(node.func):
                    if found := self._race_of(name):
                        return (
                            f"line {node.lineno}: {_OPTION} lets {name} begin before the launch before it ends: {found}"
                        )
        return None

    def _may_overlap(self, call: ast.Call) -> bool:
        for keyword in call.keywords:
            if keyword.arg == _OPTION and not _is_off(keyword.value):
                return isinstance(call.func, ast.Subscript | ast.Name | ast.Attribute) and self._is_launch(call.func)
            if keyword.arg is None and self._sets_option(keyword.value):
                return self._is_launch(call.func)
        return False

    def _is_launch(self, function: ast.expr) -> bool:
        """Whether something is launched: a kernel with a grid, by name or in place."""
        if isinstance(function, ast.Name):
            return any(isinstance(value, ast.Subscript) for value in self.values.get(function.id, []))
        is_run = isinstance(function, ast.Attribute) and function.attr == "run"
        return isinstance(function, ast.Subscript) or is_run

    def _sets_option(self, options: ast.expr) -> bool:
        for node in self._behind(options):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                if any(isinstance(k, ast.Constant) and k.value == _OPTION and not _is_off(v) for k, v in pairs):
                    return True
            elif isinstance(node, ast.keyword) and node.arg == _OPTION and not _is_off(node.value):
                return True
        return False

    def _launched(self, function: ast.expr) -> list[str]:
        """The kernels that a launch may be of; where they cannot be told, one that never waits if none does."""
        if isinstance(function, ast.Subscript | ast.Attribute):
            function = function.value
        names = [node.id for node in self._behind(function) if isinstance(node, ast.Name) and node.id in self.kernels]
        if names:
            return list(dict.fromkeys(names))
        return [] if any(_calls(node, _WAIT) for node in self.kernels.values()) else list(self.kernels)[:1]

    def _behind(self, expression: ast.AST) -> Iterator[ast.AST]:
        """The nodes of an expression, of what its names were given, and of the functions that it calls."""
        todo, seen = [expression], set()
        while todo:
            for node in ast.walk(todo.pop()):
                yield node
                if isinstance(node, ast.Name) and node.id not in seen:
                    seen.add(node.id)
                    todo += self.values.get(node.id, [])
                    if node.id in self.functions and node.id not in self.kernels:
                        todo += [part for part in ast.walk(self.functions[node.id]) if isinstance(part, ast.Return)]

    def _race_of(self, kernel: str) -> str | None:
        if not self._waits(kernel, set()):
            return f"it never calls tl.extra.cuda.{_WAIT}"
        line = _Steps(self, kernel).early
        return f"it stores, in line {line}, before it calls tl.extra.cuda.{_WAIT}" if line else None

    def _waits(self, kernel: str, seen: set[str]) -> bool:
        seen.add(kernel)
        node = self.kernels[kernel]
        return _calls(node, _WAIT) or any(
            _calls(node, other) and self._waits(other, seen) for other in self.kernels.keys() - seen
        )


class _Steps:
    """Follows a kernel, and what it calls, in the order of the text, up to the first wait on each way.

    early: the line of a store that a wait follows, or 0.
    """

    def __init__(self, file: _File, kernel: str):
        self.file, self.early = file, 0
        self.inside = {kernel}
        self._block(file.kernels[kernel].body, 0)

    def _block(self, statements: Iterable[ast.stmt], stored: int) -> tuple[int, bool]:
        """(line of the first store, whether a wait was met) after statements; stored: that line before them, or 0."""
        for statement in statements:
            heads = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.expr)]
            stored, is_over = self._calls(heads, stored)
            ways = [self._block(block, stored) for block in _blocks(statement)] if not is_over else []
            if is_over or any(waited for _, waited in ways):
                return stored, True
            stored = next((line for line, _ in ways if line), stored)
        return stored, False

    def _calls(self, expressions: Iterable[ast.expr], stored: int) -> tuple[int, bool]:
        calls = [node for one in expressions for node in ast.walk(one) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0)):
            name = _name_of(call.func)
            if name == _WAIT:
                self.early = self.early or stored
                return stored, True
            if name == "store" or name.startswith("atomic_"):
                stored = stored or call.lineno
            elif name in self.file.kernels and name not in self.inside:
                self.inside.add(name)
                stored, is_over = self._block(self.file.kernels[name].body, stored)
                self.inside.remove(name)
                if is_over:
                    return stored, True
        return stored, False


def _given(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(name, what is put into it) of assignments, also to items, and of calls of a container's methods."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        targets = [node.target]
    elif isinstance(node, ast.Call):
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr="update"):
                yield from ((name, part) for part in (*node.args, *node.keywords))
    for target in targets:
        value = node.value  # type: ignore[attr-defined]
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            yield target.value.id, ast.Dict([target.slice], [value])
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id, value


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    found = [getattr(statement, name, None) for name in ("body", "orelse", "finalbody")]
    return [block for block in found if isinstance(block, list) and block]


def is_jitted(function: ast.FunctionDef) -> bool:
    names = {_name_of(node.func if isinstance(node, ast.Call) else node) for node in function.decorator_list}
    return "jit" in names


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _calls(function: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Call) and _name_of(node.func) == name for node in ast.walk(function))


def _name_of(function: ast.expr) -> str:
    """The last name of a function's expression, "" where it has none."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
