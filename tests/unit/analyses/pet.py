"""PET, isl's own extractor of polyhedral models from C, through the libraries that the tadashi wheel carries.

`python pet.py LIBRARIES` reads lines "path function" and prints one JSON object a line: isl text of what PET finds
(Verdoolaege and Grosser, "Polyhedral Extraction Tool", IMPACT 2012), or null. A process of its own, because libpet
brings another isl than islpy.

What it found is committed, so that the comparison needs no tadashi; where it is installed,
`PYTHONPATH=. python tests/unit/analyses/pet.py > tests/data/pet.json` renews the record.
"""

import ctypes
import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_HEADER = "typedef float real; float real_abs(float); float real_sin(float); float real_cos(float);"
#: In the order in which they need each other.
_LIBRARIES = ("libgmp", "libtinfo", "libffi", "libisl", "libLLVM", "libclang-cpp", "libpet")
_UNIONS = ("may_reads", "may_writes", "must_writes")
_POINTER = ctypes.c_void_p


def libraries() -> Path | None:
    """The folder with libpet, None where tadashi is not installed."""
    spec = importlib.util.find_spec("tadashi")
    folder = Path(spec.origin).parents[1] / "tadashi.libs" if spec and spec.origin else None
    return folder if folder and folder.is_dir() else None


def extract(folder: Path, loops, scratch: Path) -> dict[str, dict | None]:
    """What PET finds in each loop, by name: may_reads, may_writes, must_writes, schedule, domain, and its statements'
    lines, counted from the loop's own."""
    for path in {loop.path for loop in loops}:
        (scratch / path.name).write_text(path.read_text().replace('#include "tsvc.h"', _HEADER))
    tasks = "\n".join(f"{scratch / loop.path.name} {loop.name}" for loop in loops)
    done = subprocess.run(
        [sys.executable, __file__, str(folder)], input=tasks, capture_output=True, text=True, check=True
    )
    scops = dict(zip([loop.name for loop in loops], map(json.loads, done.stdout.splitlines()), strict=True))
    for loop in loops:
        if scop := scops[loop.name]:
            scop["lines"] = {name: line - loop.line for name, line in scop["lines"].items()}
    return scops


class _Statement(ctypes.Structure):
    _fields_ = [("loc", _POINTER), ("domain", _POINTER)]


class _Scop(ctypes.Structure):
    """The head of struct pet_scop, as pet.h has it."""

    _fields_ = [
        *((name, _POINTER) for name in ("loc", "context", "context_value", "schedule")),
        ("n_type", ctypes.c_int), ("types", _POINTER),
        ("n_array", ctypes.c_int), ("arrays", _POINTER),
        ("n_stmt", ctypes.c_int), ("stmts", ctypes.POINTER(ctypes.POINTER(_Statement))),
    ]  # fmt: skip


class _Pet:
    """libpet and its isl; pointers are plain integers."""

    def __init__(self, folder: Path):
        found = {name: next(folder.glob(f"{name}-*")) for name in _LIBRARIES}
        loaded = {name: ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL) for name, path in found.items()}
        self.pet = loaded["libpet"]  # finds isl's functions too, being linked with it
        self.context = self.call("isl_ctx_alloc_with_pet_options")
        self.call("pet_options_set_autodetect", self.context, True)

    def call(self, name: str, *values, gives=_POINTER):
        kinds = {bool: ctypes.c_int, bytes: ctypes.c_char_p, int: _POINTER}
        function = getattr(self.pet, name)
        function.restype, function.argtypes = gives, [kinds[type(value)] for value in values]
        return function(*values)

    def text(self, kind: str, pointer: int) -> str:
        return self.call(f"isl_{kind}_to_str", pointer, gives=ctypes.c_char_p).decode()

    def scop(self, path: str, name: str) -> dict | None:
        pointer = self.call("pet_scop_extract_from_C_source", self.context, path.encode(), name.encode())
        if not pointer:
            return None
        found: dict = {union: self.text("union_map", self.call(f"pet_scop_get_{union}", pointer)) for union in _UNIONS}
        found["domain"] = self.text("union_set", self.call("pet_scop_get_instance_set", pointer))
        schedule = self.call("isl_schedule_get_map", self.call("pet_scop_get_schedule", pointer))
        found["schedule"] = self.text("union_map", schedule)
        scop = ctypes.cast(pointer, ctypes.POINTER(_Scop)).contents
        found["lines"] = {}
        for statement in (scop.stmts[at].contents for at in range(scop.n_stmt)):
            name = re.search(r"\{ \[?(\w+)\[", self.text("set", statement.domain))[1]  # type: ignore[index]
            found["lines"][name] = self.call("pet_loc_get_line", statement.loc, gives=ctypes.c_int)
        return found


def main(*arguments: str) -> None:
    """With the folder of the libraries: be the process that has loaded them. Without: print the record."""
    if arguments:
        pet = _Pet(Path(arguments[0]))
        for task in sys.stdin:
            print(json.dumps(pet.scop(*task.split())), flush=True)
        return
    from tsvc.loops import LOOPS

    folder = libraries()
    if folder is None:
        sys.exit("PET is not here; pip install tadashi brings it")
    with tempfile.TemporaryDirectory() as scratch:
        scops = extract(folder, list(LOOPS.values()), Path(scratch))
    print(json.dumps({"source": f"tadashi {importlib.metadata.version('tadashi')}", "scops": scops}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
