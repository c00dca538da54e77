"""Wrong kernels made from right ones, by rewriting the syntax tree of a kernel file.

Not changed, since any value is right there: what only cuts the work into pieces (names in CAPITALS, num_warps,
num_stages), a length from which on the host takes another way, what a masked load returns for lanes that reach no store
(dead_lanes), whether a launch may begin while the one before it runs (the interpreter runs one after the other, so only
a GPU could tell), that a count of nothing is not negative, 64-bit index arithmetic (no array here has 2**31 elements),
annotations and docstrings. Where a load's lanes reach no store, a wider mask leaves it out of bounds or makes no
difference: such a mutant is `harmless` if it passes.
"""

import ast
import copy
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from dead_lanes import is_dead

from tsvc.kernel import Kernel

#: What is changed, by operator: the columns of the score.
OPERATORS = {
    "bound": "a limit off by one: < for <=, n - 1 or n + 1 for n",
    "tie": "a comparison of data takes or leaves the equal case, or is turned round",
    "mask": "a mask, or one part of it, is dropped",
    "other": "what masked-off lanes hold",
    "offset": "an address off by one",
    "index": "a number or an operation of index arithmetic",
    "arithmetic": "an operation on data: - for +, + for *, a sign",
    "constant": "a number in a formula",
    "extreme": "minimum for maximum, max for sum",
    "choice": "the branches of a where, or of an if, exchanged or forced",
    "initial": "the initial value of an accumulator",
    "carry": "an update in a loop is left out",
    "scan": "a scan that loses its prefix or runs backwards",
    "store": "a store is left out",
    "value": "what is stored is one more, or a thousandth larger",
    "array": "another array is read",
    "precision": "loaded data or an accumulator go through half precision",
    "program": "the program number is ignored or off by one",
    "range": "a loop that leaves out its first or last step",
    "grid": "one program too few, or a tail cut off by // for cdiv",
    "launch": "a launch is left out, or two change places",
    "barrier": "a barrier is left out",
    "atomic": "an atomic update becomes a load and a store, or another update",
}

_COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_TURNED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_EXTREMES = {"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min", "sum": "max"}
_ATOMICS = {"atomic_add": "atomic_max", "atomic_max": "atomic_min", "atomic_min": "atomic_max"}
_MEMORY = ("load", "store")
#: A length from which on another way may be faster; the host compares smaller ones for special cases.
_LONG = 64
_SHARED = "its programs share the work by tl.num_programs: any number of them is right"
_READS_MORE = "reads more than before, and what it reads reaches no store"


@dataclass(frozen=True)
class Mutant:
    """One changed kernel: what was changed, where, and the whole new text.

    harmless: why it is the same kernel unless it leaves its arrays; "" where nothing of the kind is known.
    """

    loop: str
    operator: str
    line: int
    before: str
    after: str
    text: str
    harmless: str = ""

    @property
    def key(self) -> str:
        return f"{self.loop}:{self.line} {self.operator}: {self.before} -> {self.after}"


def mutants(loop: str, limit: int | None = None) -> list[Mutant]:
    """The mutants of a bundled kernel, no two of one text and none that is the kernel itself.

    limit: at most so many, drawn by a fixed seed so that each operator that applies is drawn from in turn.
    """
    text = Kernel.load(loop, trust_record=True).text
    found: dict[str, Mutant] = {}
    same = ast.unparse(ast.parse(text))
    for mutant in _rewritten(loop, text):
        if mutant.text != same:
            found.setdefault(mutant.text, mutant)
    return _drawn(list(found.values()), limit, loop)


def _drawn(found: list[Mutant], limit: int | None, seed: str) -> list[Mutant]:
    if limit is None or len(found) <= limit:
        return found
    draw = random.Random(seed)
    by_operator = defaultdict(list)
    for mutant in found:
        by_operator[mutant.operator].append(mutant)
    for group in by_operator.values():
        draw.shuffle(group)
    chosen: list[Mutant] = []
    while len(chosen) < limit:
        for operator in list(by_operator):
            chosen += [by_operator[operator].pop()]
            if not by_operator[operator]:
                del by_operator[operator]
    return sorted(chosen[:limit], key=lambda mutant: (mutant.line, mutant.operator, mutant.after))


def _rewritten(loop: str, text: str) -> Iterator[Mutant]:
    """Every change."""
    tree = ast.parse(text)
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        changes = _Changes(function, is_jit=_in_triton(function))
        shared = {id(part) for node in _shared_counts(tree, function) for part in ast.walk(node)}
        for slot, node in _slots(function):
            for operator, new in changes.of(node):
                before = ast.unparse(node)
                harmless = _READS_MORE if operator == "mask" and changes.only_reads(node, new) else ""
                if operator in ("grid", "index", "bound", "extreme") and id(node) in shared:
                    harmless = _SHARED
                slot(new)
                after = ast.unparse(ast.fix_missing_locations(new))
                words = (before.split("\n")[0], after.split("\n")[0])
                yield Mutant(loop, operator, node.lineno, *words, ast.unparse(tree), harmless)
                slot(node)


def _slots(root: ast.AST):
    """(setter, node) of every statement and expression below a function's header, documentation left out."""
    pending = [(root, "body", k, child) for k, child in enumerate(root.body)]
    while pending:
        parent, field, index, node = pending.pop(0)
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or _is_overlap(node):
            continue

        def put(new, parent=parent, field=field, index=index):
            if index is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[index] = new

        yield put, node
        for name, value in ast.iter_fields(node):
            if _is_tuning(node, name) or (name == "args" and _call(node, "program_id", "arange", "zeros", "full")):
                continue
            if name == "args" and _call(node, "sum", "max", "min", "cumsum", "associative_scan", "reduce"):
                value = value[:1]  # an axis is no number of its own
            if name == "comparators" and not _in_triton(root) and _is_long(node.comparators[0]):
                continue
            left_out = ast.Constant if name == "args" and _is_count(node) else ()
            if isinstance(value, list):
                parts = [(k, child) for k, child in enumerate(value) if not isinstance(child, left_out)]
                pending += [(node, name, k, child) for k, child in parts if _is_code(child)]
            elif _is_code(value):
                pending.append((node, name, None, value))


def _is_overlap(node: ast.AST) -> bool:
    """Whether a statement only says that launches may overlap: on the host, or under OVERLAP in a kernel."""
    match node:
        case ast.Assign(targets=[ast.Name(id="overlap" | "options")]) | ast.If(test=ast.Name(id="OVERLAP"), orelse=[]):
            return True
    return False


def _in_triton(function: ast.AST) -> bool:
    return bool(getattr(function, "decorator_list", []))


def _is_count(node: ast.AST) -> bool:
    """Whether a node is max(0, ...) of the host: whether nothing is counted as nothing or as less is the same."""
    match node:
        case ast.Call(func=ast.Name(id="max"), args=[ast.Constant(value=0), _]):
            return True
    return False


def _is_code(value) -> bool:
    return isinstance(value, ast.expr | ast.stmt | ast.keyword)


def _is_tuning(node: ast.AST, field: str) -> bool:
    """Whether a field only says how the work is cut, so that any legal value is right."""
    if isinstance(node, ast.keyword):
        return node.arg is not None and (
            node.arg.isupper() or node.arg in ("num_warps", "num_stages", "dtype", "axis", "other")
        )
    if isinstance(node, ast.If) and field == "test" and _returns_at_once(node):
        return True  # nothing to do: whether it launches a grid of no programs or returns is the same
    if isinstance(node, ast.Assign):
        names = [name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        return all(name.id.isupper() or name.id == "num_warps" for name in names)
    return isinstance(node, ast.AnnAssign) or field in ("annotation", "decorator_list", "returns", "targets", "target")


def _is_long(node: ast.expr) -> bool:
    """Whether an expression is a number, and a large one."""
    if any(not isinstance(part, ast.Constant | ast.BinOp | ast.operator) for part in ast.walk(node)):
        return False
    value = eval(compile(ast.Expression(node), "", "eval"))  # of numbers alone
    return isinstance(value, int) and value >= _LONG


def _conjunctions(node: ast.expr) -> Iterator[ast.expr]:
    """A mask's conjunctions, the outermost first."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield node
        yield from _conjunctions(node.left)
        yield from _conjunctions(node.right)


def _returns_at_once(node: ast.If) -> bool:
    return [type(part) for part in node.body] == [ast.Return] and node.body[0].value is None


def _call(node: ast.AST, *names: str) -> bool:
    """Whether a node calls tl.NAME or triton.NAME."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("tl", "triton")
        and node.func.attr in names
    )


def _is_launch(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)


def _shared_counts(tree: ast.Module, function: ast.FunctionDef) -> list[ast.expr]:
    """What a function computes the number of programs from, of launches whose programs ask how many there are."""
    if _in_triton(function):
        return []
    jits = {one.name: ast.unparse(one) for one in tree.body if isinstance(one, ast.FunctionDef) and _in_triton(one)}
    asking = {name for name, text in jits.items() if "num_programs" in text}
    asking |= {name for name, text in jits.items() if any(f"{other}(" in text for other in asking)}
    launches = [node.func for node in ast.walk(function) if _is_launch(node)]
    grids = [func.slice for func in launches if ast.unparse(func.value) in asking]
    names = {part.id for grid in grids for part in ast.walk(grid) if isinstance(part, ast.Name)}
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets)
        if any(isinstance(part, ast.Call) for part in ast.walk(node.value))
    ]


def _copy(node: ast.AST, **fields):
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _plus(node: ast.expr, step: int) -> ast.expr:
    return ast.BinOp(node, ast.Add() if step > 0 else ast.Sub(), ast.Constant(abs(step)))


def _method(value: ast.expr, name: str) -> ast.expr:
    dtype = ast.Attribute(ast.Name("tl", ast.Load()), name, ast.Load())
    return ast.Call(ast.Attribute(value, "to", ast.Load()), [dtype], [])


class _Changes:
    """What can be changed in one function.

    is_jit: the function runs in Triton; the others run on the host.
    """

    def __init__(self, function: ast.FunctionDef, is_jit: bool):
        self.is_jit = is_jit
        self.pointers = [argument.arg for argument in function.args.args if argument.arg.endswith("_ptr")]
        self.indices = _index_names(function) if is_jit else None
        self.function = function
        self.loads = [node for node in ast.walk(function) if is_jit and _call(node, "load")]
        self.dead = [load for load in self.loads if is_dead(function, load)]

    def only_reads(self, node: ast.AST, new: ast.AST) -> bool:
        """Whether what is dropped here only keeps a load from lanes that reach no store."""
        if isinstance(node, ast.Call):
            return any(node is load for load in self.dead)
        dropped = node.right if new is node.left else node.left
        masks = [(load, word.value) for load in self.loads for word in load.keywords if word.arg == "mask"]
        return any(
            is_dead(self.function, load, dropped)
            for load, mask in masks
            if any(part is node for part in _conjunctions(mask))
        )

    def of(self, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        """(operator, replacement) of each change of one node."""
        for kind in type(node).__mro__:
            if rule := getattr(self, f"_{kind.__name__.lower()}", None):
                yield from rule(node)
        if isinstance(node, ast.stmt):
            yield from self._left_out(node)

    def _is_index(self, node: ast.AST) -> bool:
        """Whether an expression is about positions, not data: all its names are."""
        if self.indices is None:
            return True
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {"tl"}
        floats = any(isinstance(part, ast.Constant) and isinstance(part.value, float) for part in ast.walk(node))
        return not floats and names <= self.indices and not any(_call(part, "load") for part in ast.walk(node))

    def _compare(self, node: ast.Compare):
        (op,), (right,) = node.ops, node.comparators
        if not self.is_jit and _is_long(right):
            return
        bound = self._is_index(node)
        if type(op) in _COMPARE:
            yield "bound" if bound else "tie", _copy(node, ops=[_COMPARE[type(op)]()])
        if bound and type(op) in _COMPARE:
            for step in (-1, 1):
                yield "bound", _copy(node, comparators=[_plus(right, step)])
        elif type(op) in _TURNED:
            yield "bound" if bound else "tie", _copy(node, ops=[_TURNED[type(op)]()])

    def _binop(self, node: ast.BinOp):
        if isinstance(node.op, ast.BitAnd):
            yield "mask", node.left
            yield "mask", node.right
        if type(node.op) in _ARITHMETIC:
            pointer = any(isinstance(part, ast.Name) and part.id in self.pointers for part in ast.walk(node))
            operator = "index" if pointer or self._is_index(node) else "arithmetic"
            if not (pointer and isinstance(node.left, ast.Name)):
                yield operator, _copy(node, op=_ARITHMETIC[type(node.op)]())
            if operator == "arithmetic" and isinstance(node.op, ast.Sub | ast.Div):
                yield operator, _copy(node, left=node.right, right=node.left)
            if operator == "arithmetic" and isinstance(node.op, ast.Add | ast.Mult):
                yield operator, _copy(node, right=node.left)

    def _augassign(self, node: ast.AugAssign):
        if type(node.op) in _ARITHMETIC:
            yield "arithmetic", _copy(node, op=_ARITHMETIC[type(node.op)]())

    def _unaryop(self, node: ast.UnaryOp):
        yield "choice" if isinstance(node.op, ast.Invert | ast.Not) else "arithmetic", node.operand

    def _constant(self, node: ast.Constant):
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            operator = "constant" if isinstance(node.value, float) else "index"
            for step in (-1, 1):
                yield operator, ast.Constant(node.value + step, lineno=node.lineno)

    def _if(self, node: ast.If):
        for value in (True,) if _returns_at_once(node) else (True, False):
            yield "choice", _copy(node, test=ast.Constant(value))

    def _ifexp(self, node: ast.IfExp):
        yield "choice", _copy(node, body=node.orelse, orelse=node.body)

    def _call(self, node: ast.Call):
        if _is_launch(node):
            yield from self._grid(node)
        if not isinstance(node.func, ast.Attribute):
            return
        name = node.func.attr
        if _call(node, *_MEMORY):
            yield from self._access(node)
        if _call(node, *_EXTREMES):
            yield "extreme", _copy(node, func=_copy(node.func, attr=_EXTREMES[name]))
        if _call(node, *_ATOMICS):
            yield "atomic", _copy(node, func=_copy(node.func, attr=_ATOMICS[name]))
            yield "atomic", _plain_update(node)
        if _call(node, "where"):
            condition, yes, no = node.args
            for first, second in ((no, yes), (yes, yes), (no, no)):
                yield "choice", _copy(node, args=[condition, first, second])
        if _call(node, "cumsum"):
            yield "scan", node.args[0]
        if _call(node, "cumsum", "associative_scan") and not any(word.arg == "reverse" for word in node.keywords):
            yield "scan", _copy(node, keywords=[*node.keywords, ast.keyword("reverse", ast.Constant(True))])
        if _call(node, "abs", "sqrt"):
            yield "arithmetic", node.args[0]
        if _call(node, "zeros"):
            yield "initial", _plus(node, 1)
        if _call(node, "full"):
            infinite = "inf" in ast.unparse(node)
            yield "initial", ast.UnaryOp(ast.USub(), node) if infinite else _plus(node, 1)
        if _call(node, "program_id"):
            yield "program", ast.BinOp(node, ast.Mult(), ast.Constant(0))
            for step in (-1, 1):
                yield "program", _plus(node, step)
        if _call(node, "cdiv"):
            yield "grid", ast.BinOp(node.args[0], ast.FloorDiv(), node.args[1])
        if _call(node, "cdiv") and not self.is_jit:
            yield "grid", _plus(node, -1)

    def _access(self, node: ast.Call):
        address = node.args[0]
        for step in (-1, 1):
            yield "offset", _copy(node, args=[_plus(address, step), *node.args[1:]])
        for word in node.keywords:
            others = [other for other in node.keywords if other is not word]
            if word.arg == "mask":
                kept = [other for other in others if other.arg != "other"]
                yield "mask", _copy(node, keywords=kept)
            if word.arg == "other" and not any(node is load for load in self.dead):
                infinite = "inf" in ast.unparse(word.value)
                changed = ast.UnaryOp(ast.USub(), word.value) if infinite else _plus(word.value, 1)
                yield "other", _copy(node, keywords=[*others, ast.keyword("other", changed)])
        if _call(node, "store"):
            value = node.args[1]
            for changed in (_plus(value, 1), ast.BinOp(value, ast.Mult(), ast.Constant(1.001))):
                yield "value", _copy(node, args=[address, changed, *node.args[2:]])
            return
        yield "precision", _method(_method(node, "float16"), "float32")
        for part in ast.walk(address):
            if isinstance(part, ast.Name) and part.id in self.pointers:
                for other in self.pointers:
                    yield "array", _copy(node, args=[_renamed(address, part.id, other), *node.args[1:]])

    def _grid(self, node: ast.Call):
        grid = node.func.slice
        for k, size in enumerate(grid.elts if isinstance(grid, ast.Tuple) else []):
            fewer = _copy(grid, elts=[_plus(one, -1) if one is size else one for one in grid.elts])
            if not (isinstance(size, ast.Constant) and size.value == 1) and k >= 0:
                yield "grid", _copy(node, func=_copy(node.func, slice=fewer))

    def _for(self, node: ast.For):
        if isinstance(node.iter, ast.Call) and len(node.iter.args) > 1:
            start, stop, *step = node.iter.args
            by = step[0] if step else ast.Constant(1)
            later = ast.BinOp(start, ast.Add(), by)
            sooner = ast.BinOp(stop, ast.Sub(), by)
            for args in ([later, stop, *step], [start, sooner, *step]):
                yield "range", _copy(node, iter=_copy(node.iter, args=args))

    def _left_out(self, node: ast.stmt):
        """The statement replaced by nothing."""
        nothing = ast.Pass(lineno=node.lineno)
        if isinstance(node, ast.AugAssign):
            yield "carry", nothing
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            names = {"store": "store", "debug_barrier": "barrier"} | dict.fromkeys(_ATOMICS, "atomic")
            if _is_launch(node.value):
                yield "launch", nothing
            elif isinstance(node.value.func, ast.Attribute) and node.value.func.attr in names:
                yield names[node.value.func.attr], nothing


def _index_names(function: ast.FunctionDef) -> set[str]:
    """Names that stand for positions and counts: parameters that are no pointers, and what is made of them."""
    known = {argument.arg for argument in function.args.args if not argument.arg.endswith("_ptr")}
    for node in ast.walk(function):
        if isinstance(node, ast.For):
            known.add(ast.unparse(node.target))
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    for _ in assigned:
        for node in assigned:
            loads = any(_call(part, "load", "zeros", "full") for part in ast.walk(node.value))
            names = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)} - {"tl"}
            if not loads and names <= known:
                known |= {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return known


def _renamed(node: ast.expr, old: str, new: str) -> ast.expr:
    node = copy.deepcopy(node)
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == old:
            part.id = new
    return node


def _plain_update(node: ast.Call) -> ast.Call:
    """An atomic update as a load and a store, which other programs may come between."""
    address, value = node.args[:2]
    mask = [word for word in node.keywords if word.arg == "mask"]
    tl = ast.Name("tl", ast.Load())
    old = ast.Call(ast.Attribute(tl, "load", ast.Load()), [address], mask)
    return ast.Call(
        ast.Attribute(tl, "store", ast.Load()), [address, ast.BinOp(old, ast.Add(), value)], mask, lineno=node.lineno
    )
