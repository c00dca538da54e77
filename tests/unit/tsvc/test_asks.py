import pytest

from clib.build import ROOT
from tsvc.asks import first_question


@pytest.mark.parametrize(
    "line",
    [
        "if a.device.type == 'cuda': pass",
        "x = 4 if str(a.device) > 'c' else 1",
        "x = {'cuda': 1, 'cpu': 2}[kind]",
        "x = f'{a.device}'",
        "x = a.device.index",
        "if device == torch.device('cpu'): pass",
        "if name.startswith('cuda'): pass",
        "if not isinstance(kernel, triton.JITFunction): pass",
        "assert a.device == b.device or helper(a.device.type == 'cuda') or (x := 1)\nif a.device.type == 'cpu': x = 2",
    ],
)
def test_a_question_that_cannot_be_answered_otherwise_is_found(line):
    assert "asks for" in first_question(f"def s000(a):\n    {line.replace(chr(10), chr(10) + '    ')}\n")


@pytest.mark.parametrize(
    "line",
    [
        "x = torch.empty(3, device=a.device)",
        "x = torch.empty(3, device='cuda')",
        "assert a.device.type == 'cuda'",
        "if a.device.type != 'cuda': raise ValueError(f'not on a GPU but on {a.device}')",
        "assert a.device == b.device",
        "overlap = a.is_cuda and torch.cuda.get_device_capability(a.device)[0] >= 9",
    ],
)
def test_where_memory_is_and_what_only_refuses_is_none(line):
    assert first_question(f"def s000(a):\n    {line}\n") is None


KERNEL = "@triton.jit\ndef kernel(a_ptr):\n    pass\n\n\ndef s000(a):\n    "


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("kernel[(1,)](a)", False),
        ("_ = kernel[(1,)](a)", False),
        ("return kernel[(1,)](a)", False),
        ("handle = kernel[(1,)](a)\n    if handle: return", True),
        ("if kernel[(1,)](a) is None: return", True),
        ("observe(kernel[(1,)](a))", True),
        ("x, y = kernel[(1,)](a), 1", True),
    ],
)
def test_what_a_launch_returns_is_a_question_where_it_is_used(line, asks):
    found = first_question(KERNEL + line)
    assert ("what kernel returns" in found) if asks else found is None


def test_no_bundled_kernel_asks():
    assert not [path for path in (ROOT / "kernels_cache").glob("*.py") if first_question(path.read_text())]
