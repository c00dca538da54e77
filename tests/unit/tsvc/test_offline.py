"""Compiling for GPUs that are not there, through the child."""

import pytest

from tsvc.cases import make
from tsvc.judge import Judge
from tsvc.loops import LOOPS
from tsvc.targets import TARGETS
from tsvc.verdicts import BadSignature, Hung, NotCompiled, Raised

HEAD = "import time\nimport torch\nimport triton\nimport triton.language as tl\n\n\n"


@pytest.fixture
def compiled(tmp_path, compiler):
    """compiled(text of s000, targets) -> what was compiled."""

    def make_and_compile(text: str, targets=("sm_90",)):
        (tmp_path / "s000.py").write_text(HEAD + text)
        loop = LOOPS["s000"]
        return Judge(loop, compiler, tmp_path).compile(compiler, make(loop, 1000, 1, "tsvc", 0), list(targets))

    return make_and_compile


ADD = """@triton.jit
def add_kernel(a_ptr, b_ptr, n, BLOCK_SIZE: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK_SIZE + tl.arange(0, BLOCK_SIZE)
    tl.store(a_ptr + offsets, tl.load(b_ptr + offsets, mask=offsets < n) + 1, mask=offsets < n)


"""


def test_a_launch_is_compiled_for_every_target(compiled):
    text = ADD + "def s000(a, b, n):\n    add_kernel[(4,)](a, b, n, BLOCK_SIZE=256, num_warps=2)\n"
    kernels = compiled(text, TARGETS)
    assert [(kernel["kernel"], kernel["target"]) for kernel in kernels] == [("add_kernel", name) for name in TARGETS]
    assert all(kernel["shared_bytes"] >= 0 for kernel in kernels)


def test_distinct_launches_are_compiled_once_each(compiled):
    text = ADD + (
        "def s000(a, b, n):\n    for block in (128, 256, 128):\n        add_kernel[(4,)](a, b, n, BLOCK_SIZE=block)\n"
        "    add_kernel[lambda meta: (4,)](a, b, n=n, BLOCK_SIZE=128)\n    add_kernel[(4,)](a[1:], b, n, 128)\n"
    )
    assert len(compiled(text)) == 2


def test_an_autotuned_kernel_takes_its_first_configuration(compiled):
    tuned = "@triton.autotune([triton.Config({'BLOCK_SIZE': 64}), triton.Config({'BLOCK_SIZE': 3})], key=['n'])\n"
    assert len(compiled(tuned + ADD + "def s000(a, b, n):\n    add_kernel[(4,)](a, b, n)\n")) == 1


def test_a_kernel_without_launches_compiles_to_nothing(compiled):
    assert compiled("def s000(a, b):\n    a.copy_(b + 1)\n") == []


@pytest.mark.parametrize(
    ("text", "verdict", "words"),
    [
        (
            ADD.replace("tl.load(", "tl.no_such(") + "def s000(a, b, n):\n    add_kernel[(4,)](a, b, n, 256)\n",
            NotCompiled,
            "no_such",
        ),
        (ADD + "def s000(a, b, n):\n    add_kernel[(4,)](a, b, n, 100)\n", NotCompiled, "power of 2"),
        ("@triton.jit\ndef k(a_ptr):\n    [1, 2].append(3)\n\n\ndef s000(a):\n    k[(1,)](a)\n", NotCompiled, "Error"),
        ("def s000(a, b:\n", NotCompiled, "SyntaxError"),
        ("def s000(a, b):\n    raise KeyError('x')\n", Raised, "KeyError"),
        ("def s000(a, gamma):\n    pass\n", BadSignature, "gamma"),
    ],
    ids=["no such function", "odd block", "python inside", "syntax", "raises", "signature"],
)
def test_what_does_not_compile_says_why(compiled, text, verdict, words):
    with pytest.raises(verdict, match=words) as caught:
        compiled(text)
    assert type(caught.value) is verdict
    assert "replay  python -m tsvc judge s000 n=1000" in str(caught.value)


def test_code_around_the_launches_has_the_kernels_time(compiled, compiler, monkeypatch):
    monkeypatch.setattr(compiler, "timeout", 1.0)
    with pytest.raises(Hung, match="within 1 s"):
        compiled("def s000(a):\n    time.sleep(1000)\n")
    monkeypatch.setattr(compiler, "timeout", 60.0)
    assert compiled("def s000(a):\n    pass\n") == []


def test_an_integer_that_is_one_is_a_constant_as_in_a_launch(compiled):
    convert = ADD.replace("kernel(a_ptr", "kernel(a_ptr, step").replace(
        "    offsets", "    step.to(tl.int64)\n    offsets"
    )
    call = "def s000(a, b, n):\n    add_kernel[(4,)](a, {step}, b, n, BLOCK_SIZE=256)\n"
    assert compiled(convert + call.format(step=2))
    with pytest.raises(NotCompiled, match="'int' object has no attribute 'to'"):
        compiled(convert + call.format(step=1))
    unspecialised = convert.replace("@triton.jit", "@triton.jit(do_not_specialize=['step'])")
    assert compiled(unspecialised + call.format(step=1))
