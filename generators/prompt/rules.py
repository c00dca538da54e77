"""What Triton 3.6 to 3.9 refuses to compile: each rule with code that it accepts and code that it does not.

A test compiles both sides of every rule.
"""

from dataclasses import dataclass
from textwrap import indent


@dataclass(frozen=True)
class Rule:
    """One rule of Triton's compiler.

    text: the rule in a sentence or two. right, wrong: bodies of a kernel; right_before, wrong_before: what stands at
    module level before it. accepted_from: the first version that accepts the wrong side too, "" if none does.
    """

    text: str
    right: str
    wrong: str
    right_before: str = ""
    wrong_before: str = ""
    accepted_from: str = ""


#: What the snippets begin with that need a block; not repeated in the prompt.
_LOAD = "i = tl.arange(0, BLOCK)\nx = tl.load(x_ptr + i, mask=i < n, other=0.0)\n"
_COMPOSE = "def compose(p1, q1, p2, q2):\n    return p1 * p2, p2 * q1 + q2\n"

RULES = (
    Rule(
        "The bounds of tl.arange and the shape of a block are tl.constexpr; its size is a power of two, at most 2**20.",
        "i = tl.arange(0, BLOCK)",
        "i = tl.arange(0, n)",
    ),
    Rule(
        "No break and no continue; no return inside a loop. Use a while loop's condition, or masks.",
        "j = 0\nwhile (j < n) & (j * j < k):\n    j += 1",
        "for j in range(n):\n    if j * j >= k:\n        break",
    ),
    Rule(
        "A variable that a loop or an if changes keeps its type and shape: start it with those.",
        _LOAD + "total = tl.zeros((BLOCK,), dtype=tl.float32)\nfor j in range(k):\n    total += x",
        _LOAD + "total = 0.0\nfor j in range(k):\n    total += x",
    ),
    Rule(
        "A variable used after an if or a loop is defined before it.",
        "y = 0.0\nif n > k:\n    y = 1.0\ntl.store(y_ptr, y)",
        "if n > k:\n    y = 1.0\ntl.store(y_ptr, y)",
    ),
    Rule(
        "An if, a while and a conditional expression need a scalar condition; for a block use tl.where or a mask.",
        _LOAD + "y = tl.where(x > 0, x, -x)",
        _LOAD + "y = x if x > 0 else 0.0",
    ),
    Rule(
        "Comparisons are not chained, and conditions on blocks are joined by & | ~ in parentheses.",
        "i = tl.arange(0, BLOCK)\ninside = (i >= 1) & (i < n)",
        "i = tl.arange(0, BLOCK)\ninside = 1 <= i < n",
        accepted_from="3.9",
    ),
    Rule(
        "A block has no elements to index, slice or assign; only [:, None] and [None, :] exist. Reduce to get one.",
        _LOAD + "last = tl.sum(tl.where(i == BLOCK - 1, x, 0.0), axis=0)",
        _LOAD + "last = x[BLOCK - 1]",
    ),
    Rule(
        "A pointer is no array either: tl.load and tl.store take a pointer plus offsets.",
        "x = tl.load(x_ptr + k)",
        "x = x_ptr[k]",
    ),
    Rule(
        "A block is not stored at a scalar pointer, nor a scalar pointer loaded under a block's mask.",
        _LOAD + "tl.store(y_ptr, tl.sum(x, axis=0))",
        _LOAD + "tl.store(y_ptr, x)",
    ),
    Rule(
        "`other` only goes with `mask`.",
        "i = tl.arange(0, BLOCK)\nx = tl.load(x_ptr + i, mask=i < n, other=0.0)",
        "i = tl.arange(0, BLOCK)\nx = tl.load(x_ptr + i, other=0.0)",
    ),
    Rule(
        "A kernel sees no ordinary globals: pass them as arguments, or make them tl.constexpr(...).",
        "y = tl.load(x_ptr) * HALF",
        "y = tl.load(x_ptr) * HALF",
        right_before="HALF = tl.constexpr(0.5)\n",
        wrong_before="HALF = 0.5\n",
    ),
    Rule(
        "Whatever a kernel calls is in tl or is a @triton.jit function at module level: no Python or torch function, "
        "math.*, lambda or nested def. min, max and range work; abs, sum, float() and triton.cdiv do not.",
        "y = tl.abs(tl.load(x_ptr)) + tl.cdiv(n, BLOCK)",
        "y = abs(tl.load(x_ptr)) + tl.cdiv(n, BLOCK)",
    ),
    Rule(
        "There is no ** and no tl.pow: multiply. There is tl.sqrt, tl.exp, tl.log, tl.sin, tl.cos.",
        "x = tl.load(x_ptr)\ny = x * x",
        "x = tl.load(x_ptr)\ny = x ** 2",
    ),
    Rule(
        "The combine function of tl.associative_scan and tl.reduce is a @triton.jit function; for tuples it takes all "
        "parts of the left one, then all of the right one, and returns as many.",
        _LOAD + "p, q = tl.associative_scan((x, x), 0, compose)",
        _LOAD + "p, q = tl.associative_scan((x, x), 0, compose)",
        right_before="@triton.jit\n" + _COMPOSE,
        wrong_before="@triton.jit\ndef compose(left, right):\n    return left[0] * right[0], right[0] * left[1]\n",
    ),
    Rule(
        "tl.cumsum and tl.cumprod are inclusive (reverse=True: from the end); there is no exclusive form, no cummax.",
        _LOAD + "before = tl.cumsum(x, axis=0) - x",
        _LOAD + "before = tl.cumsum(x, axis=0, exclusive=True)",
    ),
    Rule(
        "An integer argument that is 1 arrives as a Python constant: convert with tl.cast, not with .to.",
        "step = tl.cast(one, tl.int64)",
        "step = one.to(tl.int64)",
    ),
    Rule(
        "tl.static_range needs tl.constexpr bounds; range takes any integers, also with a negative step.",
        "for j in range(n - 1, -1, -1):\n    tl.store(y_ptr + j, 0.0)",
        "for j in tl.static_range(n):\n    tl.store(y_ptr + j, 0.0)",
    ),
    Rule(
        "No try, raise, with, dict, list comprehension or f-string in a kernel, and no `a = b = ...`. Tuples work.",
        "pair = (n, k)",
        "pair = {0: n, 1: k}",
    ),
)


def right_file(rule: Rule) -> str:
    """A Python file that Triton accepts; its kernel takes x_ptr, y_ptr, n, k, one (which is 1) and BLOCK."""
    return _file(rule.right_before, rule.right)


def wrong_file(rule: Rule) -> str:
    """The same with a kernel that Triton refuses."""
    return _file(rule.wrong_before, rule.wrong)


def _file(before: str, body: str) -> str:
    return (
        f"import torch\nimport triton\nimport triton.language as tl\n\n\n{before}\n\n@triton.jit\n"
        f"def kernel(x_ptr, y_ptr, n, k, one, BLOCK: tl.constexpr):\n{indent(body, '    ')}\n"
    )


def rules() -> str:
    """The rules as a list, each with both sides."""
    return "\n".join(f"- {rule.text}\n{_sides(rule)}" for rule in RULES)


def _sides(rule: Rule) -> str:
    right = (rule.right_before + rule.right.removeprefix(_LOAD)).strip()
    wrong = (rule.wrong_before + rule.wrong.removeprefix(_LOAD)).strip()
    if "\n" not in right + wrong:
        return f"  Right: `{right}` Wrong: `{wrong}`"
    return indent(f"```python\n# right\n{right}\n# wrong\n{wrong}\n```", "  ")
