"""C text that counts a loop's work while it runs: every operation of the loop goes through a function that counts.

A real number is a pair in this text: its value, and how steep it is as a function of the loop's inputs. Steepness is
the number of multiplications that must stand one behind the other in any algorithm made of + - * / and comparisons
(and so in any kernel that is not tuned to its data), by an old argument of Kung's (New algorithms and lower bounds for
the parallel evaluation of certain rational expressions and recurrences, J. ACM 23, 1976): one operation at most adds
the degrees of its operands, so a value of degree d lies behind at least log2(d) of them. Sums and products over many
elements, scans and linear recurrences have small degrees, and indeed they reassociate into trees; a recurrence like
x = x*x + b has degree 2^n and does not. A wavefront whose body is linear is no chain in this sense either: several of
its rows can be crossed in one step.

The count errs downward. Formal degrees are taken as 2^k, rounded down. Multiplying by one adds nothing, and zeros,
infinities and NaN count as constants, since a kernel may ask for them and stop: repeated squaring reaches one of them
after a few steps whatever it starts from. A comparison hands on nothing, a function like sin what its argument has.
"""

from functools import lru_cache
from pathlib import Path

from pycparser import c_ast, c_generator

from tsvc.csource import CFunction, parse_file

_HEAD = Path(__file__).with_name("counted.h").read_text()
# Every name starts with tsvc_: the loop's own parameters stand beside them.
_WORK = """
void {name}_work({parameters}{comma}void *tsvc_at, int64_t tsvc_elements, void *tsvc_words, int64_t *tsvc_found)
{{
    tsvc_base = tsvc_at;
    tsvc_count = tsvc_elements;
    tsvc_shadow = tsvc_words;
    tsvc_read = tsvc_written = tsvc_operations = tsvc_steepest = 0;
    {call};
    tsvc_found[0] = tsvc_read;
    tsvc_found[1] = tsvc_written;
    tsvc_found[2] = tsvc_operations;
    tsvc_found[3] = tsvc_steepest ? tsvc_steepest - 1 : 0;
    tsvc_found[4] = tsvc_sectors(1);
    tsvc_found[5] = tsvc_sectors(2);
}}
"""
_RESULT = "struct tsvc_real tsvc_result = {call}; tsvc_written++; " + (
    "if (tsvc_result.steep > tsvc_steepest) tsvc_steepest = tsvc_result.steep"
)

_REAL = {"real": "float", "float": "float", "double": "double"}
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
#: Functions of one real number: (the double one that is called for them, the type of what they give).
_FUNCTIONS = {
    **{name: (name, "double") for name in ("sin", "cos", "tan", "sqrt", "exp", "log", "floor", "fabs")},
    **{f"{name}f": (name, "float") for name in ("sin", "cos", "tan", "sqrt", "exp", "log", "floor", "fabs")},
    **{f"real_{name}": (name, "float") for name in ("sin", "cos")},
    "real_abs": ("fabs", "float"),
}


class NotCounted(Exception):
    """C whose work cannot be counted, since it uses something that this translation does not know."""


@lru_cache
def counted_text(path: Path) -> tuple[str, dict[str, str]]:
    """(text to append to a C file, why it lacks some of its loops).

    The text has NAME_work(the loop's arguments, base, elements, shadow, found) for every loop that can be counted:
    elements of 4 bytes from `base` on hold all arrays, shadow has as many zeros of 4 bytes, and found gets elements
    read before they were written, elements written, operations, the chain (see the module), and in how many sectors of
    32 bytes the first lie, and the second.
    """
    text, missing = _HEAD, {}
    for function in parse_file(path):
        try:
            text += "".join(_Function(node, function).text() for node in function.helpers.values())
            text += _Function(function.node, function).text() + _entry(function)
        except NotCounted as error:
            missing[function.name] = str(error)
    return text, missing


def _entry(function: CFunction) -> str:
    generator = c_generator.CGenerator()
    parameters = _parameters(function.node)
    declared = ", ".join(generator.visit(one) for one in parameters)
    passed = [f"tsvc_constant({one.name})" if _type_of(one.type) in _REAL.values() else one.name for one in parameters]
    call = f"{function.name}_counted_{function.name}({', '.join(passed)})"
    returned = _type_of(function.node.decl.type.type)
    if returned in _REAL.values():
        call = _RESULT.format(call=call)
    elif returned != "void":
        call += "; tsvc_written++"
    return _WORK.format(name=function.name, parameters=declared, comma=", " if declared else "", call=call)


def _parameters(node: c_ast.FuncDef) -> list[c_ast.Decl]:
    declared = node.decl.type.args.params if node.decl.type.args else []
    return [one for one in declared if isinstance(one, c_ast.Decl)]


def _type_of(node) -> str | tuple:
    """ "float", "double", "int" (any whole number), "void", or ("to", type) for a pointer or an array."""
    match node:
        case c_ast.Typename() | c_ast.TypeDecl():
            return _type_of(node.type)
        case c_ast.PtrDecl() | c_ast.ArrayDecl():
            return ("to", _type_of(node.type))
        case c_ast.IdentifierType(names=names):
            found = next((_REAL[name] for name in names if name in _REAL), "int")
            return "void" if names == ["void"] else found
    raise NotCounted(f"the type {c_generator.CGenerator().visit(node)} is not known here")


class _Function:
    """Translates one function; what it makes of an expression is (text, type)."""

    def __init__(self, node: c_ast.FuncDef, loop: CFunction) -> None:
        self.node, self.loop = node, loop
        self.generator = c_generator.CGenerator()
        self.scopes: list[dict[str, str | tuple]] = [{one.name: _type_of(one.type) for one in _parameters(node)}]
        self.returned = _type_of(node.decl.type.type)

    def text(self) -> str:
        parameters = ", ".join(self._declaration(one) for one in _parameters(self.node)) or "void"
        kind = "struct tsvc_real" if self.returned in _REAL.values() else self.returned
        head = f"\nstatic {kind} {self._name(self.node.decl.name)}({parameters})\n"
        return head + self._statement(self.node.body)

    def _name(self, name: str) -> str:
        return f"{self.loop.name}_counted_{name}"

    # -- statements ---------------------------------------------------------------

    def _statement(self, node) -> str:
        match node:
            case None | c_ast.EmptyStatement() | c_ast.Pragma():
                return ";\n"
            case c_ast.Compound():
                return self._block(node.block_items or [])
            case c_ast.Decl():
                return self._declared(node)
            case c_ast.DeclList():
                return "".join(self._declared(one) for one in node.decls)
            case c_ast.If():
                otherwise = f"else {self._nested(node.iffalse)}" if node.iffalse else ""
                return f"if ({self._condition(node.cond)}) {self._nested(node.iftrue)}{otherwise}"
            case c_ast.For():
                return self._for(node)
            case c_ast.While():
                return f"while ({self._condition(node.cond)}) {self._nested(node.stmt)}"
            case c_ast.DoWhile():
                return f"do {self._nested(node.stmt)} while ({self._condition(node.cond)});\n"
            case c_ast.Switch():
                return f"switch ({self._whole(node.cond)}) {self._nested(node.stmt)}"
            case c_ast.Case():
                return f"case {self._whole(node.expr)}:;\n" + "".join(map(self._statement, node.stmts or []))
            case c_ast.Default():
                return "default:;\n" + "".join(map(self._statement, node.stmts or []))
            case c_ast.Label():
                return f"{node.name}:;\n{self._statement(node.stmt)}"
            case c_ast.Goto():
                return f"goto {node.name};\n"
            case c_ast.Break():
                return "break;\n"
            case c_ast.Continue():
                return "continue;\n"
            case c_ast.Return():
                return f"return {self._as(self.returned, node.expr)};\n" if node.expr else "return;\n"
        return f"{self._expression(node)[0]};\n"

    def _block(self, nodes: list) -> str:
        self.scopes.append({})
        text = "".join(map(self._statement, nodes))
        self.scopes.pop()
        return f"{{\n{text}}}\n"

    def _nested(self, node) -> str:
        return self._statement(node) if isinstance(node, c_ast.Compound) else self._block([node])

    def _for(self, node: c_ast.For) -> str:
        self.scopes.append({})
        first = self._statement(node.init) if node.init else ""
        test = self._condition(node.cond) if node.cond else ""
        step = self._expression(node.next)[0] if node.next else ""
        text = f"{{\n{first}for (; {test}; {step}) {self._nested(node.stmt)}}}\n"
        self.scopes.pop()
        return text

    def _declared(self, node: c_ast.Decl) -> str:
        kind = _type_of(node.type)
        self.scopes[-1][node.name] = kind
        if node.init is None:
            return f"{self._declaration(node)};\n"
        if isinstance(node.init, c_ast.InitList):
            raise NotCounted(f"{node.name} is a local array with values")
        return f"{self._declaration(node)} = {self._as(kind, node.init)};\n"

    def _declaration(self, node: c_ast.Decl) -> str:
        if _type_of(node.type) in _REAL.values():
            return f"struct tsvc_real {node.name}"
        bare = c_ast.Decl(node.name, node.quals, node.align, node.storage, node.funcspec, node.type, None, None)
        return self.generator.visit(bare)

    # -- expressions --------------------------------------------------------------

    def _expression(self, node) -> tuple[str, str | tuple]:
        match node:
            case c_ast.Constant(type=kind, value=value):
                if kind in ("float", "double"):
                    return f"tsvc_constant({value})", kind
                return value, "int"
            case c_ast.ID() | c_ast.ArrayRef() | c_ast.UnaryOp(op="*"):
                return self._read(node)
            case c_ast.UnaryOp():
                return self._unary(node)
            case c_ast.BinaryOp():
                return self._binary(node)
            case c_ast.Assignment():
                return self._assignment(node)
            case c_ast.TernaryOp():
                kind = self._common(self._expression(node.iftrue)[1], self._expression(node.iffalse)[1])
                yes, no = self._as(kind, node.iftrue), self._as(kind, node.iffalse)
                return f"({self._condition(node.cond)} ? {yes} : {no})", kind
            case c_ast.Cast():
                kind = _type_of(node.to_type)
                if kind in _REAL.values():
                    return self._as(kind, node.expr), kind
                return f"(({self.generator.visit(node.to_type)}){self._as('int', node.expr)})", kind
            case c_ast.ExprList():
                parts = [self._expression(one) for one in node.exprs]
                return f"({', '.join(text for text, _ in parts)})", parts[-1][1]
            case c_ast.FuncCall():
                return self._call(node)
        raise NotCounted(f"{self.generator.visit(node)} is not known here")

    def _type(self, name: str) -> str | tuple:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise NotCounted(f"{name} is not declared in it")

    def _place(self, node) -> tuple[str, str | tuple]:
        """An lvalue as C, not counted, and its type."""
        match node:
            case c_ast.ID(name=name):
                return name, self._type(name)
            case c_ast.ArrayRef():
                (text, kind), index = self._place_or_value(node.name), self._whole(node.subscript)
                return f"{text}[{index}]", self._target(kind, node)
            case c_ast.UnaryOp(op="*", expr=inner):
                text, kind = self._place_or_value(inner)
                return f"(*{text})", self._target(kind, node)
        raise NotCounted(f"{self.generator.visit(node)} is no place that is known here")

    def _place_or_value(self, node) -> tuple[str, str | tuple]:
        if isinstance(node, c_ast.ID | c_ast.ArrayRef):
            return self._place(node)
        return self._expression(node)

    def _target(self, kind, node):
        if not isinstance(kind, tuple):
            raise NotCounted(f"{self.generator.visit(node)} takes an element of what is no array")
        return kind[1]

    def _read(self, node) -> tuple[str, str | tuple]:
        text, kind = self._place(node)
        if isinstance(node, c_ast.ID) or isinstance(kind, tuple):
            return text, kind
        if kind in _REAL.values():
            return f"tsvc_load_{kind}(&{text})", kind
        return f"({{ __typeof__({text}) *tsvc_p = &{text}; tsvc_reads(tsvc_p); *tsvc_p; }})", kind

    def _unary(self, node: c_ast.UnaryOp) -> tuple[str, str | tuple]:
        op = node.op.removeprefix("p")
        if node.op == "&":
            text, kind = self._place(node.expr)
            if isinstance(node.expr, c_ast.ID) and kind in _REAL.values():
                raise NotCounted(f"it takes the address of the scalar {text}")
            return f"(&{text})", ("to", kind)
        if node.op == "sizeof":
            if not isinstance(node.expr, c_ast.Typename):
                raise NotCounted("it takes the size of an expression")
            return f"sizeof({self.generator.visit(node.expr)})", "int"
        if op in ("++", "--"):
            place, kind = self._place(node.expr)
            if isinstance(node.expr, c_ast.ID) and kind not in _REAL.values():
                return (f"({place}{op})" if node.op.startswith("p") else f"({op}{place})"), kind
            if node.op.startswith("p") and kind not in _REAL.values():
                raise NotCounted(f"{self.generator.visit(node)} is counted for variables alone")
            return self._assignment(c_ast.Assignment(f"{op[0]}=", node.expr, c_ast.Constant("int", "1")))
        text, kind = self._expression(node.expr)
        if op == "!":
            return f"(!{self._condition(node.expr)})", "int"
        if kind in _REAL.values():
            return (f"tsvc_negate({text})" if op == "-" else text), kind
        return f"({op}{text})", kind

    def _binary(self, node: c_ast.BinaryOp) -> tuple[str, str | tuple]:
        op = node.op
        if op in ("&&", "||"):
            return f"({self._condition(node.left)} {op} {self._condition(node.right)})", "int"
        (left, first), (right, second) = self._expression(node.left), self._expression(node.right)
        if isinstance(first, tuple) or isinstance(second, tuple):
            both = isinstance(first, tuple) and isinstance(second, tuple)
            kind = "int" if both or op in _COMPARISONS else first if isinstance(first, tuple) else second
            return f"({left} {op} {right})", kind
        kind = self._common(first, second)
        if kind == "int":
            return f"({left} {op} {right})", "int"
        left, right = self._as(kind, node.left), self._as(kind, node.right)
        if op in _COMPARISONS:
            return f"({left}.value {op} {right}.value)", "int"
        return f"tsvc_{_ARITHMETIC[op]}_{kind}({left}, {right})", kind

    def _assignment(self, node: c_ast.Assignment) -> tuple[str, str | tuple]:
        place, kind = self._place(node.lvalue)
        is_name, op = isinstance(node.lvalue, c_ast.ID), node.op[:-1]
        if kind not in _REAL.values():
            value = self._as("int", node.rvalue) if kind == "int" else self._expression(node.rvalue)[0]
            if is_name:
                return f"({place} {node.op} {value})", kind
            before = "tsvc_reads(tsvc_p); " if op else ""
            return (
                f"({{ __typeof__({place}) *tsvc_p = &{place}; __typeof__({place}) tsvc_v = {value}; {before}"
                f"tsvc_writes(tsvc_p, 0); *tsvc_p {node.op} tsvc_v; }})"
            ), kind
        if not op:
            value = self._as(kind, node.rvalue)
            return (f"({place} = {value})" if is_name else f"tsvc_store_{kind}(&{place}, {value})"), kind
        common = self._common(kind, self._expression(node.rvalue)[1])
        value, combine = self._as(common, node.rvalue), f"tsvc_{_ARITHMETIC[op]}_{common}"
        if is_name:
            return f"({place} = tsvc_as_{kind}({combine}({place}, {value})))", kind
        return (
            f"({{ {kind} *tsvc_p = &{place}; struct tsvc_real tsvc_v = {value}; "
            f"tsvc_store_{kind}(tsvc_p, {combine}(tsvc_load_{kind}(tsvc_p), tsvc_v)); }})"
        ), kind

    def _call(self, node: c_ast.FuncCall) -> tuple[str, str | tuple]:
        name = getattr(node.name, "name", "")
        given = node.args.exprs if node.args else []
        if name in _FUNCTIONS and len(given) == 1:
            function, kind = _FUNCTIONS[name]
            counted = "tsvc_abs(" if function == "fabs" else f"tsvc_apply({function}, "
            return f"tsvc_as_{kind}({counted}{self._as(kind, given[0])}))", kind
        helper = self.loop.helpers.get(name)
        if helper is None:
            raise NotCounted(f"the function {name} is not known here")
        kinds = [_type_of(one.type) for one in _parameters(helper)]
        passed = [self._as(kind, one) for kind, one in zip(kinds, given, strict=True)]
        return f"{self._name(name)}({', '.join(passed)})", _type_of(helper.decl.type.type)

    def _common(self, first, second):
        if "double" in (first, second):
            return "double"
        return "float" if "float" in (first, second) else first if isinstance(first, tuple) else second

    def _as(self, kind, node) -> str:
        """The expression converted to another type, as an assignment would."""
        text, own = self._expression(node)
        if kind in _REAL.values():
            if own in _REAL.values():
                return text if own == kind else f"tsvc_as_{kind}({text})"
            return f"tsvc_constant(({kind}){text})"
        return f"({text}).value" if own in _REAL.values() else text

    def _condition(self, node) -> str:
        text, kind = self._expression(node)
        return f"({text}.value != 0)" if kind in _REAL.values() else text

    def _whole(self, node) -> str:
        return self._as("int", node)
