"""Torch operators that a function calls beside its launches, and on how much data. Imported by the child alone.

Allocating, viewing, copying and filling are no work: everything else is counted by elements, and so are tensors read
out to the host or made from what the host computed. A thread has its own dispatch modes, so one that the function
starts is not seen, and is told instead.
"""

import _thread
import contextlib
import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from tsvc.blindness import Blindness, tensors_in
from tsvc.kept import Kept
from tsvc.poison import UNWRITTEN, poison

_ALLOCATE = "empty empty_like empty_strided new_empty new_empty_strided zeros zeros_like new_zeros ones ones_like "
_ALLOCATE += "new_ones full full_like new_full arange scalar_tensor lift_fresh resize_ empty_permuted"
_VIEW = "view _unsafe_view reshape _reshape_alias as_strided select slice narrow transpose t permute expand expand_as "
_VIEW += (
    "squeeze unsqueeze flatten unflatten detach alias unbind split split_with_sizes chunk diagonal movedim view_as "
)
_VIEW += "view_dtype real imag is_same_size is_contiguous"
_COPY = "clone copy_ _to_copy contiguous fill_ zero_ _pin_memory is_pinned record_stream"
_NO_WORK = frozenset(f"{_ALLOCATE} {_VIEW} {_COPY}".split())
_ALLOCATES = frozenset(_ALLOCATE.split())
_VIEWS = frozenset(_VIEW.split())
#: Functions that hand a tensor's values to Python and numpy, or take them from there.
_TO_HOST = frozenset(("numpy", "tolist", "__array__", "__dlpack__", "__reduce_ex__"))
_TO_NUMBERS = frozenset(("item", "tolist", "__float__"))
_FROM_HOST = ("from_numpy", "tensor", "as_tensor", "asarray", "frombuffer", "from_dlpack")


class TorchCalls:
    """Watches one call of a kernel's function.

    is_inside: tells whether a launch is going on, whose own copies do not count.
    written: addresses of the storages that operators wrote to.
    elements: operator -> elements of its largest operand, summed over its calls; "thread" counts threads started.
    on_own: of these the elements of the call's own arrays. wrote: told what an operator wrote, and from what it copied.
    kept: told which memory holds something of the call's data.

    There is one in a process, made before a kernel is read, which could keep what is replaced here for itself.
    """

    def __init__(self, is_inside: Callable[[], bool], wrote: Callable[[torch.Tensor, Any], None] = lambda *_: None):
        self.elements: Counter[str] = Counter()
        self.written: set[int] = set()
        self.on_own = 0
        self.kept = Kept()
        self._own: frozenset[int] = frozenset()
        self._is_inside, self._wrote = is_inside, wrote
        self._is_watching = False
        for name in _FROM_HOST:
            setattr(torch, name, self._measured(getattr(torch, name)))
        for owner in (_thread, threading):
            for name in ("start_new_thread", "start_joinable_thread"):  # the second since Python 3.13
                name = name if owner is _thread else f"_{name}"
                if hasattr(owner, name):
                    setattr(owner, name, self._counted(getattr(owner, name)))

    @contextlib.contextmanager
    def watching(
        self, blindness: Blindness | None = None, seed: int | None = None, own: Iterable[torch.Tensor] = ()
    ) -> Iterator[None]:
        """Count what happens inside, from nothing.

        blindness: what is kept from the host, and shown to operators that copy or see few elements.
        seed: of the noise that fresh memory holds (tsvc.poison); None leaves in it what the allocator left.
        own: the arrays of the call.
        """
        own = list(own)
        self.on_own, self._own = 0, frozenset(tensor.untyped_storage().data_ptr() for tensor in own)
        self.kept.start(own)
        self.elements.clear()
        self.written.clear()
        self._is_watching = True
        shown = _Shown(blindness, self._is_inside)
        try:
            with (
                _Operators(self._add, self._note_written, shown, seed, self.kept),
                _Functions(self._read, shown, self.kept),
            ):
                yield
        finally:
            self._is_watching = False

    def _add(self, name: str, given: tuple, result: Any) -> None:
        self.elements[name] += max(map(_elements, (*given, result)))
        self._add_own(given)

    def _add_own(self, given) -> None:
        mine = [one for one in tensors_in(given) if one.untyped_storage().data_ptr() in self._own]
        self.on_own += max(map(_elements, mine), default=0)

    def _read(self, name: str, given: tuple) -> None:
        """The host reads tensors' values."""
        if not self._is_inside():
            self._count(name, _elements(given))
            self._add_own(given)

    def _count(self, name: str, elements: int) -> None:
        if not self._is_inside():
            self.elements[name] += elements

    def _note_written(self, tensor: torch.Tensor, source: Any) -> None:
        if not self._is_inside():
            self.written.add(tensor.untyped_storage().data_ptr())
            self._wrote(tensor, source)

    def _measured(self, make: Callable) -> Callable:
        """torch does not show its modes what makes a tensor of the host's numbers."""

        @functools.wraps(make)
        def measured(*args, **kwargs):
            tensor = make(*args, **kwargs)
            if self._is_watching:
                self._count(make.__name__, tensor.numel())
            return tensor

        return measured

    def _counted(self, start: Callable) -> Callable:
        @functools.wraps(start)
        def counted(*args, **kwargs):
            if self._is_watching and not self._is_inside():
                self.elements["thread"] += 1
            return start(*args, **kwargs)

        return counted


class _Shown:
    """Calls an operator or function: on what its tensors really hold, where it may see that."""

    def __init__(self, blindness: Blindness | None, is_inside: Callable[[], bool]):
        self.blindness, self.is_inside = blindness, is_inside

    def operator(self, is_torch: bool, is_free: bool, is_view: bool, func: Any, args: tuple, kwargs: dict):
        blind = self.blindness
        if blind is None or is_view or self.is_inside():
            return func(*args, **kwargs)
        if not is_torch or (not is_free and _elements((args, tuple(kwargs.values()))) > blind.few):
            return func(*args, **kwargs)
        used = list(tensors_in((args, kwargs)))
        blind.show(used)
        result = func(*args, **kwargs)
        blind.hide([*used, *tensors_in(result)])
        return result

    def to_host(self, name: str, func: Callable, args: tuple, kwargs: dict):
        blind = self.blindness
        if blind is None or self.is_inside() or _elements(args) > blind.few:
            return func(*args, **kwargs)
        used = list(tensors_in(args))
        if name != "tolist":
            args = tuple(blind.let_go(value) if isinstance(value, torch.Tensor) else value for value in args)
        blind.show(used)
        result = func(*args, **kwargs)
        blind.hide()
        return result


class _Operators(TorchDispatchMode):
    def __init__(
        self,
        count: Callable[[str, tuple, Any], None],
        note_written: Callable[[torch.Tensor, Any], None],
        shown: _Shown,
        seed: int | None,
        kept: Kept,
    ):
        super().__init__()
        self.count, self.note_written, self.shown, self.seed, self.kept = count, note_written, shown, seed, kept

    def observe(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        # An operator of somebody's own could look beyond the few elements that it is given.
        is_torch = func.namespace in ("aten", "prim")
        is_free = is_torch and name in _NO_WORK
        run = func if self.seed is None or name not in UNWRITTEN else _poisoned(func, self.seed)
        result = self.shown.operator(is_torch, is_free, is_free and name in _VIEWS, run, args, kwargs or {})
        if func._schema.is_mutable and isinstance(result, torch.Tensor):
            self.note_written(result, args[1] if name == "copy_" else None)
        if name not in _ALLOCATES and not (is_free and name in _VIEWS) and not self.shown.is_inside():
            self.kept.operator((args, kwargs or {}), result)
        if not is_free:
            self.count(name, (args, kwargs or {}), result)
        return result


# Not in the class's body, where torch would wrap it in something that imports torch._dynamo, which takes seconds.
_Operators.__torch_dispatch__ = _Operators.observe  # type: ignore[method-assign,assignment]


class _Functions(TorchFunctionMode):
    def __init__(self, read: Callable[[str, tuple], None], shown: _Shown, kept: Kept):
        super().__init__()
        self.read, self.shown, self.kept = read, shown, kept

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in _TO_HOST:
            self.read(name, args)
            result = self.shown.to_host(name, func, args, kwargs or {})
        else:
            result = func(*args, **(kwargs or {}))
        if name in _TO_NUMBERS:
            self.kept.read(args, result)
        return result


def _poisoned(func: Any, seed: int) -> Callable:
    """An operator that allocates, and leaves noise."""

    def poisoned(*args, **kwargs):
        written = args[0].numel() if func.overloadpacket.__name__ == "resize_" else 0
        result = func(*args, **kwargs)
        poison(result, seed, written)
        return result

    return poisoned


def _elements(value) -> int:
    """Elements of the largest tensor in an operator's arguments or results."""
    if isinstance(value, torch.Tensor):  # seen as numbers of eight bytes they are no fewer
        return max(value.numel(), value.numel() * value.element_size() // 4)
    if isinstance(value, dict):
        return _elements(tuple(value.values()))
    if isinstance(value, tuple | list):
        return max(map(_elements, value), default=0)
    return 0
