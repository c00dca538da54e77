"""C text for the timing baseline: each loop with its sizes as literals, and a loop that times it.

TSVC's own arrays have fixed sizes, and compilers use them: gcc interchanges s231's nest only when it knows the row
length. So the fast build is compiled for the sizes it is asked for. Each timed call starts from restored inputs;
the clock runs around the call alone.
"""

import copy
from functools import lru_cache
from pathlib import Path

from pycparser import c_ast, c_generator

from tsvc.csource import CFunction, parse_file, walk

_CLOCK = r"""
#include <stdint.h>
#include <string.h>
#include <time.h>
#if defined(__SSE__)
#include <xmmintrin.h>
/* What a program linked with -ffast-math starts with: denormals are zero. */
static unsigned tsvc_enter(void) { unsigned old = _mm_getcsr(); _mm_setcsr(old | 0x8040); return old; }
static void tsvc_leave(unsigned old) { _mm_setcsr(old); }
#else
static unsigned tsvc_enter(void) { return 0; }
static void tsvc_leave(unsigned old) { (void)old; }
#endif
static int64_t tsvc_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}
volatile double tsvc_sink;
"""

# Every name starts with tsvc_: the loop's own parameters stand beside them.
_TIMED = """
int {name}_timed({parameters}{comma}int tsvc_count, void **tsvc_own, void **tsvc_saved, const int64_t *tsvc_bytes,
                 int tsvc_warmups, int tsvc_calls, int64_t tsvc_limit, int64_t *tsvc_samples)
{{
    unsigned tsvc_mode = tsvc_enter();
    int64_t tsvc_start = tsvc_now();
    int tsvc_done = 0;
    for (int tsvc_call = -tsvc_warmups;
         tsvc_call < tsvc_calls && (tsvc_done == 0 || tsvc_now() - tsvc_start < tsvc_limit); tsvc_call++) {{
        for (int tsvc_k = 0; tsvc_k < tsvc_count; tsvc_k++)
            memcpy(tsvc_own[tsvc_k], tsvc_saved[tsvc_k], tsvc_bytes[tsvc_k]);
        int64_t tsvc_before = tsvc_now();
        {call};
        int64_t tsvc_after = tsvc_now();
        if (tsvc_call >= 0)
            tsvc_samples[tsvc_done++] = tsvc_after - tsvc_before;
    }}
    tsvc_leave(tsvc_mode);
    return tsvc_done;
}}
"""


@lru_cache(maxsize=1024)
def fast_text(path: Path, n: int, m: int) -> tuple[str, str]:
    """(text before, text after) a C file: every loop NAME compiled for n and m, and NAME_timed beside it.

    NAME_timed(loop's arguments, count, own, saved, bytes, warmups, calls, limit in ns, samples in ns) restores `count`
    arrays before each call and returns how many samples it took before the limit.
    """
    before, after = "", _CLOCK
    generator = c_generator.CGenerator()
    for function in parse_file(path):
        name = function.name
        before += f"#define {name} {name}_any_size\n"
        declaration = generator.visit(function.node.decl)
        declared = function.node.decl.type.args.params if function.node.decl.type.args else []
        names = [decl.name for decl in declared if isinstance(decl, c_ast.Decl)]
        returns = not generator.visit(function.node.decl.type.type).startswith("void")
        parameters = declaration[declaration.index("(") + 1 : declaration.rindex(")")] if names else ""
        call = f"{name}({', '.join(names)})"
        literal = generator.visit(_with_literals(function.node, {"n": n, "m": m}))
        after += f"#undef {name}\n__attribute__((noinline)) {literal}"
        after += _timed(name, parameters, call, returns)
    return before, after


def timed_text(function: CFunction, text: str) -> str:
    """C text that defines a function of a loop's name and parameters, with NAME_timed (as in fast_text) behind it."""
    generator = c_generator.CGenerator()
    arguments = function.node.decl.type.args
    declared = [decl for decl in (arguments.params if arguments else []) if isinstance(decl, c_ast.Decl)]
    # Arrays as plain addresses: the text says itself what they hold.
    kinds = [
        f"{generator.visit(decl.type.type)} {decl.name}"
        if isinstance(decl.type, c_ast.TypeDecl)
        else f"void *{decl.name}"
        for decl in declared
    ]
    call = f"{function.name}({', '.join(decl.name for decl in declared)})"
    returns = not generator.visit(function.node.decl.type.type).startswith("void")
    return f"#include <stdlib.h>\n{_CLOCK}{text}{_timed(function.name, ', '.join(kinds), call, returns)}"


def _timed(name: str, parameters: str, call: str, returns: bool) -> str:
    return _TIMED.format(
        name=name,
        parameters=parameters,
        comma=", " if parameters else "",
        call=f"tsvc_sink = {call}" if returns else call,
    )


def _with_literals(node: c_ast.FuncDef, sizes: dict[str, int]) -> c_ast.FuncDef:
    """A copy of a function in which its sizes are numbers, those apart that it declares anew or changes."""
    variable = {part.name for part in walk(node.body) if isinstance(part, c_ast.Decl)}
    for part in walk(node.body):
        target = getattr(part, "lvalue", None) or (part.expr if isinstance(part, c_ast.UnaryOp) else None)
        if isinstance(target, c_ast.ID) and getattr(part, "op", "") not in ("-", "+", "!", "~", "sizeof"):
            variable.add(target.name)
    sizes = {name: value for name, value in sizes.items() if name not in variable}
    copied = copy.deepcopy(node)
    for part in walk(copied.decl.type):
        if isinstance(part, c_ast.TypeDecl) and part.declname in sizes:
            part.declname += "_"
    _replace(copied, sizes)
    return copied


def _replace(node: c_ast.Node, sizes: dict[str, int]) -> None:
    for slot, child in node.children():
        if isinstance(child, c_ast.ID) and child.name in sizes:
            number = c_ast.Constant("int", str(sizes[child.name]))
            holder, _, index = slot.partition("[")
            if index:
                getattr(node, holder)[int(index[:-1])] = number
            else:
                setattr(node, holder, number)
        else:
            _replace(child, sizes)
