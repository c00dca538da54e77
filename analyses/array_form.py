"""The array form of a loop, for torch: each statement at once over slices, where the dependences allow that order.

A rule on the form decides: loops that count, perfectly nested, subscripts with one counter each and no diagonals,
conditions that become masks, scalars that each iteration writes first, and sums, products and extrema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyses.findings._updates import reductions
from analyses.model import Level, Model
from analyses.model.interpreter import Memory, evaluate
from analyses.model.program import (
    COMPARISONS,
    Assign,
    Binary,
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
    kind_of,
    walk,
)
from analyses.model.schedule import distribute
from analyses.model.verdict import is_private, lives_on
from analyses.updates import Update, updated
from tsvc.domain import extents

HEAD = """import torch
import torch._inductor.config

torch._inductor.config.compile_threads = 1


"""


_REDUCED = {"+": "sum", "*": "prod", "min": "amin", "max": "amax"}
_NEUTRAL = {"+": "0.0", "*": "1.0", "min": "float('inf')", "max": "-float('inf')"}


class NoArrayForm(Exception):
    """The loop has no natural array form; the message says why."""


def array_text(model: Model, sizes: Mapping[str, int], params: Mapping[str, float]) -> str:
    """A module with a function of the loop's name, compiled by torch.compile: tensors in place, a result returned.

    sizes, params: of the call; slices are numbers. Raises NoArrayForm.
    """
    loop = model.loop
    integers = {name: value for name, value in params.items() if isinstance(value, int)}
    lines = _Form(model, {**sizes, **integers}).lines()
    names = ", ".join(name for name, _ in loop.signature)
    head = f"@torch.compile(fullgraph=True, dynamic=False)\ndef array_form({names}):"
    call = f"def {loop.name}({names}):\n    return array_form({names})"
    return HEAD + "\n".join([head, *(f"    {line}" for line in lines), "", "", call, ""])


@dataclass
class _Form:
    model: Model
    values: Mapping[str, int]
    ranges: dict[str, range] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)
    masks: int = 0
    reductions: int = 0

    def lines(self) -> list[str]:
        if not self.model.loop.arrays:
            raise NoArrayForm("it has no arrays")
        found = [line for node in self.model.program.body for line in self.statement(node)]
        if not self.reductions and not any(".copy_(" in line for line in found):
            raise NoArrayForm("nothing of it is an operation on whole arrays")
        if self.model.loop.result:
            array = next(array.name for array in self.model.loop.arrays)
            result = f"torch.as_tensor(return_value, dtype=torch.float32, device={array}.device)"
            found.append(f"return {result}.reshape(1)")
        return found

    # -- statements outside loops -------------------------------------------------

    def statement(self, node) -> list[str]:
        match node:
            case Assign(Name(name), value):
                return [f"{name} = {self.expr(value)}"]
            case Assign(Element() as target, value):
                return [f"{self.view(target)}.copy_({self.tensor(self.expr(value), value)})"]
            case If(condition, then, orelse):
                side = then if self.number(condition) else orelse
                return [line for one in side for line in self.statement(one)]
            case For():
                return self.loop(node)
        raise NoArrayForm(f"line {node.line}: it runs until data say stop")

    def number(self, expr: Expr) -> int:
        """An integer that the call alone decides."""
        try:
            return int(evaluate(expr, self.values, Memory()))
        except KeyError as unknown:
            raise NoArrayForm(f"a bound or a place depends on {unknown.args[0][0]}") from None

    # -- a nest -------------------------------------------------------------------

    def loop(self, node: For) -> list[str]:
        nest = [node]
        while len(nest[-1].body) == 1 and isinstance(nest[-1].body[0], For):
            nest.append(nest[-1].body[0])
        spans = {one.iterator: range(self.number(one.lower), self.number(one.upper), one.step) for one in nest}
        if not all(spans.values()):
            return []
        level = next(one for one in self.model.levels if one.node is node)
        reduced = self.reduced(level)
        private = self.private(nest)
        self.require_order(level, private | reduced.keys())
        body = [updated(one, reduced) for one in nest[-1].body]
        if None in body:
            raise NoArrayForm("a reduction that is more than a sum, a product or an extremum")
        outer = self.ranges
        self.ranges, self.defined = spans, set()
        try:
            return [line for one in body for line in self.masked(one, "")]
        finally:
            self.ranges = outer

    def private(self, nest: list[For]) -> set[str]:
        """The scalars that each iteration of a nest writes first and nobody reads behind it."""
        levels = [level for level in self.model.levels if any(level.node is one for one in nest)]
        written = {s.write.array for s in self.model.inside(levels[0]) if s.kind == "assign"}
        return {
            name
            for name in written
            if self.model.arrays[name].is_scalar
            and all(is_private(self.model, level, name) and not lives_on(self.model, level, name) for level in levels)
        }

    def reduced(self, level: Level) -> dict[str, str]:
        found = {one.array: one.update.operator for one in reductions(self.model) if one.level == level}
        return {name: op for name, op in found.items() if self.model.arrays[name].is_scalar}

    def require_order(self, level: Level, apart: set[str]) -> None:
        """Raises NoArrayForm unless each statement may run over all iterations before the next one starts."""
        statements = self.model.inside(level)
        if level.is_while or level.exits:
            raise NoArrayForm(f"line {level.line}: it may stop early")
        deps = [
            dep
            for dep in self.model.dependences
            if dep.array not in apart and level in dep.source.loops and level in dep.sink.loops
        ]
        if any(dep.source == dep.sink and dep.kind != "WAR" for dep in deps):
            raise NoArrayForm("an iteration needs what another one has computed")
        between = [dep for dep in deps if dep.source != dep.sink]
        order = distribute(self.model, level, [[statement] for statement in statements])
        if not self.model.violated(order, between).is_empty():
            raise NoArrayForm("its statements cannot run one after the other over all iterations")

    def masked(self, node, mask: str) -> list[str]:
        match node:
            case If(condition, then, orelse):
                self.masks += 1
                own, before = f"mask_{self.masks}", f"{mask} & " if mask else ""
                lines = [f"{own} = {before}({self.expr(condition)})"]
                lines += [line for one in then for line in self.masked(one, own)]
                if orelse:
                    lines.append(f"not_{own} = {before}~{own}")
                    lines += [line for one in orelse for line in self.masked(one, f"not_{own}")]
                return lines
            case Update(Name(name), value, _, operator):
                return [self.reduction(name, operator, value, mask)]
            case Assign(Name(name), value):
                text, known = self.expr(value), name in self.defined
                self.defined.add(name)
                # What an iteration reads it has written: elsewhere any value will do.
                return [f"{name} = {f'torch.where({mask}, {text}, {name})' if mask and known else text}"]
            case Assign(Element() as target, value):
                view = self.view(target)
                used = {part.name for sub in target.subscripts for part in walk(sub) if isinstance(part, Name)}
                if not set(self.ranges) <= used:
                    raise NoArrayForm("an element that several iterations write")
                text = self.expr(value)
                if mask:
                    text = f"torch.where({mask}, {text}, {view})"
                return [f"{view}.copy_({self.tensor(text, value)})"]
        raise NoArrayForm(f"line {node.line}: loops that are not perfectly nested")

    def reduction(self, name: str, operator: str, value: Expr, mask: str) -> str:
        shape = tuple(len(span) for span in self.ranges.values())
        whole = f"torch.broadcast_to({self.tensor(self.expr(value), value)}, {shape})"
        if mask:
            whole = f"torch.where({mask}, {whole}, {_NEUTRAL[operator]})"
        self.reductions += 1
        partial = f"{whole}.{_REDUCED[operator]}()"
        if operator in ("+", "*"):
            return f"{name} = {name} {operator} {partial}"
        return f"{name} = torch.{operator}imum(torch.as_tensor({name}, device={self.any_array()}.device), {partial})"

    def any_array(self) -> str:
        return next(array.name for array in self.model.loop.arrays)

    # -- expressions --------------------------------------------------------------

    def view(self, element: Element) -> str:
        """An element's array over all iterations: a view whose dimensions are the nest's counters, in order."""
        (array,) = (array for array in self.model.loop.arrays if array.name == element.array)
        shape = extents(array, self.values["n"], self.values["m"])
        places, counters = [], []
        for subscript, extent in zip(element.subscripts, shape, strict=True):
            counter, factor, offset = self.affine(subscript)
            if counter is None:
                places.append(str(offset))
                continue
            span = self.ranges[counter]
            first, last, step = factor * span[0] + offset, factor * span[-1] + offset, factor * span.step
            if step <= 0 or first < 0 or last >= extent:
                raise NoArrayForm("subscripts that fall")
            places.append(f"{first}:{last + 1}" + (f":{step}" if step != 1 else ""))
            counters.append(counter)
        if len(set(counters)) != len(counters):
            raise NoArrayForm("a diagonal")
        text = f"{element.array}[{', '.join(places)}]"
        wanted = [one for one in self.ranges if one in counters]
        if wanted != counters:
            text += f".permute({', '.join(str(counters.index(one)) for one in wanted)})"
        for at, one in enumerate(self.ranges):
            if one not in counters and any(other in counters for other in list(self.ranges)[:at]):
                text += f".unsqueeze({at})"
        return text

    def affine(self, subscript: Expr) -> tuple[str | None, int, int]:
        """(counter or None, factor, offset) of a subscript."""
        counters = {part.name for part in walk(subscript) if isinstance(part, Name) and part.name in self.ranges}
        if len(counters) > 1 or any(isinstance(part, Element) for part in walk(subscript)):
            raise NoArrayForm("subscripts that are looked up, or that mix counters")
        if not counters:
            return None, 0, self.number(subscript)
        (counter,) = counters
        at = [self.number_at(subscript, {counter: value}) for value in (0, 1, 2, 7)]
        if at[2] - at[1] != at[1] - at[0] or at[3] != at[0] + 7 * (at[1] - at[0]):
            raise NoArrayForm("subscripts that are not linear")
        return counter, at[1] - at[0], at[0]

    def number_at(self, expr: Expr, counters: Mapping[str, int]) -> int:
        try:
            return int(evaluate(expr, {**self.values, **counters}, Memory()))
        except KeyError as unknown:
            raise NoArrayForm(f"a place depends on {unknown.args[0][0]}") from None

    def tensor(self, text: str, value: Expr) -> str:
        """The text of a value as a tensor: a number needs to be made one."""
        if any(isinstance(part, Element | Name) for part in walk(value)) and ("[" in text or "torch." in text):
            return text
        return f"torch.as_tensor({text}, dtype=torch.float32, device={self.any_array()}.device)"

    def expr(self, node: Expr) -> str:
        match node:
            case Number(value):
                return f"({value!r})" if value < 0 else repr(value)
            case Name(name) if name in self.ranges:
                span = self.ranges[name]
                at = list(self.ranges).index(name)
                shape = [1] * len(self.ranges)
                shape[at] = -1
                device = f"device={self.any_array()}.device"
                text = f"torch.arange({span.start}, {span.stop}, {span.step}, {device})"
                return text if len(shape) == 1 else f"{text}.reshape({tuple(shape)})"
            case Name(name):
                return str(self.values[name]) if name in self.values else name
            case Element():
                return self.view(node)
            case Unary("!", operand):
                return f"torch.logical_not({self.expr(operand)})"
            case Unary(op, operand):
                return f"({op}{self.expr(operand)})"
            case Binary("&&" | "||" as op, left, right):
                return f"(({self.expr(left)}) {op[0]} ({self.expr(right)}))"
            case Binary("%" | "/", _, _) if kind_of(node) == "int":
                return str(self.number(node))
            case Binary(op, left, right):
                sides = [f"{self.expr(one)}" for one in (left, right)]
                if op not in COMPARISONS and {kind_of(left), kind_of(right)} == {"int", "real"}:
                    sides = [self.real(one, text) for one, text in zip((left, right), sides, strict=True)]
                return f"({sides[0]} {op} {sides[1]})"
            case Call(function, arguments):
                return f"torch.{function}({', '.join(self.expr(part) for part in arguments)})"
            case Cast("int", _):
                return str(self.number(node))
            case Cast(_, operand):
                return self.real(operand, self.expr(operand))
            case Select(condition, then, orelse):
                return f"torch.where({self.expr(condition)}, {self.expr(then)}, {self.expr(orelse)})"
        raise TypeError(node)

    def real(self, node: Expr, text: str) -> str:
        """An integer as C's float."""
        is_tensor = "[" in text or "torch." in text
        return f"{text}.float()" if kind_of(node) == "int" and is_tensor else text
