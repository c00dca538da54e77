"""C with OpenMP for a loop: its normal form written out, with a pragma exactly where the findings prove one right."""

import math
from collections.abc import Mapping

from analyses.model import Model
from analyses.model.interpreter import Memory, evaluate
from analyses.model.program import (
    Assign,
    Binary,
    Break,
    Call,
    Cast,
    Element,
    Expr,
    For,
    If,
    Name,
    Number,
    Select,
    Unary,
    While,
    walk,
)
from analyses.threads import Copy, Shared, copy_name, shared_program
from tsvc.domain import extents

_CALLS = {"abs": "fabsf"}


def openmp_text(model: Model, sizes: Mapping[str, int], params: Mapping[str, float]) -> str:
    """A C function of the loop's name and parameters that all threads of the machine share.

    sizes: n and m, which stand as numbers in the text; params: the call's scalar arguments, whose integers decide what
    is proven under a condition. Raises NotShared where nothing is proven to be parallel or a reduction.
    """
    integers = {name: value for name, value in params.items() if isinstance(value, int)}
    body = shared_program(model, {**sizes, **integers})
    return _Writer(model, sizes).function(body)


def shapes(model: Model, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The extents of a loop's arrays, its local ones included, in numbers."""
    found = {array.name: extents(array, sizes["n"], sizes["m"]) for array in model.loop.arrays}
    for name, (_, local) in model.program.arrays.items():
        if name not in found:
            found[name] = tuple(evaluate(extent, sizes, Memory()) for extent in local if extent is not None)
    return found


class _Writer:
    """Writes C; sizes are numbers, so that the compiler knows what the baseline's does."""

    def __init__(self, model: Model, sizes: Mapping[str, int]):
        self.loop, self.program, self.sizes = model.loop, model.program, sizes
        self.shapes = shapes(model, sizes)

    def function(self, body) -> str:
        parameters = [self._parameter(name, kind) for name, kind in self.loop.signature]
        result = _type(self.loop.result) if self.loop.result else "void"
        lines = [f"__attribute__((noinline)) {result} {self.loop.name}({', '.join(parameters) or 'void'})", "{"]
        lines += [f"    {_type(kind)} {name} = 0;" for name, kind in sorted(self.program.scalars.items())]
        arguments = {array.name for array in self.loop.arrays}
        for name in sorted(self.shapes.keys() - arguments):
            whole = "".join(f"[{extent}]" for extent in self.shapes[name])
            lines.append(f"    static {_type(self.program.arrays[name][0])} {name}{whole};")
        for name in sorted({node.array for node in _copies(body)}):
            # Kept from call to call, as a program that runs the loop often would keep it.
            old = copy_name(name)
            lines.append(f"    static void *{old}_room;")
            size = (4 * math.prod(self.shapes[name]) + 63) // 64 * 64
            lines.append(f"    if (!{old}_room)\n        {old}_room = aligned_alloc(64, {size});")
            lines.append(f"    {self._pointer(name, old)} = {old}_room;")
        lines += self.block(body, 1)
        if self.loop.result:
            lines.append("    return return_value;")
        return "\n".join([*lines, "}"]) + "\n"

    def _parameter(self, name: str, kind: str) -> str:
        if kind != "array":
            return f"int {name}_" if kind == "size" else f"{_type(kind)} {name}"
        (array,) = (array for array in self.loop.arrays if array.name == name)
        return f"{'' if array.is_written else 'const '}{self._pointer(name, name)}"

    def _pointer(self, array: str, name: str) -> str:
        """The declaration of a pointer to an array's elements, or to its rows."""
        rows = "".join(f"[{extent}]" for extent in self.shapes[array][1:])
        kind = _type(self.program.arrays[array][0])
        return f"{kind} (*restrict {name}){rows}" if rows else f"{kind} *restrict {name}"

    # -- statements ---------------------------------------------------------------

    def block(self, body, indent: int) -> list[str]:
        return [line for node in body for line in self.statement(node, indent)]

    def statement(self, node, indent: int) -> list[str]:
        pad = "    " * indent
        match node:
            case Copy(array, copied):
                return self._copy(array, copied, pad)
            case Assign(target, value):
                return [f"{pad}{self.expr(target)} = {self.expr(value)};"]
            case If(condition, then, orelse):
                lines = [f"{pad}if ({self.expr(condition)}) {{", *self.block(then, indent + 1), f"{pad}}}"]
                if orelse:
                    lines += [f"{pad}else {{", *self.block(orelse, indent + 1), f"{pad}}}"]
                return lines
            case For(iterator, lower, upper, step, inner):
                sign, change = ("<", f"+= {step}") if step > 0 else (">", f"-= {-step}")
                start, test = f"int {iterator} = {self.expr(lower)}", f"{iterator} {sign} {self.expr(upper)}"
                head = f"for ({start}; {test}; {iterator} {change})"
                lines = [f"{pad}{head} {{", *self.block(inner, indent + 1), f"{pad}}}"]
                return [f"{pad}{_pragma(node)}", *lines] if isinstance(node, Shared) else lines
            case While(iterator, condition, inner):
                head = f"for (int {iterator} = 0; {self.expr(condition)}; {iterator}++)"
                return [f"{pad}{head} {{", *self.block(inner, indent + 1), f"{pad}}}"]
            case Break():
                return [f"{pad}break;"]
        raise TypeError(node)

    def _copy(self, array: str, copied: str, pad: str) -> list[str]:
        kind = _type(self.program.arrays[array][0])
        return [
            f"{pad}#pragma omp parallel for simd schedule(static)",
            f"{pad}for (long tsvc_k = 0; tsvc_k < {math.prod(self.shapes[array])}; tsvc_k++)",
            f"{pad}    (({kind} *){copied})[tsvc_k] = ((const {kind} *){array})[tsvc_k];",
        ]

    # -- expressions --------------------------------------------------------------

    def expr(self, node: Expr) -> str:
        match node:
            case Number(value, kind):
                return f"{value!r}f" if kind == "real" else f"({value!r})" if value < 0 else repr(value)
            case Name(name):
                return str(self.sizes.get(name, name))
            case Element(array, subscripts):
                return array + "".join(f"[{self.expr(part)}]" for part in subscripts)
            case Unary(op, operand):
                return f"{op}({self.expr(operand)})"
            case Binary(op, left, right):
                return f"({self.expr(left)} {op} {self.expr(right)})"
            case Call(function, arguments):
                name = _CALLS.get(function, f"{function}f")
                return f"{name}({', '.join(self.expr(part) for part in arguments)})"
            case Cast(kind, operand):
                return f"({_type(kind)})({self.expr(operand)})"
            case Select(condition, then, orelse):
                return f"({self.expr(condition)} ? {self.expr(then)} : {self.expr(orelse)})"
        raise TypeError(node)


def _type(kind: str) -> str:
    return "int" if kind == "int" else "float"


def _pragma(node: Shared) -> str:
    is_flat = not any(isinstance(part, For | While) for part in walk(node.body))
    words = ["#pragma omp parallel for" + (" simd" if is_flat else ""), "schedule(static)"]
    private = [name for name in node.private if name not in node.last]
    words += [f"private({', '.join(private)})"] if private else []
    words += [f"lastprivate({', '.join(node.last)})"] if node.last else []
    words += [f"reduction({operator}:{name})" for name, operator in sorted(node.reductions.items())]
    return " ".join(words)


def _copies(body):
    for node in body:
        if isinstance(node, Copy):
            yield node
        for below in ("body", "then", "orelse"):
            yield from _copies(getattr(node, below, ()))
