"""Triton's interpreter under observation: program order permuted, every address checked.

Imported by the child alone. Programs of a launch run one after another in the interpreter; in natural order some
races never show, so the order is an argument. Before each load, store and atomic, the active addresses are compared
with the extents of the tensors that were passed to the launch.
"""

from collections.abc import Callable

import numpy as np
import torch
from triton.runtime import interpreter as triton_interpreter

from tsvc import tree_order
from tsvc.gates import ALL

#: Which arguments of the builder's memory operations are (pointer, mask); create_load and create_store end in these.
_OPERATIONS = {
    "create_masked_load": (0, 1),
    "create_masked_store": (0, 2),
    "create_atomic_cas": (0, None),
    "create_atomic_rmw": (1, 3),
}


class OutOfBoundsAccess(Exception):
    """A program touched memory outside the tensors of its launch."""


class Observer:
    """Watches all launches from `start` on.

    launches: how many grids ran; reordered: how many of these had more than one program in another than natural order.
    out_of_bounds: the first address outside, in words, or None.
    """

    def __init__(self) -> None:
        self.order, self.seed, self.gates = "natural", 0, ALL
        self.exact: list[tuple[str, int, int, int, int]] = []
        self.allowed: list[tuple[int, int]] = []
        self.reset()
        _mend_index()
        tree_order.install()
        self._wrap_grid()
        for name, (pointer, mask) in _OPERATIONS.items():
            self._wrap_access(name, pointer, mask)

    def reset(self) -> None:
        self.launches, self.reordered = 0, 0
        self.permutation: np.ndarray | None = None
        self.out_of_bounds: str | None = None

    def start(self, order: str, seed: int, arrays: dict[str, torch.Tensor], gates: frozenset[str] = ALL) -> None:
        """Begin a run.

        order: "natural", "reversed" or "random" (then by seed).
        arrays: the tensors of the call; each lies in a larger storage whose rest is guard zone.
        gates: those of tsvc.gates in force.
        """
        self.order, self.seed, self.gates = order, seed, gates
        self.reset()
        self.exact = [(name, *_span(tensor), *_storage(tensor)) for name, tensor in arrays.items()]

    def _wrap_grid(self) -> None:
        builder = triton_interpreter.interpreter_builder
        set_dim, set_index = builder.set_grid_dim, builder.set_grid_idx
        executor = triton_interpreter.GridExecutor
        call = executor.__call__

        def observed_call(executor_self, *args, **kwargs):
            self.launches += 1
            self.allowed = self._spans_of([*args, *kwargs.values()])
            return call(executor_self, *args, **kwargs)

        def observed_dim(*dim):
            self.dim = dim
            total = int(np.prod(dim))
            if self.order == "reversed":
                self.permutation = np.arange(total)[::-1]
            elif self.order == "random":
                self.permutation = np.random.default_rng([self.seed, self.launches]).permutation(total)
            else:
                self.permutation = None
            self.reordered += self.permutation is not None and total > 1
            return set_dim(*dim)

        def permuted_index(x, y, z):
            if self.permutation is not None:
                _, ny, nz = self.dim
                index = int(self.permutation[(x * ny + y) * nz + z])
                x, y, z = index // (ny * nz), index // nz % ny, index % nz
            return set_index(x, y, z)

        executor.__call__ = observed_call
        builder.set_grid_dim, builder.set_grid_idx = observed_dim, permuted_index

    def _spans_of(self, values) -> list[tuple[int, int]]:
        """The address ranges that a launch may touch: the exact extents of its arrays, all of any other tensor."""
        spans = []
        for value in values:
            base = getattr(value, "base", value)  # a tensor descriptor, or a tensor
            if isinstance(base, torch.Tensor):
                low, high = _storage(base)
                exact = [(lo, hi) for _, lo, hi, start, end in self.exact if start <= low < end]
                spans += exact or [(low, high)]
            elif isinstance(value, tuple):
                spans += self._spans_of(value)
        return spans

    def _wrap_access(self, name: str, pointer: int, mask: int | None) -> None:
        builder = triton_interpreter.interpreter_builder
        operation: Callable = getattr(builder, name)

        def checked(*args, **kwargs):
            addresses = np.asarray(args[pointer].data)
            if mask is not None and args[mask] is not None:
                addresses = addresses[np.broadcast_to(np.asarray(args[mask].data, bool), addresses.shape)]
            if addresses.size and "addresses" in self.gates:
                self._check(addresses, args[pointer].get_element_ty().primitive_bitwidth // 8)
            return operation(*args, **kwargs)

        setattr(builder, name, checked)

    def _check(self, addresses: np.ndarray, width: int) -> None:
        low, high = int(addresses.min()), int(addresses.max()) + width
        if any(start <= low and high <= end for start, end in self.allowed):
            return
        inside = np.zeros(addresses.shape, bool)
        for start, end in self.allowed:
            inside |= (addresses >= start) & (addresses < end)
        if not inside.all():
            self.out_of_bounds = self._words(int(addresses[~inside].flat[0]), width)
            raise OutOfBoundsAccess(self.out_of_bounds)

    def _words(self, address: int, width: int) -> str:
        for name, low, high, start, end in self.exact:
            if start <= address < end:
                return f"{name}[{(address - low) // width}], of {(high - low) // width} elements"
        return "an address in none of its tensors"


def _mend_index() -> None:
    """Triton 3.6 calls int() on arrays of one element, which numpy 2.4 refuses; do as 3.7 does."""
    patch = triton_interpreter._patch_lang_tensor

    def mended(tensor, scope):
        patch(tensor, scope)
        scope.set_attr(tensor, "__index__", lambda self: int(self.handle.data.squeeze()))

    triton_interpreter._patch_lang_tensor = mended


def _span(tensor: torch.Tensor) -> tuple[int, int]:
    return tensor.data_ptr(), tensor.data_ptr() + tensor.numel() * tensor.element_size()


def _storage(tensor: torch.Tensor) -> tuple[int, int]:
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()
