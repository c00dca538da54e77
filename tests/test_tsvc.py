"""The suite: every loop goes through the same tests."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses import AnalysisError, analyse
from analyses.baselines import baseline_text
from tsvc.authorship import largest
from tsvc.baselines import Baselines, Left, chosen
from tsvc.judge import require_evidence
from tsvc.lease import visible_gpus
from tsvc.named import suite_cases
from tsvc.plugin import every_loop
from tsvc.resources import by_target, spilling
from tsvc.strategies import largest_cases
from tsvc.sweep import C_CALLS, C_LIMIT, compile_ahead, sweep
from tsvc.sweep import cases as swept_cases
from tsvc.timing import device_clock, limit_facts, replay, speedup, time_c, time_kernel, timing_case
from tsvc.verdicts import HarnessError

pytestmark = every_loop()

ON_GPU = bool(visible_gpus())
#: Bundled kernels may take another way at large n and m: what they launch there is compiled for one target.
LARGE = (1 << 24, 4096)


def findings_of(loop) -> list[str]:
    """What the analyses say of a loop, a line each, for the report."""
    try:
        return [f"line {finding.line}: {finding.advice} ({finding.level})" for finding in analyse(loop)]
    except AnalysisError as error:  # C that cannot be analysed can be judged all the same
        return [str(error)]


def test_correct(loop, judge, note, request):
    note(c_source=loop.source, findings=findings_of(loop))
    note(kernel_source=judge.kernel.text, kernel_sha256=judge.kernel.sha256, origin=judge.kernel.origin)
    if judge.kernel.slower_because:
        note(slower_because=judge.kernel.slower_because)
    seed, most = (request.config.getoption(name) for name in ("--data-seed", "--max-elements"))
    cases = suite_cases(loop, judge.kernel.text, ON_GPU, seed)
    judged = [judge.check(case) for case in cases if most is None or largest(case) <= most]
    if most is None:
        judged += judge.check_more()
    require_evidence(judged)
    judge.check_text()
    note(
        cases=len(judge.judged),
        evidence=sum(one.is_evidence for one in judge.judged),
        launches=judged[0].launches,
        operators=judge.glue,
        **{"class": judge.classify()},
        device=judge.device.facts,
    )


@given(data=st.data())
def test_sizes(loop, judge, data):
    judge.check(data.draw(largest_cases(loop, ON_GPU), label="case"))


def test_compiles(loop, judge, offline_compiler, targets, note, request):
    case = timing_case(loop, request.config.getoption("--timing-n"), request.config.getoption("--timing-m"))
    kernels, large = judge.compile(offline_compiler, case, targets), []
    if judge.is_bundled:
        large = judge.compile(offline_compiler, timing_case(loop, *LARGE), ["sm_90"], with_data=False)
    resources = by_target(kernels, large)
    note(compiled=list(resources), resources=resources)
    if judge.is_bundled and (found := spilling(resources, "sm_90")):
        raise HarnessError(f"{loop.name}: no bundled kernel may spill: {'; '.join(found)}")


@pytest.mark.timing
@pytest.mark.benchmark(timer=device_clock)
def test_speed(loop, judge, c_clock, floors, repeats, others, benchmark, note, request):
    case = timing_case(loop, request.config.getoption("--timing-n"), request.config.getoption("--timing-m"))
    judge.check(case)
    device, c = time_kernel(judge, case), time_c(c_clock, case)
    repeats.add(judge, case, device)
    ratio, is_bound = speedup(c, device)
    facts = {
        "device_us": device.median * 1e6,
        "launch_us": sorted(device.launch)[len(device.launch) // 2] * 1e6,
        "c_us": c.median * 1e6,
        "speedup": ratio,
        "speedup_is_bound": is_bound,
        "method": device.method,
        "c_method": c.method,
        "calls_per_sample": device.calls_per_sample,
        "footprint_bytes": device.footprint,
        "timed_n": case.n,
        "timed_m": case.m,
        **limit_facts(c_clock, replace(case, kind="fresh", seed=0), device, floors),
    }
    note(device={**judge.device.facts, "floors": floors.as_dict()}, kernel_sha256=judge.kernel.sha256)
    note(**facts, device_samples_us=device.samples_us, c_samples_us=c.samples_us)
    benchmark.extra_info.update(facts)
    replay(benchmark, device.samples)
    if others is not None and c.method != "timeout":
        note(**others.time(case).facts(facts["c_us"], facts["device_us"]))


@pytest.mark.timing
@pytest.mark.sweep
def test_sweep(loop, judge, c_clock, floors, others, swept, note):
    def on_all_cores(case):
        try:
            return others.time_one("openmp", case, calls=C_CALLS, limit=C_LIMIT)
        except Left:
            return None

    has_all_cores = others is not None and "openmp" in others.names
    wanted, seconds = swept[loop.name]
    all_cores = on_all_cores if has_all_cores else None
    found = sweep(judge.kernel, judge.device, c_clock, wanted, seconds, all_cores, floors)
    note(device={**judge.device.facts, "floors": floors.as_dict()}, kernel_sha256=judge.kernel.sha256, **found.facts())


@pytest.fixture(scope="session")
def others(request):
    """The other ways to run a loop that --baselines names, compiled for what is timed; None where it names none."""
    option = request.config.getoption
    names = chosen(option("--baselines"))
    if not names:
        yield None
        return
    found = Baselines(names, baseline_text)
    timed = [timing_case(one, option("--timing-n"), option("--timing-m")) for one in loops_of(request, "test_speed")]
    found.build_ahead(case for case in timed if case is not None)
    yield found
    found.close()


@pytest.fixture(scope="session")
def swept(request, others):
    """For each loop that is swept, its cases and seconds; the C of all of them is compiled."""
    points, last, seconds = (request.config.getoption(f"--sweep-{name}") for name in ("points", "to", "limit"))
    wanted = {one.name: swept_cases(one, points, last) for one in loops_of(request, "test_sweep")}
    every = [case for some in wanted.values() for case in some]
    compile_ahead(every)
    if others is not None:
        others.build_ahead(every, ("openmp",))
    return {name: (some, seconds) for name, some in wanted.items()}


def loops_of(request, test: str) -> list:
    """The loops that a test is run for in this session."""
    return [item.callspec.params["loop"] for item in request.session.items if item.originalname == test]
