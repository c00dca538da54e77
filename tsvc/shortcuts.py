"""Triton's interpreter, with the same results in less time.

Imported by the child alone. Most of the interpreter's time goes by around the numpy calls: new type and shape objects
for every value, promotions of types that are equal, broadcasts of shapes that are equal, for each launch a search for
what to redirect and a copy of the host's memory to the host, and for each integer sum or product eight more operations
that look for an overflow of which nobody is told, because device_assert says nothing without Triton's debug option.
What is left out here changes no value, type or shape.
"""

import inspect
import math
from collections.abc import Callable

import numpy as np
import torch
import triton.language as tl
from triton.language.semantic import TritonSemantic
from triton.runtime import interpreter as triton_interpreter

#: Types of which two equal ones promote to themselves in every operation.
_FLOATS = {tl.float32.name, tl.float64.name}
_INTEGERS = {tl.int32.name, tl.int64.name}
_PLAIN = _INTEGERS | _FLOATS
#: Constants that are kept at most.
_CONSTANTS = 4096


def install() -> None:
    """Take the shortcuts from now on."""
    tl.core.block_type.__init__ = _remembered_block(tl.core.block_type.__init__)
    tl.core.tensor.__init__ = _remembered_tensor(tl.core.tensor.__init__)
    triton_interpreter._patch_builtin = _without_search()
    executor = triton_interpreter.GridExecutor
    executor._init_args_hst = _without_copies(executor._init_args_hst)
    executor._restore_args_dev = _without_copies_back(executor._restore_args_dev)
    triton_interpreter._get_np_dtype = _remembered_dtype(triton_interpreter._get_np_dtype)
    triton_interpreter._validate_np_data_size = _remembered_size(triton_interpreter._validate_np_data_size)
    triton_interpreter.TensorHandle.__init__ = _plain_handle
    tl.core._unwrap_if_constexpr = _values_first(tl.core._unwrap_if_constexpr)
    for name, shortcut in (
        ("binary_op_type_checking_impl", _without_promotion),
        ("broadcast_impl_value", _without_broadcast),
        ("binary_op_sanitize_overflow_impl", _without_silent_checks),
    ):
        setattr(TritonSemantic, name, shortcut(getattr(TritonSemantic, name)))


def _remembered_block(make: Callable) -> Callable:
    """A block type's shape, size and name are worked out once."""
    known: dict[tuple, dict] = {}

    def init(block, element_ty, shape):
        key = (element_ty.name, *shape)
        if key not in known:
            make(block, element_ty, shape)
            known[key] = dict(vars(block))
            return
        vars(block).update(known[key])
        block.element_ty = element_ty

    return init


def _remembered_tensor(make: Callable) -> Callable:
    """Values of one type share what says how large they are."""
    known: dict[str, dict] = {}

    def init(tensor, handle, type):
        if type.name not in known:
            make(tensor, handle, type)
            known[type.name] = {name: value for name, value in vars(tensor).items() if name != "handle"}
            return
        vars(tensor).update(known[type.name])
        tensor.handle, tensor.type, tensor.dtype = handle, type, type.scalar

    return init


def _remembered_dtype(find: Callable) -> Callable:
    """numpy's type for one of Triton's, looked up without a new table of all types."""
    known: dict[str, np.dtype] = {}

    def dtype(kind):
        name = kind.scalar.name
        if name not in known:
            known[name] = find(kind)
        return known[name]

    return dtype


def _remembered_size(is_valid: Callable) -> Callable:
    """Whether an array's elements fit a type hangs on their size alone."""
    known: dict[tuple[int, str], bool] = {}

    def shortcut(array, kind):
        key = (array.itemsize, kind.name)
        if key not in known:
            known[key] = is_valid(array, kind)
        return known[key]

    return shortcut


def _plain_handle(handle, data, dtype, attr=None) -> None:
    handle.data, handle.dtype, handle.attr = data, dtype, {} if attr is None else attr
    if not triton_interpreter._validate_np_data_size(data, dtype):
        handle.__post_init__()  # which raises


def _values_first(unwrap: Callable) -> Callable:
    """Most of what may be a constant is a value or a number."""
    plain = {tl.core.tensor, int, float, bool, str, type(None)}

    def shortcut(value):
        return value if type(value) in plain else unwrap(value)

    return shortcut


def _without_search() -> Callable:
    """What each launch redirects of the language is looked for once, and called past the wrapper that only looks who
    calls.
    """
    known: dict[object, list[tuple[str, Callable]]] = {}

    def shortcut(owner, builder, scope) -> None:
        if owner not in known:
            found = [(name, member) for name, member in inspect.getmembers(owner) if tl.core.is_builtin(member)]
            known[owner] = [(name, _unwrapped(member)) for name, member in found]
        for name, member in known[owner]:
            scope.set_attr(owner, name, member)

    return shortcut


def _unwrapped(member: Callable) -> Callable:
    function, semantic = getattr(member, "__wrapped__", member), triton_interpreter.interpreter_semantic

    def call(*args, **options):
        options["_semantic"] = semantic
        return function(*args, **options)

    return call


def _without_copies(copy: Callable) -> Callable:
    """Tensors that are in the host's memory are not wrapped again for each launch."""

    def shortcut(executor, args, options):
        if all(map(_is_at_hand, (*args, *options.values()))):
            return list(args), options
        return copy(executor, args, options)

    return shortcut


def _without_copies_back(copy_back: Callable) -> Callable:
    def shortcut(executor, args, args_at_hand, options, options_at_hand):
        if options is not options_at_hand:
            copy_back(executor, args, args_at_hand, options, options_at_hand)

    return shortcut


def _is_at_hand(value) -> bool:
    if type(value) is torch.Tensor:
        return value.device.type == "cpu"
    return not isinstance(value, tuple) and not hasattr(value, "data_ptr") and not hasattr(value, "base")


def _without_promotion(check: Callable) -> Callable:
    known: dict[tuple, tl.core.tensor] = {}

    def constant(semantic, value: float, like: tl.core.tensor) -> tl.core.tensor:
        """A Python number as a block or scalar of another value's type."""
        # 0.0 equals -0.0 and 1 equals 1.0, but they are other constants.
        key = (type(value), value, math.copysign(1.0, value), like.type.name)
        if key not in known:
            if len(known) >= _CONSTANTS:
                known.clear()
            _, made = semantic.broadcast_impl_value(like, semantic.scalar_constant(value, like.dtype))
            made.handle.data.flags.writeable = False
            known[key] = made
        return known[key]

    def shortcut(semantic, lhs, rhs, allow_lhs_ptr=False, allow_rhs_ptr=False, arithmetic_check=True, div_or_mod=False):
        if isinstance(lhs, tl.core.tensor) and isinstance(rhs, tl.core.tensor):
            if lhs.type.name == rhs.type.name and lhs.dtype.name in _PLAIN:
                return lhs, rhs
            if _keep_their_types(lhs.dtype, rhs.dtype, allow_lhs_ptr, allow_rhs_ptr):
                return semantic.broadcast_impl_value(lhs, rhs)
        elif isinstance(lhs, tl.core.tensor) and lhs.dtype.name in _PLAIN:
            if arithmetic_check and _promotes(rhs, lhs):
                return lhs, constant(semantic, rhs, lhs)
        elif isinstance(rhs, tl.core.tensor) and rhs.dtype.name in _PLAIN and arithmetic_check and _promotes(lhs, rhs):
            return constant(semantic, lhs, rhs), rhs
        return check(semantic, lhs, rhs, allow_lhs_ptr, allow_rhs_ptr, arithmetic_check, div_or_mod)

    return shortcut


def _keep_their_types(one: tl.dtype, other: tl.dtype, may_point: bool, may_other_point: bool) -> bool:
    """Whether two values are combined as they are but for their shapes: of one type, or a pointer and an integer."""
    if one.name == other.name:
        return one.name in _PLAIN
    return (may_point and one.is_ptr() and other.name in _INTEGERS) or (
        may_other_point and other.is_ptr() and one.name in _INTEGERS
    )


def _promotes(value, other: tl.core.tensor) -> bool:
    """Whether a number takes the type of a value that it is combined with, as every ordinary one does."""
    if type(value) is int:
        return -(2**31) <= value < 2**31
    return type(value) is float and value == value and other.dtype.name in _FLOATS


def _without_broadcast(broadcast: Callable) -> Callable:
    """What two values of these types become is worked out once, and a scalar that was spread over a block is kept."""
    known: dict[tuple[str, str], list[tl.core.block_type | None]] = {}
    spread: dict[tuple[str, str, str, bytes], np.ndarray] = {}

    def full(semantic, handle, kind: tl.core.block_type) -> np.ndarray:
        key = (kind.name, handle.dtype.name, handle.data.dtype.char, handle.data.tobytes())
        if key not in spread:
            if len(spread) >= _CONSTANTS:
                spread.clear()
            spread[key] = semantic.builder.create_splat(kind, handle).data
            spread[key].flags.writeable = False
        return spread[key]

    def widened(semantic, value: tl.core.tensor, kind: tl.core.block_type) -> tl.core.tensor:
        handle = value.handle
        is_block = value.type.is_block()
        data = np.broadcast_to(handle.data, kind.shape) if is_block else full(semantic, handle, kind)
        return semantic.tensor(triton_interpreter.TensorHandle(data, handle.dtype.scalar), kind)

    def shortcut(semantic, lhs, rhs):
        key = (lhs.type.name, rhs.type.name)
        if key not in known:
            wide = broadcast(semantic, lhs, rhs)
            known[key] = [None if new is old else new.type for new, old in zip(wide, (lhs, rhs), strict=True)]
            return wide
        left, right = known[key]
        lhs = lhs if left is None else widened(semantic, lhs, left)
        return lhs, rhs if right is None else widened(semantic, rhs, right)

    return shortcut


def _without_silent_checks(check: Callable) -> Callable:
    def shortcut(semantic, *operands):
        if semantic.builder.options.debug:
            check(semantic, *operands)

    return shortcut
