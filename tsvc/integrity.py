"""Whether the code that observes a kernel is still what it was when the kernel was read. Imported by the child alone.

It runs in the kernel's own process: what a kernel replaces and puts back between two looks is not seen.
"""

import itertools
import sys
import types
from collections.abc import Iterable

#: What leads to every object of the process, and so to those that observe.
_SEARCHES = ("gc.get_objects", "gc.get_referrers", "gc.get_referents")
_PLAIN = (int, float, str, tuple, frozenset, types.FunctionType, types.BuiltinFunctionType)


class Integrity:
    """Remembers the functions, methods and constants of modules, and from then on any search among all objects.

    modules: whose own names are looked at. To be made once in a process, before a kernel is read.
    """

    def __init__(self, modules: Iterable[types.ModuleType]):
        self._modules = list(modules)
        searched: list[str] = []
        self._searched = searched

        def hook(event: str, args: tuple) -> None:
            if event in _SEARCHES:
                searched.append(event)

        self._before = self._names()
        sys.addaudithook(hook)

    @property
    def broken(self) -> str:
        """The first name that means something else by now, or the search that was made; else ""."""
        if self._searched:
            return self._searched[0]
        now = self._names()
        added = (name for name in now if name not in self._before and name.startswith("tsvc."))
        changed = (name for name, was in self._before.items() if not _same(was, now.get(name)))
        return next(itertools.chain(changed, added), "")

    def _names(self) -> dict[str, tuple]:
        found: dict[str, tuple] = {}
        for module in self._modules:
            for name, value in vars(module).items():
                if isinstance(value, type) and value.__module__ == module.__name__:
                    found |= {f"{module.__name__}.{name}.{key}": _parts(each) for key, each in vars(value).items()}
                if isinstance(value, (type, *_PLAIN)):
                    found[f"{module.__name__}.{name}"] = _parts(value)
        return {name: parts for name, parts in found.items() if "__" not in name}


def _parts(value) -> tuple:
    return (value, getattr(value, "__code__", None), getattr(value, "__closure__", None))


def _same(one: tuple, other: tuple | None) -> bool:
    return other is not None and all(x is y for x, y in zip(one, other, strict=True))
