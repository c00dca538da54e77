"""Launches that overlap the one before them; whole kernels are in tests/exploits/race."""

from pathlib import Path

import pytest

from tsvc.kernel import BUNDLED
from tsvc.pdl import first_race

EXPLOITS = Path(__file__).parents[2] / "exploits"
WAIT = "    tl.extra.cuda.gdc_wait()\n"
STORE = "    tl.store(p, 1.0)\n"
OVERLAPS = {
    "by keyword": "    k[(1,)](a, launch_pdl=True)\n",
    "by a name": "    k[(1,)](a, launch_pdl=a.is_cuda)\n",
    "by a table": "    k[(1,)](a, **{'launch_pdl': True})\n",
    "by a table's name": "    more = {'launch_pdl': True} if a.is_cuda else {}\n    k[(1,)](a, **more)\n",
    "by dict": "    more = dict(launch_pdl=True)\n    k[(1,)](a, **more)\n",
    "by an item": "    more = {}\n    more['launch_pdl'] = True\n    k[(1,)](a, **more)\n",
    "by update": "    more = {}\n    more.update(launch_pdl=True)\n    k[(1,)](a, **more)\n",
    "by a function": "    k[(1,)](a, **options(a))\ndef options(a):\n    return {'launch_pdl': True}\n",
    "by a grid's name": "    launch = k[(1,)]\n    launch(a, launch_pdl=True)\n",
    "by another name": "    other = k if a.is_cuda else None\n    other[(1,)](a, launch_pdl=True)\n",
    "by run": "    k.run(a, grid=(1,), warmup=False, launch_pdl=True)\n",
    "by a helper": "    go(k, a, launch_pdl=True)\n"
    "def go(kernel, a, **more):\n    kernel[(1,)](a, **{'launch_pdl': 1})\n",
}
#: Bodies of kernels that wait as they should.
WAITING = {
    "first": WAIT + STORE,
    "under a condition": f"    if OVERLAP:\n    {WAIT}{STORE}",
    "after loads": f"    x = tl.load(p)\n{WAIT}{STORE}",
    "in what it calls": f"    waiting(p)\n{STORE}",
    "on each way": f"    if p:\n    {WAIT}    {STORE}    else:\n    {WAIT}    {STORE}",
    "on one way": f"    if OVERLAP:\n    {WAIT}    {STORE}    else:\n    {STORE}",
}
LATE = {
    "after a store": STORE + WAIT,
    "after an atomic": f"    tl.atomic_add(p, 1)\n{WAIT}",
    "after a store in what it calls": f"    storing(p)\n{WAIT}",
    "after a store in a loop": f"    for i in range(3):\n    {STORE}{WAIT}",
}


def text(body: str, launch: str) -> str:
    helpers = f"@triton.jit\ndef waiting(p):\n{WAIT}@triton.jit\ndef storing(p):\n{STORE}"
    return f"{helpers if 'ing(' in body else ''}@triton.jit\ndef k(p):\n{body}def s000(a):\n{launch}"


@pytest.mark.parametrize("how", OVERLAPS)
def test_a_kernel_that_never_waits_races(how):
    assert "never calls" in (first_race(text(STORE, OVERLAPS[how])) or "")


@pytest.mark.parametrize("how", OVERLAPS)
@pytest.mark.parametrize("when", WAITING)
def test_a_kernel_that_waits_does_not(how, when):
    assert first_race(text(WAITING[when], OVERLAPS[how])) is None


@pytest.mark.parametrize("when", LATE)
def test_a_wait_after_a_store_is_too_late(when):
    assert "stores, in line" in (first_race(text(LATE[when], OVERLAPS["by keyword"])) or "")


@pytest.mark.parametrize(
    "launch",
    [
        "    k[(1,)](a)\n",
        "    k[(1,)](a, launch_pdl=False)\n",
        "    k[(1,)](a, **{'launch_pdl': False})\n",
        "    options = {'launch_pdl': True}\n    k[(1,)](a)\n",
        "    print('launch_pdl', launch_pdl=True)\n",
    ],
)
def test_launches_that_do_not_overlap_need_no_wait(launch):
    assert first_race(text(STORE, launch)) is None


def test_no_python_has_no_race():
    assert first_race("launch_pdl def") is None


def test_bundled_kernels_and_twins_wait_and_would_race_without():
    files = [*BUNDLED.glob("*.py"), *EXPLOITS.glob("*/twins/*.py")]
    texts = [path.read_text() for path in files]
    assert [first_race(each) for each in texts] == [None] * len(texts)
    overlapping = [each for each in texts if "launch_pdl" in each]
    assert len(overlapping) >= 55
    assert all(first_race(each.replace("tl.extra.cuda.gdc_wait()", "pass")) for each in overlapping)
