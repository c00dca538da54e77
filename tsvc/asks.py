"""Whether a kernel's text asks on what kind of device it runs, in a way that the interpreter cannot answer otherwise.

tsvc.whereabouts answers `is_cuda` and what torch.cuda and Triton's driver tell of a GPU. A device's type and number,
and the device as text, say what is true, and so does what a launch returns, which is something on a GPU alone: without
one such a kernel may do here what it does nowhere else.
"""

import ast
from collections.abc import Iterator
from itertools import chain

from tsvc.named import nodes_of
from tsvc.pdl import is_jitted

#: What a kernel is when it is compiled, by Triton's name, and what its Python may have to do with it besides.
_COMPILED = "JITFunction"
_OF_KERNELS = {"run", "warmup", "configs", "best_config"}
#: Builtins that tell what a kernel is.
_QUESTIONS = {
    "type",
    "isinstance",
    "issubclass",
    "hasattr",
    "getattr",
    "dir",
    "vars",
    "str",
    "repr",
    "format",
    "callable",
}
#: Kinds of devices by torch's names.
_KINDS = {"cuda", "cpu", "hip", "cuda:0"}


def first_question(text: str) -> str | None:
    """The first such question in words, None for none; what only raises when it is answered otherwise is none."""
    nodes = nodes_of(text)
    kernels = {node.name for node in nodes if isinstance(node, ast.FunctionDef) and is_jitted(node)}
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    left_alone = {id(inner) for node in nodes if _only_refuses(node) for inner in ast.walk(_condition(node))}
    for node in nodes:
        questions = chain(_asked(node, kernels), _returned(node, kernels, read))
        if id(node) not in left_alone and (asked := next(questions, None)):
            line = getattr(node, "lineno", 0)
            return f"line {line} asks for {asked}: without a GPU this does not show what it does on one"
    return None


def _only_refuses(node: ast.AST) -> bool:
    is_raise = isinstance(node, ast.If) and all(isinstance(each, ast.Raise) for each in node.body) and not node.orelse
    return is_raise or isinstance(node, ast.Assert | ast.Raise)


def _condition(node: ast.AST) -> ast.AST:
    return node.test if isinstance(node, ast.If) else node


def _asked(node: ast.AST, kernels: set[str]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=question), args=[ast.Name(id=name), *_]) if name in kernels:
            if question in _QUESTIONS:
                yield ast.unparse(node)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in kernels and attribute not in _OF_KERNELS:
            yield ast.unparse(node)
        case ast.Attribute(attr="type" | "index", value=of) if _is_device(of):
            yield ast.unparse(node)
        case ast.Call(func=ast.Name(id="str" | "repr" | "format" | "hash"), args=[of, *_]) if _is_device(of):
            yield ast.unparse(node)
        case ast.FormattedValue(value=of) if _is_device(of):
            yield ast.unparse(of)
        case ast.Compare(left=left, comparators=others) if any(map(_names_kind, [left, *others])):
            yield ast.unparse(node)
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith"), args=args) if any(map(_names_kind, args)):
            yield ast.unparse(node)
        case ast.Dict(keys=keys) if any(key is not None and _names_kind(key) for key in keys):
            yield ast.unparse(node)
        case ast.MatchValue(value=value) if _names_kind(value):
            yield ast.unparse(value)
        case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name) if name == _COMPILED:
            yield name
        case ast.Constant(value=str() as text) if _COMPILED in text:
            yield repr(text)


def _returned(node: ast.AST, kernels: set[str], read: set[str]) -> Iterator[str]:
    """A launch whose value a node does something with. read: names that are read somewhere."""
    match node:
        case ast.Expr() | ast.Return() | ast.Lambda():
            return
        case ast.Assign(targets=[ast.Name(id=name)]) if name not in read:
            return
    for each in ast.iter_child_nodes(node):
        match each:
            case ast.Call(func=ast.Subscript(value=ast.Name(id=name))) if name in kernels:
                yield f"what {name} returns when it is launched"


def _is_device(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return "device" in name.lower()
    return False


def _names_kind(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Constant) and each.value in _KINDS for each in ast.walk(node))
