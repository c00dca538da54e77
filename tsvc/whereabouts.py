"""What a kernel hears in the interpreter when it asks where it runs: what it would hear on an NVIDIA GPU.

A kernel chooses launch options, blocks or another algorithm by that, and is to be judged by what it does on a GPU.
Imported by the child alone. A device's type cannot be answered otherwise: tsvc.asks reads the text for that.
"""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

#: An H100's figures, as torch.cuda.get_device_properties has them.
_PROPERTIES = {
    "name": "NVIDIA H100 80GB HBM3",
    "multi_processor_count": 132,
    "total_memory": 80 << 30,
    "warp_size": 32,
    "L2_cache_size": 50 << 20,
    "max_threads_per_multi_processor": 2048,
    "max_threads_per_block": 1024,
    "regs_per_multiprocessor": 1 << 16,
    "shared_memory_per_block": 48 << 10,
    "shared_memory_per_block_optin": 227 << 10,
    "shared_memory_per_multiprocessor": 228 << 10,
}
#: The same as Triton's driver has them.
_OF_DRIVER = {
    "max_shared_mem": 227 << 10,
    "max_num_regs": 1 << 16,
    "multiprocessor_count": 132,
    "warpSize": 32,
    "sm_clock_rate": 1_980_000,
    "mem_clock_rate": 2_619_000,
    "mem_bus_width": 5120,
}


@contextlib.contextmanager
def as_on_gpu(capability: tuple[int, int] = (9, 0)) -> Iterator[None]:
    """Answer so inside, and leave on the host what torch shall put on a GPU.

    capability: what is told of the GPU's generation.
    """
    before = driver._active
    major, minor = capability
    with contextlib.ExitStack() as stack:
        for owner, name, answer in _answers(capability):
            stack.enter_context(mock.patch.object(owner, name, answer))
        driver.set_active(_driver(major * 10 + minor))
        stack.callback(driver.set_active, before)
        stack.enter_context(_OnHost())
        yield


def _answers(capability: tuple[int, int]) -> Iterator[tuple[object, str, object]]:
    major, minor = capability
    yield torch.Tensor, "is_cuda", property(lambda _: True)
    yield torch.Tensor, "is_cpu", property(lambda _: False)
    yield torch.Tensor, "get_device", _always(0)
    for name, answer in {
        "current_device": 0,
        "device_count": 1,
        "get_device_capability": capability,
        "get_device_name": _PROPERTIES["name"],
        "get_device_properties": SimpleNamespace(**_PROPERTIES, major=major, minor=minor),
        "is_available": True,
        "is_initialized": True,
        "synchronize": None,
    }.items():
        yield torch.cuda, name, _always(answer)
    yield torch.version, "cuda", torch.version.cuda or "13.0"


def _driver(architecture: int) -> SimpleNamespace:
    """What of Triton's driver a kernel's Python asks for."""
    return SimpleNamespace(
        get_active_torch_device=_always(torch.device("cpu")),
        get_current_device=_always(0),
        get_current_target=_always(GPUTarget("cuda", architecture, 32)),
        get_device_interface=_always(torch.cuda),
        utils=SimpleNamespace(get_device_properties=_always(_OF_DRIVER)),
    )


def _always(answer):
    return lambda *_, **__: answer


class _OnHost(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = {name: _here(value) if name == "device" else value for name, value in (kwargs or {}).items()}
        if function is torch.Tensor.cuda:
            return args[0]
        if function is torch.Tensor.to:
            args = (args[0], *map(_here, args[1:]))
        return function(*args, **kwargs)


def _here(device):
    """The host for a GPU's name; anything else as it is."""
    if isinstance(device, str | torch.device) and str(device).split(":")[0] == "cuda":
        return torch.device("cpu")
    return device
