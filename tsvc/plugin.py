"""pytest: options, fixtures and verdicts. What happens at a run's end is tsvc.gate's."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis.errors import FlakyFailure

from clib.build import BuildError
from tsvc import loops as registry
from tsvc.csource import SourceError
from tsvc.device import Device
from tsvc.gate import Gate
from tsvc.judge import Judge
from tsvc.kernel import BUNDLED
from tsvc.lease import visible_gpus
from tsvc.machine import gpu_facts
from tsvc.results import loop_of
from tsvc.verdicts import KernelFailure, Racy

_ADDED = pytest.StashKey[list[str]]()
_DEFAULT_STORAGE = "file://./.benchmarks"


def every_loop():
    """A mark that parametrises a test over the loops under test.

    A mark, not pytest_generate_tests: only for marked tests does hypothesis keep an example database and a CI seed
    per case. Session scope runs the tests loop by loop.
    """
    return pytest.mark.parametrize("loop", registry.LOOPS.values(), ids=list(registry.LOOPS), scope="session")


# -- options ------------------------------------------------------------------


def pytest_addoption(parser):
    group = parser.getgroup("tsvc")

    def option(name, help, **how):
        group.addoption(name, help=help, **how)

    several = {"action": "append", "default": []}
    option("--loop", "only this loop: an exact name or a glob; repeatable", metavar="NAME", **several)
    option("--loops", "also the loops of this C file; repeatable", metavar="FILE.c", **several)
    option("--kernels", "judge the kernels of this directory (default: kernels_cache)", type=Path, metavar="DIR")
    rate = "exit 0 when at least this fraction of the loops asked for pass"
    option("--min-pass-rate", rate, type=float, metavar="FRACTION")
    option("--record", "renew the record of every kernel that passes, stale ones too", action="store_true")
    option("--results", "write results.json and REPORT.md to this directory", type=Path, metavar="DIR")
    option("--timing-n", "1-D length of timed runs (default %(default)s)", type=int, default=32000, metavar="N")
    option("--timing-m", "2-D side of timed runs (default %(default)s)", type=int, default=256, metavar="M")
    hung = "a call without an answer after this long is HUNG (default %(default)s)"
    option("--kernel-timeout", hung, type=float, default=60.0, metavar="SECONDS")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.stash[_ADDED] = []
    for file in config.getoption("--loops"):
        try:
            added = registry.load(Path(file))
        except SourceError as error:
            raise pytest.UsageError(f"--loops {error}") from None
        if taken := sorted(set(added) & set(registry.LOOPS)):
            raise pytest.UsageError(f"--loops {file}: {', '.join(taken)}: there is a loop of that name already")
        registry.LOOPS.update(added)
        config.stash[_ADDED] += added
    for pattern in config.getoption("--loop"):
        if not any(fnmatchcase(name, pattern) for name in registry.LOOPS):
            raise pytest.UsageError(f"--loop {pattern}: no such loop; pytest --collect-only -q lists them")
    directory = config.getoption("--kernels")
    if directory is not None and not directory.is_dir():
        raise pytest.UsageError(f"--kernels {directory}: no such directory")
    rate = config.getoption("--min-pass-rate")
    if rate is not None and not 0 <= rate <= 1:
        raise pytest.UsageError(f"--min-pass-rate {rate}: must lie between 0 and 1 (0.99 for 99 %)")
    if not visible_gpus():
        config.option.benchmark_disable = True
    if getattr(config.option, "benchmark_storage", None) == _DEFAULT_STORAGE:
        config.option.benchmark_storage = f"{_DEFAULT_STORAGE}/{_device_name().replace(' ', '-')}"
    if not hasattr(config, "workerinput"):
        option = config.getoption
        renewed = (directory or BUNDLED) if option("--record") else None
        gate = Gate(rate, option("--results"), renewed, option("--timing-n"), option("--timing-m"))
        config.pluginmanager.register(gate, "tsvc-gate")


def pytest_unconfigure(config):
    for name in config.stash.get(_ADDED, []):
        del registry.LOOPS[name]


def pytest_report_header(config):
    where = f"on {_device_name()}" if visible_gpus() else "on the Triton interpreter (no GPU, no timing)"
    kernels = config.getoption("--kernels") or BUNDLED.name
    return f"tsvc: {len(registry.LOOPS)} loops {where}, kernels from {kernels}"


def pytest_collection_modifyitems(config, items):
    if patterns := config.getoption("--loop"):
        chosen = [item for item in items if any(fnmatchcase(loop_of(item.nodeid), p) for p in patterns)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    reason = "no GPU" if not visible_gpus() else "timing needs -n 0" if hasattr(config, "workerinput") else ""
    for item in items:
        if reason and item.get_closest_marker("timing"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_xdist_auto_num_workers(config):
    return len(visible_gpus()) or None


def pytest_benchmark_update_machine_info(machine_info):
    machine_info.update(gpu_facts())


def _device_name() -> str:
    return gpu_facts().get("gpu", "interpreter")


# -- fixtures -----------------------------------------------------------------


@pytest.fixture(scope="session")
def device(request):
    """The child process that owns this worker's device: its GPU, or the interpreter where there is none."""
    device = Device("cuda" if visible_gpus() else "interpreter", request.config.getoption("--kernel-timeout"))
    yield device
    device.close()


@pytest.fixture(scope="session")
def offline_compiler():
    """A child that compiles launches for GPUs that are not there."""
    device = Device("compile")
    yield device
    device.close()


@pytest.fixture(scope="session")
def c_clock():
    """A child that times the C reference."""
    device = Device("c")
    yield device
    device.close()


@pytest.fixture(scope="session")
def judge(loop, device, request):
    """The judge of this loop's kernel; it reads the kernel at its first use, within the test."""
    option = request.config.getoption
    return Judge(loop, device, option("--kernels"), trust_record=option("--record"))


@pytest.fixture
def note(request):
    """Hands facts about the test's loop to the results: note(verdict=..., device_us=...)."""

    def add(**facts):
        request.node.user_properties.append(("tsvc", facts))

    return add


# -- verdicts -----------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    error = call.excinfo and call.excinfo.value
    if failure := failure_of(error):
        report.user_properties.append(("verdict", [failure.letter, failure.word, str(failure)]))
        if call.when == "call":
            report.longrepr = f"{failure.word} {failure}"  # it names the case: hypothesis's notes would say it again
    elif isinstance(error, BuildError):
        report.longrepr = str(error)
    return report


def failure_of(error: BaseException | None) -> KernelFailure | None:
    """The kernel's failure that an exception stands for, None where the trouble may be our own.

    hypothesis groups failures: FlakyFailure when the same case came out differently, else one of each kind.
    """
    if not isinstance(error, BaseExceptionGroup):
        return error if isinstance(error, KernelFailure) else None
    leaves = [failure_of(each) for each in error.exceptions]
    if not leaves or None in leaves:
        return None
    first = leaves[0]
    return (
        Racy(f"{first}\n  race    passed in another run on the same data") if isinstance(error, FlakyFailure) else first
    )


def pytest_report_teststatus(report):
    properties = dict(report.user_properties) if hasattr(report, "user_properties") else {}
    if report.failed and report.when == "call" and "verdict" in properties:
        letter, word, _ = properties["verdict"]
        return "failed", letter, (word, {"red": True})
    if report.passed and report.when == "call" and (facts := properties.get("tsvc")) and facts.get("speedup"):
        return "passed", ".", (f"PASSED {facts['speedup']:.2f}x", {"green": True})
    return None
