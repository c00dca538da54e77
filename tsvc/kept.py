"""What one call leaves behind is noise for the next. Imported by the child alone.

An answer that is kept, however it is found again (by content, samples, address), is kept in memory that outlives its
call: in tensors that hold something of the call's data, or in numbers that were read out of such. When a call is over
and its answer is taken, these get noise. What a kernel may keep is spared: memory that holds nothing of the data
(tables that are made of sizes alone, buffers of zeros) and memory that each call writes before it reads. Of a loop
without arrays a table is the answer: there all that launches store is spoilt.
"""

import functools
import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from tsvc.blindness import tensors_in
from tsvc.poison import poison

#: How deep numbers are looked for in what a module holds.
_DEPTH = 6
_NOISE = float("nan")
_PLAIN = (str, bytes, int, bool, type(None), torch.Tensor, types.ModuleType)


class Kept:
    """Knows which memory holds something of a call's data.

    count: how many tensors and numbers of earlier calls became noise before the call that is going on.
    has_data: whether the call that is going on has arrays.
    """

    def __init__(self) -> None:
        self.count = 0
        self._marked: dict[int, tuple[StorageWeakRef, torch.dtype]] = {}
        self.has_data = True
        self._numbers: dict[int, float] = {}  # by id: a number of the same value may be somebody's constant

    def start(self, own: Iterable[torch.Tensor]) -> None:
        """Begin a call on these arrays."""
        self._numbers.clear()
        tensors = list(own)
        self.has_data = bool(tensors)
        for tensor in tensors:
            self.mark(tensor)

    def mark(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        self._marked[storage._cdata] = (StorageWeakRef(storage), tensor.dtype)  # the reference keeps the number in use

    def holds_data(self, value: Any) -> bool:
        """Whether any of the tensors in arguments holds something of the data."""
        return any(tensor.untyped_storage()._cdata in self._marked for tensor in tensors_in(value))

    def operator(self, given: Any, result: Any) -> None:
        """An operator, not one that only allocates, made, or wrote, the result of what it was given."""
        if not self.holds_data(given):
            return
        for tensor in tensors_in(result):
            self.mark(tensor)

    def read(self, given: Any, numbers: Any) -> None:
        """The host got numbers, in lists or alone, of what was given."""
        if type(numbers) is float and self.holds_data(given):
            self._numbers[id(numbers)] = numbers
        elif isinstance(numbers, list):
            for each in numbers:
                self.read(given, each)

    def launched(self, given: Any, stored: Iterable[int]) -> None:
        """A launch was given arguments; stored: the lowest and highest addresses of its stores."""
        tensors = list(tensors_in(given))
        if self.has_data and not self._numbers and not self.holds_data(tensors):
            return
        for tensor in tensors:
            storage = tensor.untyped_storage()
            low = storage.data_ptr()
            if storage._cdata not in self._marked and any(low <= at < low + storage.nbytes() for at in stored):
                self.mark(tensor)

    def spoil(self, seed: int, module: types.ModuleType | None = None) -> None:
        """The call is over, its answer taken: put noise in what is left of its data, in its module's numbers too."""
        for place, (reference, kind) in list(self._marked.items()):
            storage = torch.UntypedStorage._new_with_weak_ptr(reference.cdata)
            if storage is None:
                del self._marked[place]
            else:
                self.count += _spoil_storage(storage, kind, seed)
        if self._numbers and module is not None:
            self.count += self._spoil_numbers(module)
        self._numbers.clear()

    def _spoil_numbers(self, module: types.ModuleType) -> int:
        found, seen = 0, {id(vars(module))}
        todo: list[tuple[Any, int]] = [(vars(module), 0)]
        while todo:
            holder, depth = todo.pop()
            found += self._spoil_holder(holder)
            if isinstance(holder, functools._lru_cache_wrapper):
                holder.cache_clear()  # as good as before for a function that only computes
            for part in _parts(holder, module.__name__) if depth < _DEPTH else ():
                if id(part) not in seen and not isinstance(part, (*_PLAIN, float)):
                    seen.add(id(part))
                    todo.append((part, depth + 1))
        return found

    def _spoil_holder(self, holder: Any) -> int:
        """Put noise in place of numbers, also within tuples; how many were there."""
        found = 0

        def spoiled(value: Any) -> Any:
            nonlocal found
            if type(value) is float and id(value) in self._numbers:
                found += 1
                return _NOISE
            if type(value) is tuple:
                new = tuple(map(spoiled, value))
                return value if all(one is other for one, other in zip(value, new, strict=True)) else new
            return value

        if isinstance(holder, dict):
            holder.update({key: new for key, value in holder.items() if (new := spoiled(value)) is not value})
        elif isinstance(holder, list | deque):
            for place, value in enumerate(holder):
                if (new := spoiled(value)) is not value:
                    holder[place] = new
        elif isinstance(holder, types.CellType):
            if (new := spoiled(_contents(holder))) is not _contents(holder):
                holder.cell_contents = new
        elif isinstance(holder, type):
            for name, value in list(vars(holder).items()):
                if (new := spoiled(value)) is not value:
                    setattr(holder, name, new)
        elif isinstance(holder, types.FunctionType):
            holder.__defaults__ = spoiled(holder.__defaults__)
        return found


def _parts(holder: Any, module: str) -> Iterator[Any]:
    """What hangs on a value: members of containers, what functions hold, attributes of the module's own classes."""
    if isinstance(holder, dict):
        yield from list(holder.values())
    elif isinstance(holder, list | tuple | set | frozenset | deque):
        yield from list(holder)
    elif isinstance(holder, types.FunctionType):
        yield from (vars(holder), *(holder.__defaults__ or ()), holder.__kwdefaults__, *(holder.__closure__ or ()))
    elif isinstance(holder, types.CellType):
        yield _contents(holder)
    elif isinstance(holder, functools._lru_cache_wrapper):
        yield from (holder.__wrapped__, vars(holder))
    elif isinstance(holder, type) and holder.__module__ == module:
        yield from list(vars(holder).values())
    elif type(holder).__module__ == module:
        yield from (type(holder), getattr(holder, "__dict__", None))


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _spoil_storage(storage: torch.UntypedStorage, kind: torch.dtype, seed: int) -> bool:
    """Put noise in memory, but for zeros, which hold nothing; whether there was something else."""
    size = storage.nbytes() // kind.itemsize
    whole = torch.empty(0, dtype=kind, device=storage.device).set_(storage, 0, (size,), (1,))
    if not size or not whole.any():
        return False
    poison(whole, seed)
    return True
