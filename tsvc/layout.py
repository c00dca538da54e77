"""Where a directory keeps the kernel of a loop: NAME.py, as here, or as others lay out their sets.

    NAME.py                                          always wins
    NAME_triton.py  triton_NAME.py  NAME_v3.py       one file, or several versions, beside the others
    NAME/attempt3.py  NAME/3.py  NAME/NAME.py        a folder for each loop, with one file or several attempts

Of several files the one called final or best counts, else the one with the highest number: a generator's attempts end
with the one that it kept.
"""

import re
from collections.abc import Iterable
from pathlib import Path

_FINAL = {"final", "best"}
#: What file names say besides the loop: anything else makes a file none of a loop's.
_WORDS = {"triton", "llm", "kernel", "gpu", "tsvc", "attempt", "try", "version", "v", "solution", ""} | _FINAL


def find_kernel(loop: str, directory: Path) -> Path | None:
    """The file of a directory that is a loop's kernel, or None."""
    own = directory / f"{loop}.py"
    if own.is_file():
        return own
    beside = [path for path in _python_files(directory) if _is_of(path, loop)]
    return max(beside, key=_rank, default=None) or _in_folder(loop, directory / loop)


def attempts_of(loop: str, directory: Path) -> list[Path]:
    """All files of a directory that could be a loop's kernel, worst first; the last one is `find_kernel`'s."""
    found = [path for path in _python_files(directory) if _is_of(path, loop)] + _candidates(loop, directory / loop)
    chosen = find_kernel(loop, directory)
    return [*(path for path in sorted(found, key=_rank) if path != chosen), *([chosen] if chosen else [])]


def strays(directory: Path, loops: Iterable[str]) -> list[Path]:
    """Python files of a directory and of its folders that belong to none of the loops."""
    everything = _python_files(directory)
    for folder in sorted(
        path for path in directory.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
    ):
        everything += _python_files(folder)
    taken = {path for loop in loops for path in attempts_of(loop, directory)}
    return [path for path in everything if path not in taken and path.name != "__init__.py"]


def _in_folder(loop: str, folder: Path) -> Path | None:
    own = folder / f"{loop}.py"
    return own if own.is_file() else max(_candidates(loop, folder), key=_rank, default=None)


def _candidates(loop: str, folder: Path) -> list[Path]:
    """A loop's attempts in its folder; a file of any name where it is the only one."""
    files = _python_files(folder)
    return [path for path in files if _is_of(path, loop, in_folder=True)] or (files if len(files) == 1 else [])


def _python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.is_file())


def _parts(path: Path) -> list[str]:
    return re.split(r"[_\-. ]+", path.stem.lower())


def _is_of(path: Path, loop: str, in_folder: bool = False) -> bool:
    parts, name = _parts(path), loop.lower()
    if name not in parts and not in_folder:
        return False
    return all(re.sub(r"\d+$", "", part) in _WORDS for part in parts if part != name)


def _rank(path: Path) -> tuple:
    """Final before numbered, higher numbers before lower; the loop's own digits are no number of an attempt."""
    parts = _parts(path)
    matches = [re.fullmatch(r"([a-z]*?)(\d+)", part) for part in parts]
    numbers = [int(match[2]) for match in matches if match and match[1] in _WORDS]
    return bool(set(parts) & _FINAL), max(numbers, default=-1), path.name
