"""Compile a C file of loops on demand into a cache keyed by source, flags, compiler and processor.

Four builds of one source:

strict      float32, every operation rounded on its own: the arbiter of right and wrong
double      the same text in float64: the truth that tolerances derive from
contracted  strict with fused multiply-add: what a GPU compiler may legally do
fast        -O3 -march=native -ffast-math: the timing baseline

and one of generated text: threads, which is fast with OpenMP.
"""

import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

SRC = Path(__file__).parent / "src"
ROOT = Path(__file__).parents[1]

# Without fast-math the vectoriser keeps every rounding, so -O3 costs the arbiter nothing but time saved.
_STRICT = ("-O3", "-march=native", "-ffp-contract=off", "-frounding-math", "-fno-fast-math")
BUILDS = {
    "strict": _STRICT,
    "double": (*_STRICT, "-DTSVC_DOUBLE"),
    "contracted": ("-O3", "-march=native", "-ffp-contract=fast", "-fno-fast-math"),
    # Loops on cache lines: where a short loop falls by chance changes its time by a factor of two.
    "fast": ("-O3", "-march=native", "-ffast-math", "-falign-loops=64"),
}
BUILDS["threads"] = (*BUILDS["fast"], "-fopenmp")


class BuildError(Exception):
    """The C reference cannot be built; the message carries the command and the compiler's words."""


def cache_dir() -> Path:
    """Where compiled code is kept: $TSVC_CACHE, or .cache in the checkout."""
    return Path(os.environ.get("TSVC_CACHE") or ROOT / ".cache")


def compiler() -> list[str]:
    """The C compiler's command: $CC, or cc, gcc, clang, whichever comes first.

    Raises BuildError where there is none.
    """
    wanted = shlex.split(os.environ.get("CC", ""))
    for command in [wanted] if wanted else [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    looked = shlex.join(wanted) if wanted else "cc, gcc, clang"
    raise BuildError(f"no C compiler found (looked for {looked}): install gcc, or name one in $CC")


def compiler_version() -> str:
    """The first line of the compiler's --version."""
    return _version(tuple(compiler()))


@lru_cache
def _version(command: tuple[str, ...]) -> str:
    output = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    return (output.stdout or output.stderr).split("\n")[0]


@lru_cache
def processor() -> str:
    """The processor's model name and features, as -march=native sees them."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    return "; ".join(dict.fromkeys(re.findall(r"^(?:model name|flags|Features)\s*: (.*)$", text, re.MULTILINE)))


def build(source: Path, kind: str, before: str = "", after: str = "", command: Sequence[str] = ()) -> Path:
    """Compile one C file and return the path of its shared library.

    source: a C file; tsvc.h is found and included for it.
    kind: one of BUILDS.
    before, after: more C text around the file's own (sizes made literal, timing loops).
    command: another compiler than compiler().
    Raises BuildError: no compiler, or a compile error.
    """
    text = source.read_text()
    if kind == "double":
        # A file that writes float instead of real gets its double build all the same.
        text = _insert_after_includes(text, "#define float double")
    text = f'{before}#line 1 "{source}"\n{text}\n{after}'
    return _built(source, text, kind, command, [f"{path}:{path.read_text()}" for path in _own_headers(source)])


def build_text(text: str, name: str, kind: str, command: Sequence[str] = ()) -> Path:
    """Compile generated C text, which may use tsvc.h, and return the path of its shared library.

    name: what messages call it. kind, command, BuildError: as for build.
    """
    return _built(SRC / f"{name}.c", text, kind, command, [])


def _built(source: Path, text: str, kind: str, command: Sequence[str], more: list[str]) -> Path:
    flags, version = (
        ["-std=gnu11", "-fPIC", "-w", *BUILDS[kind]],
        _version(tuple(command)) if command else compiler_version(),
    )
    command = list(command or compiler())
    header = (SRC / "tsvc.h").read_text()
    parts = [text, header, *more, shlex.join([*command, *flags]), version, processor()]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
    folder = cache_dir() / "clib"
    library = folder / f"{source.stem}-{kind}-{key}.so"
    if library.exists():
        return library
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{library}.lock"):
        if not library.exists():
            _compile(source, text, flags, library, command)
    return library


def _own_headers(source: Path) -> list[Path]:
    """The files beside a C file that it includes, and those that these include."""
    found, waiting = [source], [source]
    while waiting:
        path = waiting.pop()
        for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', path.read_text(), re.MULTILINE):
            header = path.parent / name
            if header.is_file() and header not in found:
                found.append(header)
                waiting.append(header)
    return found[1:]


def _compile(source: Path, text: str, flags: list[str], library: Path, command: list[str]) -> None:
    unit = library.with_suffix(".c")
    unit.write_text(text)
    built, ready = unit.with_suffix(".o"), unit.with_suffix(".tmp")
    include = ["-I", str(SRC), "-I", str(source.parent), "-include", str(SRC / "tsvc.h")]
    try:
        _call([*command, *flags, *include, "-c", str(unit), "-o", str(built)], source)
        # Linked without -ffast-math: gcc would otherwise add start-up code that turns denormals off
        # in every process that loads the library, the arbiter's included.
        libraries = ["-lm", *(["-fopenmp"] if "-fopenmp" in flags else [])]
        _call([*command, "-shared", "-o", str(ready), str(built), *libraries], source)
        ready.replace(library)
    finally:
        for path in (unit, built, ready):
            path.unlink(missing_ok=True)


def _call(command: list[str], source: Path) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BuildError(f"cannot compile {source}\n  {shlex.join(command)}\n{result.stderr.strip()}")


def _insert_after_includes(text: str, line: str) -> str:
    includes = list(re.finditer(r"^[ \t]*#[ \t]*include[^\n]*\n", text, re.MULTILINE))
    end = includes[-1].end() if includes else 0
    return f"{text[:end]}{line}\n#line {text[:end].count(chr(10)) + 1}\n{text[end:]}"
