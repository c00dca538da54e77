"""Whether the code that observes a kernel is still what it was when the kernel was read. Imported by the child alone.

It runs in the kernel's own process: what a kernel replaces and puts back between two looks is not seen.
"""

import sys
import types
from collections.abc import Iterable, Iterator, Mapping

#: What leads to every object of the process, and so to those that observe.
_SEARCHES = ("gc.get_objects", "gc.get_referrers", "gc.get_referents")
_PLAIN = (int, float, str, tuple, frozenset, types.FunctionType, types.BuiltinFunctionType)


class Integrity:
    """Remembers the functions, methods and constants of modules, and from then on any search among all objects.

    modules: whose own names are looked at, and those of their classes. others: of which built-in functions alone are
        (torch replaces some of its others itself). To be made once in a process, before a kernel is read.
    """

    def __init__(self, modules: Iterable[types.ModuleType], others: Iterable[types.ModuleType] = ()):
        searched: list[str] = []
        self._searched = searched

        def hook(event: str, args: tuple) -> None:
            if event in _SEARCHES:
                searched.append(event)

        self._places = [place for module in modules for place in _places_of(module)]
        self._places += [_Place(one.__name__, vars(one), (types.BuiltinFunctionType,)) for one in others]
        sys.addaudithook(hook)

    @property
    def broken(self) -> str:
        """The first name that means something else by now, or the search that was made; else ""."""
        if self._searched:
            return self._searched[0]
        return next(filter(None, map(_Place.first_change, self._places)), "")


class _Place:
    """The names of a module or a class: what each was, and those that there were.

    kinds: of the values that are looked at.
    """

    def __init__(self, label: str, names: Mapping[str, object], kinds: tuple[type, ...]):
        self.label, self.names, self.kinds = label, names, kinds
        own = {name: value for name, value in names.items() if "__" not in name}
        self.before = {name: _parts(value) for name, value in own.items() if isinstance(value, kinds)}
        self.known = frozenset(names)

    def first_change(self) -> str:
        now = self.names
        for name, (was, code, closure) in self.before.items():
            value = now.get(name)
            if value is not was or (
                code is not None
                and (getattr(value, "__code__", None) is not code or getattr(value, "__closure__", None) is not closure)
            ):
                return f"{self.label}.{name}"
        if len(now) != len(self.known) and self.label.startswith("tsvc."):
            added = (name for name in now if name not in self.known and "__" not in name)
            return next((f"{self.label}.{name}" for name in added if isinstance(now[name], self.kinds)), "")
        return ""


def _places_of(module: types.ModuleType) -> Iterator[_Place]:
    """A module and its own classes."""
    yield _Place(module.__name__, vars(module), (type, *_PLAIN))
    for name, value in vars(module).items():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield _Place(f"{module.__name__}.{name}", vars(value), (object,))


def _parts(value) -> tuple:
    return (value, getattr(value, "__code__", None), getattr(value, "__closure__", None))
