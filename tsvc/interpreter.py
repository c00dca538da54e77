"""Triton's interpreter under observation: program order permuted, every address checked and logged.

Imported by the child alone. Programs of a launch run one after another in the interpreter; in natural order some
races never show, so the order is an argument, and in one they take turns (tsvc.interleaving). Before each load, store
and atomic, the active addresses are compared with the extents of the tensors that were passed to the launch;
tsvc.races compares those of different programs.
"""

import contextlib
import ctypes
import inspect
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
import triton.language as tl
from triton.language.extra import cuda as language_of_cuda
from triton.runtime import interpreter as triton_interpreter
from triton.runtime.autotuner import Autotuner
from triton.runtime.errors import OutOfResources

from tsvc import shortcuts, tree_order
from tsvc.accesses import ATOMIC, LOAD, STORE, AccessLog, Extent, disjoint, mark
from tsvc.blindness import Blindness, tensors_in
from tsvc.gates import ALL
from tsvc.hints import HINTS, holds
from tsvc.interleaving import Patience, Turns, Waiting
from tsvc.kept import Kept
from tsvc.pipelining import PipelinedLoop, iterate
from tsvc.races import find_race
from tsvc.undefined import undefined

#: The builder's memory operations: kind, and which arguments are pointer, mask, value and memory semantics.
#: create_load and create_store end in these.
_OPERATIONS: dict[str, tuple[int, int, int | None, int | None, int | None]] = {
    "create_masked_load": (LOAD, 0, 1, None, None),
    "create_masked_store": (STORE, 0, 2, 1, None),
    "create_atomic_cas": (ATOMIC, 0, None, None, 3),
    "create_atomic_rmw": (ATOMIC, 1, 3, None, 4),
}
_IR = triton_interpreter._ir
_SEMANTIC = _IR.MEM_SEMANTIC
_ACQUIRES = (_SEMANTIC.ACQUIRE, _SEMANTIC.ACQUIRE_RELEASE)
_RELEASES = (_SEMANTIC.RELEASE, _SEMANTIC.ACQUIRE_RELEASE)
#: Accesses after which a log is searched and begun anew: what lies on both sides is not compared.
_LOG_LIMIT = 1 << 24
#: Elements that a launch stores from which on the share of its stores says who works.
_MANY = 64
#: The largest second and third dimension of a grid, and how many warps a program may have.
_GRID_LIMIT = 65535
_WARPS = (1, 2, 4, 8, 16, 32)


class OutOfBoundsAccess(Exception):
    """A program touched memory outside the tensors of its launch."""


class Observer:
    """Watches all launches from `start` on.

    launches: how many grids ran; programs: the most that one of them had; reordered: how many of these had more than
    one program in another than natural order. atomics: whether any atomic orders memory; exchanges: whether several
    programs of a launch use atomics at all. has_undefined: a load left lanes without a value.
    inside: a launch is going on.
    accesses: elements that all programs touched; busiest: that the busiest of each launch did; steps: how many loads,
    stores and atomics that were; where these are logged.
    out_of_bounds: the first address outside, in words, or None; race: the first race; clobbered: the first input that
    changed; broken: the first promise to the compiler that does not hold; refused: a grid that no GPU takes.
    kept: told what launches leave of the data.
    """

    def __init__(self) -> None:
        self.order, self.seed, self.gates = "natural", 0, ALL
        self.exact: list[tuple[str, int, int, int, int]] = []
        self.tunings = 0
        self.words: list[tuple[str, np.ndarray, int, int]] = []
        self.inputs: list[tuple[str, np.ndarray, int, int]] = []
        self.allowed: list[Extent] = []
        self.kept = Kept()
        self.stored: set[int] = set()
        self.reset()
        _mend_index()
        tree_order.install(self._order_of)
        shortcuts.install()
        self._wrap_grid()
        self._wrap_patching()
        self._wrap_barriers()
        self._wrap_tuning()
        self._wrap_hints()
        self._wrap_reordering()
        _wrap_dot()
        _end_launches()
        for name, places in _OPERATIONS.items():
            self._wrap_access(name, *places)
        self._installed = self._watched()

    @property
    def tampered(self) -> str:
        """What of the interpreter the kernel has replaced, or ""."""
        if self.turned:
            return self.turned
        now = self._watched()
        return next((name for name, function in self._installed.items() if now.get(name) is not function), "")

    def _watched(self) -> dict[str, Callable]:
        builder, executor = triton_interpreter.interpreter_builder, triton_interpreter.GridExecutor
        names = ("set_grid_dim", "set_grid_idx", "create_barrier", "create_assume", *_OPERATIONS)
        memory = triton_interpreter._interpreter
        return {
            **{name: getattr(builder, name) for name in names},
            **{name: getattr(memory, name) for name in dir(memory) if callable(getattr(memory, name))},
            "GridExecutor": executor.__call__,
        }

    def reset(self) -> None:
        self.launches, self.programs, self.reordered = 0, 0, 0
        self.atomics, self.exchanges, self.has_undefined = False, False, False
        self.inside = False
        self.patched: set[str] = set()
        self.permutation: np.ndarray | None = None
        self.accesses, self.busiest, self.steps = 0, 0, 0
        self.out_of_bounds: str | None = None
        self.race: str | None = None
        self.clobbered: str | None = None
        self.broken: str | None = None
        self.refused: str | None = None
        self.log: AccessLog | None = None
        self.by_launch: dict[str, np.ndarray] = {}
        self.by_torch: dict[str, np.ndarray] = {}
        self.given: set[int] = set()
        self.shadow: list[tuple[str, np.ndarray, np.ndarray, int, int]] = []
        self.by_host = ""
        self.ablation: str | None = None
        self.ablation_of_call: str | None = None
        self.blindness: Blindness | None = None
        self.turned = ""
        self.patience = Patience()
        self.turns: Turns | None = None
        self.pipelined: dict[tuple[int, int, int], list[PipelinedLoop]] = {}

    def start(
        self,
        order: str,
        seed: int,
        arrays: dict[str, torch.Tensor],
        gates: frozenset[str] = ALL,
        ablation: str | None = None,
        blindness: Blindness | None = None,
        inputs: Sequence[str] = (),
    ) -> None:
        """Begin a run.

        order: "natural", "reversed", "random" (by seed) or "interleaved" (at random, and taking turns at atomics).
        arrays: the tensors of the call; each lies in a larger storage whose rest is guard zone.
        gates: those of tsvc.gates in force.
        ablation: "skip" leaves every launch out, "fail" lets it raise what Triton raises when memory is short.
        blindness: what launches alone may see. inputs: names of the arrays that C only reads.
        """
        self.order, self.seed, self.gates = order, seed, gates
        self.reset()
        self.ablation, self.ablation_of_call, self.blindness = ablation, ablation, blindness
        self.by_launch, self.by_torch = (
            {name: np.zeros(tensor.numel(), bool) for name, tensor in arrays.items()} for _ in range(2)
        )
        self.exact = [(name, *_span(tensor), *_storage(tensor)) for name, tensor in arrays.items()]
        self.words = [(name, _words_of(tensor), *_span(tensor)) for name, tensor in arrays.items()]
        self.inputs = [entry for entry in self.words if entry[0] in inputs]

    def _wrap_grid(self) -> None:
        builder = triton_interpreter.interpreter_builder
        set_dim, set_index = builder.set_grid_dim, builder.set_grid_idx
        executor = triton_interpreter.GridExecutor
        call = executor.__call__

        def observed_call(executor_self, *args, **kwargs):
            self.launches += 1
            self.turned = self.tampered
            named = {**dict(zip(executor_self.arg_names, args, strict=False)), **kwargs}
            self.allowed = disjoint(self._extents_of(named))
            self.given |= {tensor.untyped_storage().data_ptr() for tensor in tensors_in(named)}
            self.pipelined.clear()
            if "grids" in self.gates and kwargs.get("num_warps", 4) not in _WARPS and self.refused is None:
                self.refused = f"num_warps={kwargs['num_warps']}: CUDA takes a power of two, and at most 32"
            if self.ablation == "fail":
                raise OutOfResources(1 << 20, 0, "shared memory")
            if self.ablation == "skip":
                return None
            self.inside, self.patched, self.stored = True, set(), set()
            try:
                with self._seeing(executor_self, named):
                    self.shadow = [
                        (name, words, words.copy(), low, high)
                        for name, words, low, high in self.words
                        if "races" in self.gates and "dispatch" in self.gates
                    ]
                    with self._taking_turns(executor_self):
                        return call(executor_self, *args, **kwargs)
            except Exception as error:
                self.race = self.race or _waiting(error)
                raise
            finally:
                self.inside = False
                self.kept.launched(named, self.stored)
                self._search()
                if self.log is not None:
                    self.steps += len(self.log.accesses)
                    # Loads of what nobody needs make others look busy: where much is stored, that counts alone.
                    stored = self.log.stored
                    made = stored if stored.sum() > _MANY else self.log.made
                    self.accesses += int(made.sum())
                    self.busiest += int(made.max(initial=0))

        def observed_dim(*dim):
            self.dim, self.begun = dim, 0
            total = int(np.prod(dim))
            self.programs = max(self.programs, total)
            if "grids" in self.gates and max(dim[1:], default=1) > _GRID_LIMIT:
                too_large = f"grid {tuple(dim)}: CUDA takes at most {_GRID_LIMIT} in its second and third dimension"
                self.refused = self.refused or too_large
                raise ValueError(too_large)
            if self.order == "reversed":
                self.permutation = np.arange(total)[::-1]
            elif self.order in ("random", "interleaved"):
                self.permutation = np.random.default_rng([self.seed, self.launches]).permutation(total)
            else:
                self.permutation = None
            self.reordered += self.permutation is not None and total > 1
            self.log = AccessLog(self.allowed, total) if "races" in self.gates else None
            return set_dim(*dim)

        def permuted_index(x, y, z):
            _, ny, nz = self.dim
            index = (x * ny + y) * nz + z
            if self.permutation is not None:
                index = int(self.permutation[index])
                x, y, z = index // (ny * nz), index // nz % ny, index % nz
            self.begun += 1
            self._enter((x, y, z), Patience())

        self._set_index = set_index
        executor.__call__ = observed_call
        builder.set_grid_dim, builder.set_grid_idx = observed_dim, permuted_index

    def _enter(self, place: tuple[int, int, int], patience: Patience) -> None:
        """What follows is done by the program at a place in the grid."""
        _, ny, nz = self.dim
        if self.log is not None:
            if self.log.size > _LOG_LIMIT:
                self._search()
                self.log = AccessLog(self.allowed, self.log.programs, self.log)
            self.log.enter((place[0] * ny + place[1]) * nz + place[2])
        self.patience = patience
        self._set_index(*place)

    @contextlib.contextmanager
    def _taking_turns(self, executor) -> Iterator[None]:
        """In interleaved order the programs of a launch go on at each other's atomics."""
        if self.order != "interleaved":
            yield
            return
        body, builder = executor.fn, triton_interpreter.interpreter_builder
        self.turns = Turns(self._enter, [self.seed, self.launches])
        executor.fn = self.turns.around(body, lambda: builder.grid_idx, lambda: self.begun == math.prod(self.dim))
        try:
            yield
        finally:
            executor.fn = body
            self.turns.close()
            self.turns = None

    @contextlib.contextmanager
    def _seeing(self, executor, named: dict) -> Iterator[None]:
        """The launch alone sees what is kept from the host: not the function that computes its grid."""
        blindness, own_grid = self.blindness, executor.grid
        if blindness is None:
            yield
            return

        def grid(*args):
            blindness.hide()
            try:
                return own_grid(*args)
            finally:
                blindness.show(tensors_in(named))

        if callable(own_grid):
            executor.grid = grid
        with blindness.lifted(tensors_in(named)):
            yield

    def _wrap_patching(self) -> None:
        """Triton's interpreter redirects the whole language at each call of one jitted function by another, which takes
        longer than most such calls. Once a launch is enough: nothing is put back before it ends.
        """
        patch = triton_interpreter._patch_lang

        def patch_once(function):
            function = inspect.unwrap(function)  # as it is where programs take turns
            languages = {value.__name__ for value in function.__globals__.values() if value is tl or value is tl.core}
            if self.inside and languages and languages <= self.patched:
                return triton_interpreter._LangPatchScope()
            self.patched |= languages
            scope = patch(function)
            plain = tl.range
            scope.set_attr(tl, "range", lambda *args, **options: self._range(plain(*args, **options), **options))
            return scope

        triton_interpreter._patch_lang = patch_once

    def _range(self, numbers: range, num_stages=None, **options):
        """What a loop of a program iterates over; num_stages: as tl.range takes it."""
        stages = getattr(num_stages, "value", num_stages)
        if stages is None or stages < 2 or "races" not in self.gates:
            return numbers
        place = triton_interpreter.interpreter_builder.grid_idx
        return iterate(numbers, PipelinedLoop(stages), self.pipelined.setdefault(place, []))

    def _pipeline(self, kind: int, addresses: np.ndarray, width: int) -> None:
        """Note a race of a load with stores that a pipelined loop makes after it."""
        place = triton_interpreter.interpreter_builder.grid_idx
        for loop in self.pipelined.get(place, ()):
            if kind != LOAD:
                loop.store(addresses)
            elif (found := loop.overtaken(addresses)) is not None and self.race is None:
                self.race = (
                    f"a loop with num_stages loads {self._words(found, width)} some iterations ahead, and before that "
                    "iteration one stores it"
                )

    def _wrap_tuning(self) -> None:
        """Autotuned kernels run one configuration a call, each in turn: there is nothing to time here.

        Each has to be right, since any may be the fastest somewhere.
        """

        def rehearse(tuner, args: tuple, options: dict) -> None:
            """Tuning runs the kernel before its first call, and puts back what it was asked to."""
            given, launches = {**tuner.nargs, **options}, self.launches
            tuner.pre_hook(given)
            tuner.fn.run(*args, **options)
            tuner.post_hook(given, exception=None)
            tuner.pre_hook(given, reset_only=True)
            self.launches = launches

        def take_one(tuner, *args, **kwargs):
            tuner.nargs = dict(zip(tuner.arg_names, args, strict=False))  # for the pruning function
            configurations = tuner.prune_configs(kwargs)
            self.tunings += 1
            chosen = configurations[self.tunings % len(configurations)]
            options = {**kwargs, **chosen.all_kwargs()}
            if len(configurations) > 1 and self.order == "natural" and "tuning" in self.gates:
                rehearse(tuner, args, options)
            if chosen.pre_hook is not None:
                chosen.pre_hook({**tuner.nargs, **options})
            try:
                return tuner.fn.run(*args, **options)
            finally:
                tuner.nargs = None  # as Triton leaves it

        Autotuner.run = take_one

    def _search(self) -> None:
        if self.log is None or self.race is not None or self.out_of_bounds is not None:
            return
        found = find_race(self.log)
        self.race = f"{found} (launch {self.launches})" if found else None
        mark(self.log.stores, [(low, self.by_launch[name]) for name, low, *_ in self.exact], 4)

    def torch_wrote(self, tensor: torch.Tensor, source) -> None:
        """Note what torch writes to the call's arrays between launches: as theirs where it copies what they left."""
        place = tensor.untyped_storage().data_ptr()
        for name, low, _, start, _ in self.exact:
            if start != place:
                continue
            written = _elements_of(tensor, low, self.by_torch[name].size)
            is_theirs = isinstance(source, torch.Tensor) and self._is_left_by_launches(source, tensor.numel())
            self.by_torch[name][written] = not is_theirs
            self.by_launch[name][written] = is_theirs

    def _is_left_by_launches(self, source: torch.Tensor, count: int) -> bool:
        """Whether torch copies so many elements, each its own, from memory that launches were given to work in."""
        origin = source.untyped_storage().data_ptr()
        distinct = math.prod(
            side for side, stride in zip(source.shape, source.stride(), strict=True) if stride or side == 1
        )
        is_own = origin in {start for *_, start, _ in self.exact}
        return origin in self.given and not is_own and distinct >= count

    def _changed(self, before: dict[str, np.ndarray], after: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
        """Where the call's arrays have changed; {} where the accesses of launches were not logged."""
        if self.log is None and self.launches:
            return {}
        return {
            name: before[name].reshape(-1).view(np.int32) != tensor.numpy().reshape(-1).view(np.int32)
            for name, tensor in after.items()
        }

    def unaccounted(self, before: dict[str, np.ndarray], after: dict[str, torch.Tensor]) -> str:
        """The first element that has changed though neither a launch nor torch stored it, in words, or "".

        Of what changed during a launch those that a program has loaded are enough.
        """
        if self.by_host:
            return self.by_host
        for name, changed in self._changed(before, after).items():
            left = np.flatnonzero(changed & ~self.by_launch[name] & ~self.by_torch[name])
            if left.size:
                return f"{name}[{left[0]}]"
        return ""

    def copied(self, before: dict[str, np.ndarray], after: dict[str, torch.Tensor]) -> dict[str, list[int]]:
        """Of each array how many elements torch has changed, not with what a launch left, and how many have changed."""
        found = {}
        for name, changed in self._changed(before, after).items():
            count = int(np.count_nonzero(changed & self.by_torch[name] & ~self.by_launch[name]))
            if count:
                found[name] = [count, int(np.count_nonzero(changed))]
        return found

    def _extents_of(self, named: dict) -> list[Extent]:
        """The memory that a launch may touch: the exact extents of its arrays, all of any other tensor."""
        extents = []
        for name, value in named.items():
            base = getattr(value, "base", value)  # a tensor descriptor, or a tensor
            if isinstance(base, torch.Tensor):
                low, high = _storage(base)
                exact = [Extent(lo, hi, array) for array, lo, hi, start, end in self.exact if start <= low < end]
                extents += exact or [Extent(low, high, name)]
            elif isinstance(value, tuple):
                extents += self._extents_of({f"{name}[{k}]": each for k, each in enumerate(value)})
        return extents

    def _wrap_barriers(self) -> None:
        """Triton promises to synchronise a program's threads at tl.debug_barrier alone: a reduction or a scan does it
        only where its result is used and crosses warps.
        """
        builder = triton_interpreter.interpreter_builder
        create = builder.create_barrier

        def observed(*args, **kwargs):
            result = create(*args, **kwargs)
            if self.log is not None:
                self.log.barrier()
            return result

        builder.create_barrier = observed

    def _wrap_access(
        self, name: str, kind: int, pointer: int, mask: int | None, value: int | None, semantics: int | None
    ) -> None:
        builder = triton_interpreter.interpreter_builder
        operation: Callable = getattr(builder, name)

        def observed(*args, **kwargs):
            addresses, lanes = np.asarray(args[pointer].data), None
            if mask is not None and args[mask] is not None:
                active = np.broadcast_to(np.asarray(args[mask].data, bool), addresses.shape)
                if not active.all():
                    lanes = np.flatnonzero(active)
                    addresses = addresses.reshape(-1)[lanes]
            # Of a single element the interpreter loses an `other` that is zero.
            is_open = name == "create_masked_load" and args[2] is None and args[pointer].data.size > 1
            if is_open and lanes is not None and "undefined" in self.gates:
                args = (*args[:2], self._undefined(args[0]), *args[3:])
            if not addresses.size:
                return operation(*args, **kwargs)
            if kind == ATOMIC:
                self.exchanges |= math.prod(self.dim) > 1
                if self.turns is not None:
                    self.turns.pause()
            width = max(1, args[pointer].get_element_ty().primitive_bitwidth // 8)
            outside = self._outside(addresses, width)
            if outside is not None and "addresses" in self.gates:
                self.out_of_bounds = self._words(outside, width)
                raise OutOfBoundsAccess(self.out_of_bounds)
            if outside is not None:
                self.log = None  # it has no number for what lies outside: nothing is known of this launch
            if self.log is not None:
                orders = () if semantics is None else _orders(*args[semantics : semantics + 2])
                stored = None if value is None else args[value].data
                self.log.add(kind, addresses, lanes, width, stored, *orders)
                self.atomics |= any(orders[:2])
            if self.pipelined:
                self._pipeline(kind, addresses, width)
            if kind != LOAD:
                self.stored |= {int(addresses.min()), int(addresses.max())}
            before = [] if kind == LOAD else self._inputs_at(addresses)
            if kind == ATOMIC and args[pointer].data.size > 1:
                result = self._in_some_order(operation, args, kwargs, pointer)
            else:
                result = operation(*args, **kwargs)
            for array, words in before:
                self._compare_input(array, words)
            if self.log is not None:
                self._follow(kind, addresses, width)
            if kind == ATOMIC and addresses.size == 1:
                self.patience.note((name, int(addresses.reshape(-1)[0]), result.data.tobytes()))
                if self.log is not None:
                    self.log.barrier()  # the outcome reaches the other threads through one
            else:
                self.patience.note(())
            return result

        setattr(builder, name, observed)

    def _undefined(self, pointer):
        """What lanes without a value hold in a load by this pointer."""
        element = pointer.get_element_ty()
        values = undefined(pointer.data.shape, triton_interpreter._get_np_dtype(element), self.seed)
        self.has_undefined = True
        return triton_interpreter.TensorHandle(values, element)

    def _inputs_at(self, addresses: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """What the inputs hold that an access may change, though another may put it back."""
        if not self.inputs or "inputs" not in self.gates:
            return []
        low, high = int(addresses.min()), int(addresses.max())
        return [(name, words.copy()) for name, words, start, end in self.inputs if low < end and start <= high]

    def _compare_input(self, name: str, before: np.ndarray) -> None:
        words = next(words for other, words, *_ in self.inputs if other == name)
        changed = np.flatnonzero(before != words)
        if changed.size and self.clobbered is None:
            self.clobbered = f"{name} is an input, and a launch changes element {changed[0]} of it"

    def _follow(self, kind: int, addresses: np.ndarray, width: int) -> None:
        """Keep the arrays as this launch's stores alone leave them, and note a load that finds something else.

        After a store of elements of another width nothing is said of what an array held before.
        """
        lowest, highest = int(addresses.min()), int(addresses.max())
        for name, words, alone, low, high in self.shadow:
            if highest < low or lowest >= high:
                continue
            if width != 4:
                if kind != LOAD:
                    alone[:] = words
                continue
            places = (addresses.reshape(-1).astype(np.int64) - low) // 4
            if lowest < low or highest >= high:
                places = places[(places >= 0) & (places < words.size)]
            if kind != LOAD:
                alone[places] = words[places]
            elif not self.by_host and (odd := np.flatnonzero(alone[places] != words[places])).size:
                self.by_host = f"{name}[{places[odd[0]]}]"

    def _wrap_hints(self) -> None:
        """What tl.multiple_of, tl.max_contiguous and tl.max_constancy say of numbers, and tl.assume, must be so."""
        handle, builder = triton_interpreter.TensorHandle, triton_interpreter.interpreter_builder
        set_attr = handle.set_attr

        def observed_attr(own, name, values):
            if "hints" in self.gates and name in HINTS and not holds(name, np.asarray(own.data), values):
                self.broken = self.broken or f"promises by {HINTS[name]}(..., {values}) what is not so"
            return set_attr(own, name, values)

        def observed_assume(condition):
            if "hints" in self.gates and not np.all(condition.data):
                self.broken = self.broken or "promises by tl.assume what is not so"

        handle.set_attr, builder.create_assume = observed_attr, observed_assume

    def _wrap_reordering(self) -> None:
        """What a kernel lets the compiler reorder (can_reorder) is reordered."""
        builder, make = triton_interpreter.interpreter_builder, triton_interpreter.TensorHandle
        reshape, cat = builder.create_reshape, builder.create_cat

        def reordered(handle):
            turned = self._order_of(handle.data.size) if "order" in self.gates else None
            if turned is None:
                return handle
            return make(handle.data.reshape(-1)[turned].reshape(handle.data.shape), handle.dtype.scalar)

        def observed_reshape(handle, shape, allow_reorder):
            return reshape(reordered(handle) if allow_reorder else handle, shape, allow_reorder)

        builder.create_reshape, builder.create_cat = observed_reshape, lambda lhs, rhs: reordered(cat(lhs, rhs))

    def _order_of(self, count: int) -> np.ndarray | None:
        """The order in which a program's lanes come to what orders them by nothing; None for their own."""
        if self.order == "reversed":
            return np.arange(count)[::-1]
        if self.order == "natural":
            return None
        return np.random.default_rng([self.seed, count]).permutation(count)

    def _in_some_order(self, operation: Callable, args: tuple, kwargs: dict, pointer: int):
        """An atomic's lanes one after another, in an order that no GPU promises to be that of the lanes."""
        shape = args[pointer].data.shape
        turned = self._order_of(args[pointer].data.size)
        if turned is None or "order" not in self.gates:
            return operation(*args, **kwargs)
        blocks = [getattr(getattr(value, "data", None), "shape", None) == shape for value in args]
        make = triton_interpreter.TensorHandle
        args = tuple(
            make(value.data.reshape(-1)[turned].reshape(shape), value.dtype) if is_block else value
            for value, is_block in zip(args, blocks, strict=True)
        )
        result = operation(*args, **kwargs)
        back = np.empty_like(result.data.reshape(-1))
        back[turned] = result.data.reshape(-1)
        return make(back.reshape(shape), result.dtype)

    def _outside(self, addresses: np.ndarray, width: int) -> int | None:
        """The first address whose element is not within a tensor of the launch."""
        low, high = int(addresses.min()), int(addresses.max()) + width
        if any(extent.low <= low and high <= extent.high for extent in self.allowed):
            return None
        inside = np.zeros(addresses.shape, bool)
        for extent in self.allowed:
            inside |= (addresses >= extent.low) & (addresses + np.uint64(width) <= extent.high)
        return None if inside.all() else int(addresses[~inside].flat[0])

    def _words(self, address: int, width: int) -> str:
        for name, low, high, start, end in self.exact:
            if start <= address < end:
                return f"{name}[{(address - low) // width}], of {(high - low) // width} elements"
        return "an address in none of its tensors"


def _waiting(error: BaseException | None) -> str | None:
    """What an error says of programs that wait; the interpreter wraps what a program raises."""
    while error is not None and not isinstance(error, Waiting):
        error = error.__cause__ or error.__context__
    return str(error) if error else None


def _orders(semantics, scope) -> tuple[bool, bool, bool]:
    """(acquires, releases, of one block alone), as another program sees it: to that an atomic of one block is none."""
    if scope == _IR.MEM_SYNC_SCOPE.CTA:
        return False, False, True
    return semantics in _ACQUIRES, semantics in _RELEASES, False


def _wrap_dot() -> None:
    """A product in tf32, which is the default, takes ten bits of each mantissa, as on the GPUs that have it."""
    builder = triton_interpreter.interpreter_builder
    dot = builder.create_dot

    def create_dot(a, b, d, input_precision, *others):
        if input_precision == _IR.INPUT_PRECISION.TF32:
            a, b = (_cut_to_tf32(handle) for handle in (a, b))
        return dot(a, b, d, input_precision, *others)

    builder.create_dot = create_dot


def _end_launches() -> None:
    """A kernel that waits for the launch before it finds it ended: launches run one after another."""
    for name in ("gdc_wait", "gdc_launch_dependents"):
        setattr(language_of_cuda, name, lambda *_, **__: None)


def _cut_to_tf32(handle):
    if handle.data.dtype != np.float32:
        return handle
    bits = (handle.data.view(np.uint32) + np.uint32(1 << 12)) & np.uint32(0xFFFFE000)
    finite = np.isfinite(handle.data)
    return triton_interpreter.TensorHandle(np.where(finite, bits.view(np.float32), handle.data), handle.dtype)


def _mend_index() -> None:
    """Triton 3.6 calls int() on arrays of one element, which numpy 2.4 refuses; do as 3.7 does."""
    patch = triton_interpreter._patch_lang_tensor

    def mended(tensor, scope):
        patch(tensor, scope)
        scope.set_attr(tensor, "__index__", lambda self: int(self.handle.data.squeeze()))

    triton_interpreter._patch_lang_tensor = mended


def _words_of(tensor: torch.Tensor) -> np.ndarray:
    """An array's memory in words of four bytes; no torch operator, which would be the kernel's."""
    return np.ctypeslib.as_array((ctypes.c_int32 * tensor.numel()).from_address(tensor.data_ptr()))


def _elements_of(view: torch.Tensor, low: int, count: int) -> np.ndarray:
    """The numbers of a view's elements in an array of words that begins at an address."""
    first = (view.data_ptr() - low) // 4
    if view.is_contiguous():
        found = np.arange(first, first + view.numel() * max(1, view.element_size() // 4))
    else:
        found = np.array(first)
        for side, stride in zip(view.shape, view.stride(), strict=True):
            found = found[..., None] + np.arange(side) * stride
    found = found.reshape(-1)
    return found[(found >= 0) & (found < count)]


def _span(tensor: torch.Tensor) -> tuple[int, int]:
    return tensor.data_ptr(), tensor.data_ptr() + tensor.numel() * tensor.element_size()


def _storage(tensor: torch.Tensor) -> tuple[int, int]:
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()
