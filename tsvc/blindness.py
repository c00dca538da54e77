"""A call in which the host does not see the data: only launches do. Imported by the child alone.

Whatever does a loop's work outside a launch (torch behind its observers' back, numpy on the tensors' memory, a thread
that has waited since the file was read) comes out wrong here, however well it hides. A launch sees every tensor as it
is; so does a torch operator that copies, or works on a few elements. In between each tensor holds other numbers: its
own, moved to other places, and smaller where they are no whole numbers. What honest work leaves is right all the same.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator

import torch
from torch.utils._python_dispatch import _disable_current_modes

#: Of the elements of a tensor, where its first one goes.
_TURN = 7
#: Types whose numbers are moved as such; of others the bytes are.
_TYPES = (torch.float32, torch.float64, torch.int32, torch.int64)


class Blindness:
    """Keeps what tensors hold from the host.

    few: elements of the largest tensor that an operator may see which does more than copy.
    """

    def __init__(self, few: int, synchronize: Callable[[], None]):
        self.few, self._synchronize = few, synchronize
        #: By address of a storage: the storage, what it really holds while it is hidden, what it shows then.
        self._known: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
        self._hidden: set[int] = set()

    def hide(self, tensors: Iterable[torch.Tensor] = ()) -> None:
        """Put other numbers in all tensors known, these from now on among them."""
        with _disable_current_modes():
            for tensor in tensors:
                place = tensor.untyped_storage().data_ptr()
                if place and place not in self._known:
                    whole = _whole(tensor)
                    turned = torch.roll(whole, _TURN)
                    self._known[place] = whole, whole.clone(), turned * 0.75 if whole.is_floating_point() else turned
            for place, (whole, kept, others) in self._known.items():
                if place not in self._hidden:
                    kept.copy_(whole)
                    whole.copy_(others)
                    self._hidden.add(place)

    def show(self, tensors: Iterable[torch.Tensor] | None = None) -> None:
        """Put what was there back in these tensors, by default in all."""
        places = self._known if tensors is None else {t.untyped_storage().data_ptr() for t in tensors}
        with _disable_current_modes():
            for place in self._hidden & set(places):
                whole, kept, _ = self._known[place]
                whole.copy_(kept)
                self._hidden.remove(place)

    def let_go(self, tensor: torch.Tensor) -> torch.Tensor:
        """What the host may look at from now on: the tensor, or a copy where it is a small part of something large."""
        self.show([tensor])
        place = tensor.untyped_storage().data_ptr()
        if place in self._known and self._known[place][0].numel() > self.few:
            with _disable_current_modes():
                tensor = tensor.clone()
            self.hide()
            return tensor
        self._known.pop(place, None)
        return tensor

    @contextlib.contextmanager
    def lifted(self, tensors: Iterable[torch.Tensor]) -> Iterator[None]:
        """These are to be seen inside, as by a launch that is given them."""
        tensors = list(tensors)
        self._synchronize()
        self.show(tensors)
        try:
            yield
        finally:
            self._synchronize()
            self.hide(tensors)


def tensors_in(value) -> Iterator[torch.Tensor]:
    """The tensors in arguments or results."""
    value = getattr(value, "base", value) if not isinstance(value, torch.Tensor) else value
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from tensors_in(each)


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    """All of a tensor's storage, as elements of its type, or bytes if they are of no usual one."""
    storage, kind = tensor.untyped_storage(), tensor.dtype if tensor.dtype in _TYPES else torch.uint8
    size = storage.nbytes() // kind.itemsize
    return torch.empty(0, dtype=kind, device=tensor.device).set_(storage, 0, (size,), (1,))
