import pytest
import torch
import triton

from tsvc.whereabouts import as_on_gpu


def test_a_gpu_is_what_is_heard_of():
    array = torch.zeros(3)
    with as_on_gpu():
        assert array.is_cuda
        assert not array.is_cpu
        assert array.get_device() == 0
        assert torch.cuda.is_available()
        assert torch.cuda.get_device_capability(array.device) == (9, 0)
        assert torch.cuda.get_device_properties(0).multi_processor_count > 1
        driver = triton.runtime.driver.active
        assert driver.get_current_target().arch == 90
        assert driver.utils.get_device_properties(0)["multiprocessor_count"] > 1
        assert torch.empty(3, device=driver.get_active_torch_device()).device == array.device


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.empty(3, device="cuda"),
        lambda: torch.tensor([1.0], device=torch.device("cuda", 0)),
        lambda: torch.empty_like(torch.zeros(2), device="cuda:0"),
        lambda: torch.zeros(3).cuda(),
        lambda: torch.zeros(3).to("cuda"),
        lambda: torch.zeros(3).to(device="cuda", dtype=torch.int32),
    ],
    ids=("empty", "tensor", "empty_like", "cuda", "to", "to with a type"),
)
def test_what_shall_be_on_a_gpu_stays_here(make):
    with as_on_gpu():
        assert make().device.type == "cpu"


def test_outside_all_is_as_before():
    before = torch.cuda.is_available(), torch.version.cuda, triton.runtime.driver._active
    with as_on_gpu((8, 0)):
        assert torch.cuda.get_device_capability() == (8, 0)
    assert (torch.cuda.is_available(), torch.version.cuda, triton.runtime.driver._active) == before
    assert not torch.zeros(3).is_cuda
    assert torch.zeros(3).is_cpu
