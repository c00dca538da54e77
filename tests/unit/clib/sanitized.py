"""Runs calls of C loops under AddressSanitizer and UndefinedBehaviorSanitizer, in a generated C program.

Each array lies in a block of exactly its size, so that one element too far is a report.
"""

import struct
import subprocess
from functools import cache
from pathlib import Path

from clib.build import SRC, compiler
from tsvc.inputs import Case
from tsvc.loops import Loop

_FLAGS = ["-std=gnu11", "-O1", "-g", "-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Without the leak checker: it needs rights that containers withhold.
_OPTIONS = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}

_MAIN = """
#include <stdio.h>
#include <stdlib.h>
static void *array[8];
static double scalar[4];
static int get(void *into, size_t size) { return fread(into, 1, size, stdin) == size; }
int main(void)
{
    int head[5]; /* loop, n, m, arrays, scalars */
    while (get(head, sizeof head)) {
        int n = head[1], m = head[2];
        for (int k = 0; k < head[3]; k++) {
            int size;
            get(&size, sizeof size);
            array[k] = malloc(size);
            get(array[k], size);
        }
        get(scalar, head[4] * sizeof *scalar);
        switch (head[0]) {
%s
        }
        for (int k = 0; k < head[3]; k++)
            free(array[k]);
        printf("%%d\\n", head[0]);
        fflush(stdout);
    }
    return 0;
}
"""


@cache
def missing() -> str | None:
    """Why the sanitizers cannot be used here, in the compiler's words; None if they can."""
    command = [*compiler(), *_FLAGS, "-x", "c", "-", "-o", "/dev/null"]
    built = subprocess.run(command, input="int main(void) { return 0; }", capture_output=True, text=True, check=False)
    return f"the compiler has no sanitizers: {built.stderr.strip()}" if built.returncode else None


def program(loops: list[Loop], folder: Path) -> Path:
    """Compile a program that makes the calls that `report` sends it."""
    files = dict.fromkeys(loop.path for loop in loops)
    text = "\n".join(f'#include "{path}"' for path in files) + _MAIN % "\n".join(map(_case, range(len(loops)), loops))
    source, built = folder / "main.c", folder / "main"
    source.write_text(text)
    command = [*compiler(), *_FLAGS, "-I", str(SRC), "-include", "tsvc.h", str(source), "-o", str(built), "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    return built


def report(program: Path, loops: list[Loop], cases: list[Case]) -> tuple[int, str]:
    """Make the calls: (how many were made, what the sanitizers said)."""
    calls = b"".join(_record(loops.index(case.loop), case) for case in cases)
    done = subprocess.run([program], input=calls, capture_output=True, env=_OPTIONS, check=False, timeout=300)
    return len(done.stdout.split()), done.stderr.decode(errors="replace")


def _case(number: int, loop: Loop) -> str:
    arguments, arrays, scalars = [], 0, 0
    for name, kind in loop.signature:
        if kind == "array":
            arguments.append(f"array[{arrays}]")
            arrays += 1
        elif kind == "size":
            arguments.append(name)
        else:
            arguments.append(f"scalar[{scalars}]")
            scalars += 1
    return f"        case {number}: {loop.name}({', '.join(arguments)}); break;"


def _record(number: int, case: Case) -> bytes:
    arrays = [array.tobytes() for array in case.arrays().values()]
    scalars = [float(case.params[parameter.name]) for parameter in case.loop.params]
    head = struct.pack("5i", number, case.n, case.m, len(arrays), len(scalars))
    blocks = [struct.pack("i", len(data)) + data for data in arrays]
    return head + b"".join(blocks) + struct.pack(f"{len(scalars)}d", *scalars)
