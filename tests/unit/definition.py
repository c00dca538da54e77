"""An oracle that shares no code with the C reference: the index notation of spec.json, executed over numpy arrays."""

import json
import math
import re
from functools import cache
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "data" / "tsvc"
SPEC = {entry["name"]: entry for entry in json.loads((DATA / "spec.json").read_text())}
KNOWN = json.loads((DATA / "known_answers.json").read_text())

_FOR = r"for (\w+) = (.*) \.\. (.*?)(?: by (\S+))?:"


def execute(name: str, arrays: dict, real: type, n: int, m: int, params: dict):
    """Execute a definition once, changing the arrays in place, every operation rounded to `real` from left to right.

    real: np.float32 or np.float64; the arrays have this type or int32. Constants are rounded to float32 in both.
    Returns the scalar result, or None.
    """
    names = {**arrays, **{key: real(value) if isinstance(value, float) else value for key, value in params.items()}}
    if "aa" in arrays:
        names["aa_flat"] = arrays["aa"].reshape(-1)
    with np.errstate(all="ignore"):
        return _function(name, tuple(names))(real, n, m, *names.values())


@cache
def _function(name: str, names: tuple[str, ...]):
    lines = SPEC[name]["definition"].split("\n")
    # s481 ends the process where it stops; a library returns the place, and n where it never does.
    result = "n" if "stop the program" in SPEC[name]["definition"] else "None"
    body = [f"    {line}" for line in [f"result = {result}", *map(_statement, lines), "return result"]]
    text = "\n".join([f"def run(real, n, m, {', '.join(names)}):", *body])
    scope = {"np": np, "span": _span, "sine": _sine, "cosine": _cosine}
    exec(compile(text, name, "exec"), scope)
    return scope["run"]


def _statement(line: str) -> str:
    """One line of index notation as Python."""
    indent, text = re.fullmatch(r"( *)(.*)", line).groups()
    if match := re.fullmatch(_FOR, text):
        variable, low, high, step = match.groups()
        return f"{indent}for {variable} in span({_expression(low)}, {_expression(high)}, {step or 1}):"
    if text == "leave the loop":
        return f"{indent}break"
    if text == "stop the program":
        return f"{indent}return i"
    if text.startswith(("if ", "else")):
        return indent + _expression(text.replace("else if", "elif"))
    target, value = text.split(" <- ")
    return f"{indent}{_expression(target)} = {_expression(value)}"


def _expression(text: str) -> str:
    text = re.sub(r"floor\((.*?)/(\d)\)", r"((\1)//\2)", text)
    text = re.sub(r"double\(([\d.]+)\)|(\d+\.\d+)", lambda c: c[0] if c[1] else f"real(np.float32({c[2]}))", text)
    text = text.replace("float32( ", "real( ").replace("double(", "np.float64(")
    return text.replace("sin(", "sine(").replace("cos(", "cosine(")


def _span(low: int, high: int, step: int) -> range:
    return range(low, high + (1 if step > 0 else -1), step)


def _sine(value):
    return type(value)(math.sin(value)) if np.isfinite(value) else value * np.float32(np.nan)


def _cosine(value):
    return type(value)(math.cos(value)) if np.isfinite(value) else value * np.float32(np.nan)
