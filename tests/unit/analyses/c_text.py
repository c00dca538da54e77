"""Values of C expressions in claims, read by a C parser and nothing of the analyses."""

from functools import lru_cache

from pycparser import CParser, c_ast

from analyses.model.interpreter import _CALLS, _divide, _quotient


@lru_cache(maxsize=4096)
def parsed(text: str):
    source = f"typedef float real; int value = ({text});"
    return CParser().parse(source).ext[-1].init


def value(text: str, values, memory):
    """The value of C text; values: counters and parameters, memory: arrays and scalars."""
    return _value(parsed(text), values, memory)


def _value(node, values, memory):
    match node:
        case c_ast.Constant():
            return int(node.value) if node.type == "int" else float(node.value.rstrip("f"))
        case c_ast.ID():
            return values[node.name] if node.name in values else memory.load(node.name, ())
        case c_ast.ArrayRef():
            index: tuple = ()
            while isinstance(node, c_ast.ArrayRef):
                index, node = (_value(node.subscript, values, memory), *index), node.name
            return memory.load(node.name, index)
        case c_ast.UnaryOp():
            inner = _value(node.expr, values, memory)
            return {"-": lambda x: -x, "!": lambda x: int(not x), "~": lambda x: ~x, "+": lambda x: x}[node.op](inner)
        case c_ast.TernaryOp():
            return _value(node.iftrue if _value(node.cond, values, memory) else node.iffalse, values, memory)
        case c_ast.Cast():
            inner = _value(node.expr, values, memory)
            return int(inner) if "int" in node.to_type.type.type.names else float(inner)
        case c_ast.FuncCall():
            return _CALLS[node.name.name](*(_value(part, values, memory) for part in node.args.exprs))
        case c_ast.BinaryOp():
            a, b = (_value(side, values, memory) for side in (node.left, node.right))
            return _binary(node.op, a, b)
    raise TypeError(node)


def _binary(op: str, a, b):
    whole = isinstance(a, int) and isinstance(b, int)
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return _quotient(a, b) if whole else _divide(a, b)
        case "%":
            return a - _quotient(a, b) * b
        case "<":
            return int(a < b)
        case "<=":
            return int(a <= b)
        case ">":
            return int(a > b)
        case ">=":
            return int(a >= b)
        case "==":
            return int(a == b)
        case "!=":
            return int(a != b)
        case "&&":
            return int(bool(a and b))
        case "||":
            return int(bool(a or b))
    raise TypeError(op)
