"""The normal form: a loop as a small tree of frozen expressions and statements.

Forward gotos, helpers, pointers and side effects within expressions are gone; what C computes is kept operation by
operation, so that the interpreter gives C's memory to the last bit (in the double build).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Number:
    """A literal; kind "int", "real", or "double" for a real literal without a cast or suffix."""

    value: int | float
    kind: str = "int"


@dataclass(frozen=True)
class Name:
    """A loop counter, a parameter, or a scalar in memory."""

    name: str
    kind: str = "int"


@dataclass(frozen=True)
class Element:
    """An array element."""

    array: str
    subscripts: tuple["Expr", ...]
    kind: str = "real"


@dataclass(frozen=True)
class Unary:
    op: str  # - ! ~
    operand: "Expr"


@dataclass(frozen=True)
class Binary:
    op: str  # + - * / % < <= > >= == != && || & | ^ << >>
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True)
class Call:
    """A pure intrinsic: abs, sin, cos, sqrt, ..."""

    function: str
    arguments: tuple["Expr", ...]


@dataclass(frozen=True)
class Cast:
    kind: str
    operand: "Expr"


@dataclass(frozen=True)
class Select:
    """condition ? then : orelse"""

    condition: "Expr"
    then: "Expr"
    orelse: "Expr"


Expr = Number | Name | Element | Unary | Binary | Call | Cast | Select


@dataclass(frozen=True)
class Assign:
    target: Name | Element
    value: Expr
    line: int


@dataclass(frozen=True)
class If:
    condition: Expr
    then: "Block"
    orelse: "Block"
    line: int


@dataclass(frozen=True)
class For:
    """iterator = lower; iterator < upper (> upper if step is negative); iterator += step.

    The bounds do not change inside; the counter is assigned nowhere else.
    """

    iterator: str
    lower: Expr
    upper: Expr
    step: int
    body: "Block"
    line: int


@dataclass(frozen=True)
class While:
    """iterator counts the rounds from 0; the condition is evaluated before each."""

    iterator: str
    condition: Expr
    body: "Block"
    line: int


@dataclass(frozen=True)
class Break:
    line: int


@dataclass(frozen=True)
class Goto:
    """Between lowering and structuring only."""

    label: str
    line: int


@dataclass(frozen=True)
class Label:
    """Between lowering and structuring only."""

    label: str
    line: int


Stmt = Assign | If | For | While | Break | Goto | Label
Block = tuple[Stmt, ...]


@dataclass(frozen=True)
class Program:
    """A C function in normal form.

    arrays: name -> (kind, extents as expressions over parameters, None if unknown); local ones included.
    scalars: scalars in memory -> kind; parameters: read-only names -> kind.
    local: arrays and scalars that are dead after the function.
    positive: parameters assumed to be at least 1, as loops stride by them.
    """

    name: str
    body: Block
    arrays: Mapping[str, tuple[str, tuple[Expr | None, ...]]]
    scalars: Mapping[str, str]
    parameters: Mapping[str, str]
    local: frozenset[str]
    assumptions: tuple[str, ...] = ()
    positive: frozenset[str] = frozenset()
    iterators: frozenset[str] = field(default=frozenset())


def children(node) -> Iterator:
    """The nodes directly below one, in program order."""
    if isinstance(node, Assign):  # C evaluates the value before it stores
        yield node.value
        yield node.target
        return
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, tuple):
            yield from value
        elif hasattr(value, "__dataclass_fields__"):
            yield value


def walk(node) -> Iterator:
    """A node, or each of a block, and all nodes below, in program order."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
        return
    yield node
    for child in children(node):
        yield from walk(child)


def rewrite(expr: Expr, change) -> Expr:
    """The expression with change(node) in place of each node, innermost first; change returns a node."""
    match expr:
        case Element(array, subscripts, kind):
            expr = Element(array, tuple(rewrite(part, change) for part in subscripts), kind)
        case Unary(op, operand):
            expr = Unary(op, rewrite(operand, change))
        case Binary(op, left, right):
            expr = Binary(op, rewrite(left, change), rewrite(right, change))
        case Call(function, arguments):
            expr = Call(function, tuple(rewrite(part, change) for part in arguments))
        case Cast(kind, operand):
            expr = Cast(kind, rewrite(operand, change))
        case Select(condition, then, orelse):
            expr = Select(rewrite(condition, change), rewrite(then, change), rewrite(orelse, change))
    return change(expr)


COMPARISONS = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def negated(condition: Expr) -> Expr:
    """!condition, with integer comparisons turned round (a real one may be unordered)."""
    match condition:
        case Unary("!", operand):
            return operand
        case Binary(op, left, right) if op in COMPARISONS and kind_of(left) == kind_of(right) == "int":
            return Binary(COMPARISONS[op], left, right)
    return Unary("!", condition)


def kind_of(expr: Expr) -> str:
    """C's type of an expression: "int" or "real"."""
    match expr:
        case Number(_, kind) | Name(_, kind) | Element(_, _, kind) | Cast(kind, _):
            return "real" if kind == "double" else kind
        case Binary(op) if op in COMPARISONS or op in ("&&", "||", "%", "&", "|", "^", "<<", ">>"):
            return "int"
        case Binary(_, left, right) | Select(_, left, right):
            return "real" if "real" in (kind_of(left), kind_of(right)) else "int"
        case Unary(op, operand):
            return "int" if op == "!" else kind_of(operand)
        case Call():
            return "real"
    raise TypeError(expr)


def text(node) -> str:
    """C text of an expression or of one statement's head."""
    match node:
        case Number(value):
            return repr(value)
        case Name(name):
            return name
        case Element(array, subscripts):
            return array + "".join(f"[{text(part)}]" for part in subscripts)
        case Unary(op, operand):
            return f"{op}{_inner(operand)}"
        case Binary(op, left, right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(text, arguments))})"
        case Cast(kind, operand):
            return f"({kind}){_inner(operand)}"
        case Select(condition, then, orelse):
            return f"{_inner(condition)} ? {_inner(then)} : {_inner(orelse)}"
        case Assign(target, value):
            return f"{text(target)} = {text(value)}"
        case If(condition):
            return f"if ({text(condition)})"
        case For(iterator, lower, upper, step):
            sign = "<" if step > 0 else ">"
            return f"for ({iterator} = {text(lower)}; {iterator} {sign} {text(upper)}; {iterator} += {step})"
        case While(_, condition):
            return f"while ({text(condition)})"
        case Break():
            return "break"
        case Goto(label):
            return f"goto {label}"
        case Label(label):
            return f"{label}:"
    raise TypeError(node)


def _inner(node: Expr) -> str:
    return f"({text(node)})" if isinstance(node, Binary | Select) else text(node)


def listing(block: Block, indent: int = 0) -> str:
    """A block as indented text."""
    lines = []
    for node in block:
        lines.append("    " * indent + text(node))
        match node:
            case If(_, then, orelse):
                lines.append(listing(then, indent + 1))
                if orelse:
                    lines += ["    " * indent + "else", listing(orelse, indent + 1)]
            case For(body=body) | While(body=body):
                lines.append(listing(body, indent + 1))
    return "\n".join(line for line in lines if line)
