"""What a kernel's Python uses that no kernel needs: clocks, the environment, frames, files, memory by address.

With these a file can tell the judge's calls from others. Its text is read, never run: what runs when it is imported,
and each function and class that is reachable by name from there or from the loop's function. What is merely imported,
what stands in a function that nobody calls, or under `if __name__ == "__main__"`, is left alone.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

#: Modules whose use tells nothing; of `sys` a few names.
_HARMLESS_WORDS = (
    "__future__ abc array bisect cmath collections contextlib copy dataclasses decimal enum fractions functools heapq "
    "itertools json logging math numbers numpy operator re string struct sys textwrap torch triton types typing "
    "typing_extensions warnings"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
_OF_SYS = frozenset(("stdout", "stderr", "version", "version_info", "hexversion", "maxsize", "float_info", "platform"))
#: What a module of the standard library is for, where the message can say more than its name.
_KINDS = {
    "a clock": "time datetime timeit calendar sched",
    "the environment": "os posix platform socket pathlib tempfile shutil glob io sys sysconfig site resource psutil",
    "frames and what else runs": "inspect gc traceback tracemalloc linecache weakref faulthandler dis atexit",
    "processes and threads": "subprocess multiprocessing threading _thread concurrent asyncio signal queue select",
    "the host's random numbers": "random secrets uuid",
    "memory by address": "ctypes _ctypes cffi mmap",
    "code that is not in its text": "importlib runpy pkgutil builtins code codeop marshal pickle imp",
    "the judge's own code": "tsvc clib generators analyses tests conftest pytest _pytest hypothesis",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
#: Attributes of anything that lead out of a kernel.
_ATTRIBUTES = {
    "frames and what else runs": "_getframe _current_frames f_back f_globals f_locals f_builtins f_code tb_frame "
    "tb_next gi_frame cr_frame ag_frame findCaller __traceback__ __globals__ __closure__ __code__ __subclasses__ "
    "__bases__ __base__ __mro__ __builtins__ cell_contents",
    "memory by address": "untyped_storage typed_storage as_strided as_strided_ from_address from_buffer "
    "string_at frombuffer from_blob __array_interface__ __cuda_array_interface__ from_dlpack __dlpack__",
    "a clock": "elapsed_time do_bench do_bench_cudagraph perf_counter perf_counter_ns clock64 globaltimer",
    "files": "fromfile tofile memmap open_memmap loadtxt savetxt genfromtxt load_inline load_library",
    "whether it is timed": "is_current_stream_capturing",
    "what was done to a tensor before": "_version _cdata _base _is_view",
    "who runs it": "InterpretedFunction GridExecutor InterpreterError",
    "code that is not in its text": "__import__ __loader__ __spec__ import_module",
    "its names by text": "__getattribute__",
}
_ATTRIBUTE_OF = {name: kind for kind, names in _ATTRIBUTES.items() for name in names.split()}
_BUILTINS = {
    "open": "files",
    "input": "the environment",
    "breakpoint": "code that is not in its text",
    "exec": "code that is not in its text",
    "eval": "code that is not in its text",
    "compile": "code that is not in its text",
    "__import__": "code that is not in its text",
    "__builtins__": "code that is not in its text",
    "__loader__": "code that is not in its text",
    "__spec__": "code that is not in its text",
    "__file__": "the environment",
    "hash": "the host's random numbers",
    "id": "memory by address",
    "globals": "its names by text",
    "vars": "its names by text",
}
#: Parts of torch, triton and numpy that are of one kind with the above.
_SUBMODULES = {
    "cpp_extension": "code that is not in its text",
    "hub": "files",
    "profiler": "a clock",
    "knobs": "the environment",
    "interpreter": "the environment",
    "__dict__": "its names by text",
    "_C": "the insides of torch and triton",
    "distributed": "processes and threads",
    "datetime64": "a clock",
    "from_file": "files",
    "get_num_threads": "the environment",
    "get_num_interop_threads": "the environment",
    "__config__": "the environment",
}
#: Random numbers of torch: their seed differs from run to run. Triton's have a seed of the kernel's own.
_RANDOM_WORDS = (
    "seed initial_seed rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial normal "
    "poisson Generator default_generator get_rng_state"
)
_RANDOM = frozenset(_RANDOM_WORDS.split())
#: Modules whose names torch and numpy have for functions, or for harmless modules, of their own.
_FUNCTIONS = frozenset(["code", "io", "queue", "select", "signal", "sys"])
_COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.TryStar, ast.Match, ast.ExceptHandler, ast.match_case)
#: How those begin that stand for nothing else when they are words of a text: of str.format, or of assembly.
_TELLING = ("_", "f_", "tb_", "gi_", "clock64", "globaltimer", "Interpret", "GridExecutor")
#: A number that outlives a call and is moved on by it.
_COUNT = "a count of its calls"
#: Functions of the module operator that take names as text.
_GETTERS = frozenset(("attrgetter", "methodcaller"))
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Use:
    """name: as it would be written in full; kind: of what it is a use."""

    line: int
    name: str
    kind: str

    def __str__(self) -> str:
        return f"line {self.line} uses {self.name} ({self.kind}), which no kernel needs"


def first_use(text: str, function: str) -> Use | None:
    """The first such use, in the order of the text; None for none, and for text that is no Python.

    function: the loop's.
    """
    try:
        tree = ast.parse(text)
        search, parts = _Search(tree), _reachable(tree, (function, f"{function}_triton"))
        found = [use for part in parts for use in search.of(part, frozenset())]
    except (SyntaxError, ValueError, RecursionError):
        return None
    return min(found, key=lambda use: use.line, default=None)


def _reachable(tree: ast.Module, wanted: Iterable[str]) -> list[ast.AST]:
    """What runs at import, and the functions and classes that this or the wanted ones name."""
    definitions: dict[str, list[ast.AST]] = {}
    found = list(_run_at_import(tree.body, definitions))
    todo = [*wanted, *(name for each in found for name in _names(each))]
    while todo:
        for definition in definitions.pop(todo.pop(), []):
            found.append(definition)
            todo += _names(definition)
    return found


def _run_at_import(nodes: Iterable[ast.AST], definitions: dict[str, list[ast.AST]] | None = None) -> Iterator[ast.AST]:
    """What of statements runs when the file is imported: of functions, and of a class's, what stands at their head.

    definitions: gets the functions and classes by name, whose insides are left out.
    """
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and definitions is not None:
            definitions.setdefault(node.name, []).append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (*node.decorator_list, *_of_arguments(node))
        elif isinstance(node, ast.ClassDef):
            yield from (*node.decorator_list, *node.bases, *node.keywords)
            yield from _run_at_import(node.body)
        elif isinstance(node, ast.If) and _is_main_guard(node.test):
            yield from _run_at_import(node.orelse, definitions)
        elif isinstance(node, _COMPOUND):
            yield from _run_at_import(ast.iter_child_nodes(node), definitions)
        else:
            yield node


def _of_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[ast.AST]:
    """What runs where a function is defined: its defaults and annotations."""
    arguments = function.args
    yield from (default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None)
    yield from (node.annotation for node in ast.walk(arguments) if isinstance(node, ast.arg) and node.annotation)
    if returns := getattr(function, "returns", None):
        yield returns


def _is_main_guard(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            names = {node.id for node in (left, right) if isinstance(node, ast.Name)}
            values = {node.value for node in (left, right) if isinstance(node, ast.Constant)}
            return names == {"__name__"} and values == {"__main__"}
    return False


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _imported(tree: ast.Module) -> dict[str, set[str]]:
    """What each name may stand for: modules and what comes out of them, in full, wherever they are imported or named
    anew.
    """
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found.setdefault(name, set()).add(alias.name if alias.asname else name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module or '.'}.{alias.name}"
                found.setdefault(alias.asname or alias.name, set()).add(full)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for name, value in _pairs(target, node.value):
                    found.setdefault(name, set()).update(_full(value, found))
    return {name: names for name, names in found.items() if names}


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """(name, what it is assigned), also of tuples."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)


def _full(node: ast.expr, known: Mapping[str, set[str]]) -> set[str]:
    """What a name, or attributes of a name, stand for in full; empty where it is not known."""
    if isinstance(node, ast.Name):
        return set(known.get(node.id, ()))
    if isinstance(node, ast.Attribute):
        return {f"{full}.{node.attr}" for full in _full(node.value, known)}
    return set()


def _counted(tree: ast.Module) -> Iterator[ast.AugAssign]:
    """Where a function moves a number on that outlives its call: a global one, or in something of the module's."""
    outer = {name for statement in tree.body for name in _stored(statement)}
    outer |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
        local = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
        local |= {name for statement in function.body for name in _stored(statement)} - shared
        for node in ast.walk(function):
            if isinstance(node, ast.AugAssign):
                root: ast.expr = node.target
                while isinstance(root, ast.Attribute | ast.Subscript):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in outer - local:
                    yield node


def _stored(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement, or what it holds, assigns; not those in functions of its own."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


class _Search:
    def __init__(self, tree: ast.Module):
        self.imported = _imported(tree)
        self.called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        self.counted = {id(node) for node in _counted(tree)}

    def of(self, node: ast.AST, own: frozenset[str]) -> Iterator[Use]:
        """The uses in a node. own: arguments that stand for something else than what was imported by their name."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = own | {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
            for outside in (*getattr(node, "decorator_list", []), *_of_arguments(node)):
                yield from self.of(outside, own)
            for inside in node.body if isinstance(node.body, list) else [node.body]:
                yield from self.of(inside, inner)
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        yield from self._here(node, own)
        for child in ast.iter_child_nodes(node):
            yield from self.of(child, own)

    def _here(self, node: ast.AST, own: frozenset[str]) -> Iterator[Use]:
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Attribute(attr=attribute):
                chain = self._chain(node, own)
                yield from (_use for full in chain for _use in _of_name(line, full))
                if attribute in _ATTRIBUTE_OF:
                    yield Use(line, f".{attribute}", _ATTRIBUTE_OF[attribute])
            case ast.Name(id=name, ctx=ast.Load()) if name not in own:
                if name in self.imported:
                    yield from (_use for full in self.imported[name] for _use in _of_name(line, full))
                elif name in _BUILTINS:
                    yield Use(line, name, _BUILTINS[name])
                elif name == "getattr" and id(node) not in self.called:
                    yield Use(line, name, "its names by text")
            case ast.AugAssign(target=target) if id(node) in self.counted:
                yield Use(line, f"{ast.unparse(target)} += ...", _COUNT)
            case ast.Call(func=ast.Attribute(attr="storage"), args=[]):
                yield Use(line, ".storage()", "memory by address")
            case ast.Call(func=ast.Name(id="getattr" | "hasattr" | "setattr"), args=[of, what, *_]):
                yield from self._by_text(line, of, what, own)
            case ast.Call(args=given) if _GETTERS & {name.split(".")[-1] for name in self._chain(node.func, own)}:
                for each in given:
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield from _of_name(line, f"torch.{each.value}")  # of whichever module
            case ast.MatchClass(kwd_attrs=names):
                yield from (Use(line, f".{name}", _ATTRIBUTE_OF[name]) for name in names if name in _ATTRIBUTE_OF)
            case ast.ImportFrom(module=module, names=[ast.alias(name="*")]) if module:
                yield from _of_name(line, module)
            case ast.Constant(value=str() as text):
                for word in set(_WORD.findall(text)) & _ATTRIBUTE_OF.keys():
                    if word.startswith(_TELLING):
                        yield Use(line, f'"{word}"', _ATTRIBUTE_OF[word])

    def _by_text(self, line: int, of: ast.expr, what: ast.expr, own: frozenset[str]) -> Iterator[Use]:
        chain = self._chain(of, own)
        if isinstance(what, ast.Constant) and isinstance(what.value, str):
            yield from (_use for full in chain for _use in _of_name(line, f"{full}.{what.value}"))
            if what.value in _ATTRIBUTE_OF:
                yield Use(line, f".{what.value}", _ATTRIBUTE_OF[what.value])
        elif chain:
            yield Use(line, f"getattr({min(chain)}, ...)", "its names by text")

    def _chain(self, node: ast.expr, own: frozenset[str]) -> set[str]:
        return _full(node, {name: names for name, names in self.imported.items() if name not in own})


def _of_name(line: int, full: str) -> Iterator[Use]:
    """The use that a full name is, if any: of a module, or of one that another module has imported."""
    head, *rest = full.split(".")
    if head not in _HARMLESS:
        yield Use(line, full, _KIND_OF.get(head, "a module beside torch, triton and numpy"))
        return
    if head == "sys":
        if rest and rest[0] not in _OF_SYS:
            yield Use(line, full, _ATTRIBUTE_OF.get(rest[0], "the environment"))
        return
    if head == "itertools" and rest and rest[0] in ("count", "cycle"):
        yield Use(line, full, _COUNT)
        return
    is_language = full.startswith("triton.language")
    for position, part in enumerate(rest):
        bare = part if part in _KIND_OF else part.lstrip("_")
        if part in _SUBMODULES:
            yield Use(line, full, _SUBMODULES[part])
        elif part in ("save", "load") and head in ("torch", "numpy") and position == 0:
            yield Use(line, full, "files")
        elif part in _RANDOM and head == "torch":
            yield Use(line, full, _KIND_OF["random"])
        elif bare == "sys" and rest[position + 1 :] and rest[position + 1] not in _OF_SYS:
            yield Use(line, full, "the environment")
        elif not is_language and _is_elsewhere(bare):
            yield Use(line, full, _KIND_OF.get(bare, "another module's module"))
        elif part in _ATTRIBUTE_OF:
            yield Use(line, full, _ATTRIBUTE_OF[part])
        else:
            continue
        return


def _is_elsewhere(name: str) -> bool:
    """Whether a name within a module is that of one which no kernel needs."""
    return name == "ctypeslib" or (name in _KIND_OF and name in sys.stdlib_module_names and name not in _FUNCTIONS)
