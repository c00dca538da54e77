"""pytest: options, fixtures and verdicts. What happens at a run's end is tsvc.gate's."""

import argparse
import shlex
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path

import pytest

from clib.build import BuildError
from tsvc import baselines, boundary, sweep
from tsvc import loops as registry
from tsvc.acceptance import failure_of
from tsvc.audit import Audit
from tsvc.cases import TIMED
from tsvc.compare import BeyondNoise
from tsvc.csource import SourceError
from tsvc.demands import Demands
from tsvc.device import Device
from tsvc.gate import Gate
from tsvc.judge import Judge
from tsvc.kernel import BUNDLED
from tsvc.lease import visible_gpus
from tsvc.machine import gpu_facts
from tsvc.noise import Repeats
from tsvc.results import ResultsError, loop_of, read_results
from tsvc.targets import TARGETS
from tsvc.timing import build_ahead, measure_floors, timing_case
from tsvc.verdicts import all_failures

_ADDED = pytest.StashKey[list[str]]()
_BOUNDARY = pytest.StashKey[str]()
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
    foreign = "list what is wrong with the kernels of --kernels, somebody else's; neither compiled nor timed"
    option("--audit", foreign, action="store_true")
    draws = "draw other data for the fixed cases (default 0: the same on each run); for drawn cases: --hypothesis-seed"
    option("--data-seed", draws, type=int, default=0, metavar="N")
    longer = "leave out fixed cases with longer arrays than this: judges in half the time, and less"
    option("--max-elements", longer, type=int, metavar="N")
    rate = "exit 0 when at least this fraction of the loops asked for pass"
    option("--min-pass-rate", rate, type=float, metavar="FRACTION")
    option("--baseline", "exit 1 when a loop that passed in this run does not now", type=Path, metavar="RUN")
    slower = "with --baseline: exit 1 when a loop takes more than this times as long, beyond the noise"
    option("--max-slowdown", slower, type=float, metavar="RATIO")
    option("--record", "renew the record of every kernel that passes, stale ones too", action="store_true")
    option("--results", "write results.json, REPORT.md and badge.json to this directory", type=Path, metavar="DIR")
    option("--timing-n", "1-D length of timed runs (default %(default)s)", type=int, default=TIMED[0], metavar="N")
    option("--timing-m", "2-D side of timed runs (default %(default)s)", type=int, default=TIMED[1], metavar="M")
    others = f"also time these ways to run a loop, separated by commas: {', '.join(baselines.NAMES)}, or all"
    option("--baselines", others, default="", metavar="NAMES")
    option("--sweep", "also time each loop over sizes, on both sides; needs a GPU", action="store_true")
    option("--sweep-points", "sizes of a sweep (default: all)", type=int, metavar="K")
    largest = "largest size of a sweep as a power of two (default %(default)s)"
    option("--sweep-to", largest, type=int, default=sweep.LAST, metavar="POWER")
    longest = (
        "seconds that one loop's sweep may take: it ends before a size that would take longer (default %(default)s)"
    )
    option("--sweep-limit", longest, type=float, default=1.5, metavar="SECONDS")
    sandbox = "what holds the child that runs kernels: bubblewrap, plain limits, or the stronger that works (default)"
    option("--sandbox", sandbox, choices=("auto", *boundary.KINDS), default="auto")
    option("--require-sandbox", "refuse to run with less than bubblewrap", action="store_true")
    compiled = f"compile launches for these GPUs, separated by commas (default: {','.join(TARGETS)})"
    option("--targets", compiled, type=_targets, default=tuple(TARGETS), metavar="NAMES")
    hung = "a call without an answer after this long is HUNG (default %(default)s)"
    option("--kernel-timeout", hung, type=float, default=60.0, metavar="SECONDS")


def _targets(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in TARGETS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(TARGETS)}")
    return names


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
    try:
        config.stash[_BOUNDARY] = boundary.choose(config.getoption("--sandbox"), config.getoption("--require-sandbox"))
    except boundary.Unavailable as error:
        raise pytest.UsageError(str(error)) from None
    directory = config.getoption("--kernels")
    if directory is not None and not directory.is_dir():
        raise pytest.UsageError(f"--kernels {directory}: no such directory")
    if config.getoption("--audit") and (directory is None or config.getoption("--record")):
        raise pytest.UsageError("--audit needs --kernels=DIR, and leaves the directory as it is (no --record)")
    if config.getoption("--audit"):
        config.pluginmanager.register(Audit(directory, config.getoption("--results")), "tsvc-audit")
    if config.getoption("--max-elements") is not None and config.getoption("--record"):
        raise pytest.UsageError("--record needs all cases (no --max-elements)")
    if config.getoption("--data-seed") < 0:
        raise pytest.UsageError("--data-seed: a number from 0")
    _check_timing(config)
    demands = _demands(config)
    if not visible_gpus():
        config.option.benchmark_disable = True
    config.option.benchmark_save_data = True  # a comparison needs the samples
    if getattr(config.option, "benchmark_storage", None) == _DEFAULT_STORAGE:
        config.option.benchmark_storage = f"{_DEFAULT_STORAGE}/{_device_name().replace(' ', '-')}"
    if not hasattr(config, "workerinput"):
        option = config.getoption
        renewed = (directory or BUNDLED) if option("--record") else None
        command = " ".join(["pytest", *map(shlex.quote, config.invocation_params.args)])
        gate = Gate(demands, option("--results"), renewed, option("--timing-n"), option("--timing-m"), command)
        config.pluginmanager.register(gate, "tsvc-gate")
        checks = config.getoption("benchmark_compare_fail") or []
        config.option.benchmark_compare_fail = [BeyondNoise(check, gate.band) for check in checks]


def _check_timing(config) -> None:
    """Raises UsageError for options about times that make no sense."""
    try:
        baselines.chosen(config.getoption("--baselines"))
    except ValueError as error:
        raise pytest.UsageError(f"--baselines {error}") from None
    points, last, limit = (config.getoption(f"--sweep-{name}") for name in ("points", "to", "limit"))
    if (points, last, limit) != (None, sweep.LAST, 1.5) and not config.getoption("--sweep"):
        raise pytest.UsageError("--sweep-points, --sweep-to, --sweep-limit: of what? They need --sweep")
    if points is not None and points < 2:
        raise pytest.UsageError(f"--sweep-points {points}: a sweep has at least 2 sizes")
    if not sweep.FIRST < last <= 28:
        raise pytest.UsageError(f"--sweep-to {last}: sizes end between 2**{sweep.FIRST + 1} and 2**28")


def _demands(config) -> Demands:
    """What the options ask of the run; raises UsageError where they make no sense."""
    rate, run, slowdown = (config.getoption(f"--{name}") for name in ("min-pass-rate", "baseline", "max-slowdown"))
    if rate is not None and not 0 <= rate <= 1:
        raise pytest.UsageError(f"--min-pass-rate {rate}: must lie between 0 and 1 (0.99 for 99 %)")
    if slowdown is not None and slowdown < 1:
        raise pytest.UsageError(f"--max-slowdown {slowdown}: must be at least 1 (1.2: a fifth longer)")
    if slowdown is not None and run is None:
        raise pytest.UsageError("--max-slowdown: slower than what? It needs --baseline=RUN")
    try:
        baseline = read_results(run) if run is not None else None
    except ResultsError as error:
        raise pytest.UsageError(f"--baseline {error}") from None
    asked = [config.getoption(name) for name in ("--loop", "keyword", "deselect")]
    is_partial = any(asked) or any("::" in argument for argument in config.args)
    return Demands(rate, baseline, str(run or ""), slowdown, is_partial)


def pytest_unconfigure(config):
    for name in config.stash.get(_ADDED, []):
        del registry.LOOPS[name]


def pytest_report_header(config):
    where = f"on {_device_name()}" if visible_gpus() else "on the Triton interpreter"
    kernels = config.getoption("--kernels") or BUNDLED.name
    versions = ", ".join(f"{name} {version(name)}" for name in ("triton", "torch", "numpy"))
    held = f"boundary {boundary.describe(config.stash[_BOUNDARY])}"
    lines = [f"tsvc: {len(registry.LOOPS)} loops {where}, kernels from {kernels}", f"tsvc: {versions}", f"tsvc: {held}"]
    reason = _why_untimed(config)
    return [*lines, f"tsvc: timing is skipped: {reason}"] if reason else lines


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector, name, obj):
    """Without --sweep there is no such test: one that is skipped, or deselected, would look as if it were missing."""
    is_sweep = any(mark.name == "sweep" for mark in getattr(obj, "pytestmark", []))
    return [] if is_sweep and not collector.config.getoption("--sweep") else None


def pytest_collection_modifyitems(config, items):
    if patterns := config.getoption("--loop"):
        chosen = [item for item in items if any(fnmatchcase(loop_of(item.nodeid), p) for p in patterns)]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
    reason = _why_untimed(config)
    for item in items:
        if reason and item.get_closest_marker("timing"):
            item.add_marker(pytest.mark.skip(reason=reason))


def _why_untimed(config) -> str:
    """Why tests of time are skipped, or "": in a worker, or in the process that has workers."""
    shared = hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None)
    return "no GPU" if not visible_gpus() else "it needs a process alone, -n 0" if shared else ""


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
    mode, limit = "cuda" if visible_gpus() else "interpreter", request.config.getoption("--kernel-timeout")
    device = Device(mode, limit, request.config.stash[_BOUNDARY])
    yield device
    device.close()


@pytest.fixture(scope="session")
def offline_compiler(request):
    """A child that compiles launches for GPUs that are not there."""
    device = Device("compile", sandbox=request.config.stash[_BOUNDARY])
    yield device
    device.close()


@pytest.fixture(scope="session")
def targets(request):
    """The GPUs that kernels are compiled for: of an audit's, which may be written for one vendor alone, just one."""
    return ["sm_90"] if request.config.getoption("--audit") else list(request.config.getoption("--targets"))


@pytest.fixture(scope="session")
def c_clock(request):
    """A child that times the C reference; the C of all loops that are timed is compiled."""
    n, m = (request.config.getoption(f"--timing-{size}") for size in ("n", "m"))
    timed = [item.callspec.params["loop"] for item in request.session.items if item.get_closest_marker("timing")]
    build_ahead(case for loop in timed if (case := timing_case(loop, n, m)))
    device = Device("c")
    yield device
    device.close()


@pytest.fixture(scope="session")
def floors(device):
    """What this GPU does at best, measured before a kernel is read."""
    return measure_floors(device)


@pytest.fixture(scope="session")
def repeats(device, request):
    """Remembers what was timed; at the end some of it is timed again."""
    timed = Repeats()
    yield timed
    request.config.pluginmanager.get_plugin("tsvc-gate").noise_band = timed.band()


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
        report.user_properties.append(("failure", [failure.letter, failure.word, str(failure)]))
        if call.when == "call":
            report.longrepr = f"{failure.word} {failure}"  # it names the case: hypothesis's notes would say it again
    elif isinstance(error, BuildError):
        report.longrepr = str(error)
    return report


def pytest_report_teststatus(report):
    properties = dict(getattr(report, "user_properties", []))  # as tsvc.gate left them: the verdict and single facts
    word, failures = properties.get("verdict"), all_failures()
    if report.failed and report.when == "call" and word in failures:
        return "failed", failures[word].letter, (word, {"red": True})
    if report.passed and report.when == "call" and (speedup := properties.get("speedup")):
        return "passed", ".", (f"PASSED {speedup:.2f}x", {"green": True})
    return None
