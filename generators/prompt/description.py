"""The loop itself in the prompt: C source, arguments with their legal values, legal calls, signature to write."""

import re

from tsvc.domain import defaults, is_legal
from tsvc.loops import Array, Loop, Parameter

#: Where kernels are timed.
TIMED = {"n": 32000, "m": 256}
_DTYPE = {"real": "float32", "int": "int32"}
_ROLE = {
    "in": "read only",
    "out": "written, never read before it is written",
    "inout": "read and written",
}


def source(loop: Loop) -> str:
    """The C text with the numbers of its lines in the file, helpers before the function that calls them."""
    lines = []
    for first, text in loop.function.parts:
        lines += [f"{number:4}  {line}".rstrip() for number, line in enumerate(text.splitlines(), start=first)]
        lines.append("")
    return "```c\n" + "\n".join(lines[:-1]) + "\n```"


def arguments(loop: Loop) -> str:
    """One line for each array, scalar and size, and one for the result."""
    lines = [f"- `{array.name}`: {_array(array)}" for array in loop.arrays]
    lines += [f"- `{parameter.name}`: {_parameter(parameter)}" for parameter in loop.params]
    lines += [f"- `{name}`: int, {_SIZES[name]}" for name in loop.sizes]
    if loop.result:
        lines.append(f"- result: a tensor of one element, {_DTYPE[loop.result]}")
    return "\n".join(lines)


_SIZES = {"n": "the length of 1-D arrays", "m": "the side of 2-D arrays"}


def _array(array: Array) -> str:
    shape = ", ".join(array.extents) + ("," if len(array.extents) == 1 else "")
    text = f"{_DTYPE[array.dtype]}, shape ({shape}), {_ROLE[array.role]}"
    if len(array.extents) == 2:
        text += f"; `{array.name}[i][j]` lies at i*{array.extents[1]} + j"
    if array.dtype == "int":
        text += f"; elements in {array.low} .. {array.high}, " + (
            "no two alike" if array.permutation else "in any order, any of them repeated"
        )
    return text


def _parameter(parameter: Parameter) -> str:
    kind = {"real": "float", "int": "int"}[parameter.kind]
    if parameter.low == parameter.high:
        return f"{kind}, {parameter.low}"
    return f"{kind}, in {parameter.low} .. {parameter.high}; {parameter.default} when timed"


def legal_calls(loop: Loop) -> str:
    """The conditions of a legal call, the smallest one, and the timed one."""
    least = [name for name in loop.sizes if not any(re.fullmatch(rf"{name} >= \d+", rule) for rule in loop.requires)]
    conditions = [f"{name} >= 1" for name in least] + [_tidy(rule) for rule in loop.requires]
    lines = [f"A call is legal if {' and '.join(conditions)}." if conditions else "Every call is legal."]
    smallest = smallest_call(loop)
    if smallest:
        lines.append(f"The smallest: {_named(smallest)}.")
    if timed := {name: TIMED[name] for name in loop.sizes}:
        lines.append(f"Timed near {_named(timed)}.")
    return " ".join(lines)


def smallest_call(loop: Loop, most: int = 128) -> dict[str, int]:
    """The smallest legal n below a limit, with its smallest m, parameters being TSVC's; {} if there is none."""
    for n in range(1, most if "n" in loop.sizes else 2):
        for m in range(1, most if "m" in loop.sizes else 2):
            if is_legal(loop, n, m, defaults(loop, n, m)):
                return {name: {"n": n, "m": m}[name] for name in loop.sizes}
    return {}


def signature(loop: Loop) -> str:
    """The Python function to write: arrays, then sizes, then scalars."""
    arguments = [f"{array.name}: torch.Tensor" for array in loop.arrays]
    arguments += [f"{name}: int" for name in loop.sizes]
    arguments += [f"{parameter.name}: {'float' if parameter.kind == 'real' else 'int'}" for parameter in loop.params]
    return f"def {loop.name}({', '.join(arguments)}) -> {'torch.Tensor' if loop.result else 'None'}:"


def _named(values: dict[str, int]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _tidy(rule: str) -> str:
    return f"({rule})" if " or " in rule else rule
