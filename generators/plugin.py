"""pytest: options of generation, the phase before the tests in which it happens, and its place in the results."""

from pathlib import Path

import pytest

from generators.absence import explain
from generators.clients import Limits, SpecError, has_credentials, make_client, parse_spec
from generators.exchange import Unusable, Usage
from generators.ledger import PriceError, read_prices
from generators.store import Store
from tsvc import loops as registry
from tsvc.kernel import BUNDLED
from tsvc.lease import lease_gpu, visible_gpus
from tsvc.results import loop_of

_STATE = pytest.StashKey["Phase"]()
_EFFORTS = ("low", "medium", "high", "xhigh", "max")


def pytest_addoption(parser):
    group = parser.getgroup("generation", "kernels written by a model (docs/generation.md)")

    def option(name, help, **how):
        group.addoption(name, help=help, **how)

    modes = ("never", "missing", "always")
    what = "ask a model for kernels: of loops that lack one (default), or of all; kernels go to --kernels"
    option("--generate", what, choices=modes)
    who = "anthropic:MODEL (default: the newest Sonnet that the SDK knows), command:'PROGRAM' or replay:DIR"
    option("--llm", who, metavar="CLIENT")
    option("--analyses", "findings in the prompt: all, none or kinds with commas", default="all", metavar="WHICH")
    option("--max-attempts", "attempts a loop (default %(default)s)", type=int, default=10, metavar="N")
    reset = "attempts after which the context is reset, 0 for never (default %(default)s)"
    option("--reset-after", reset, type=int, default=5, metavar="N")
    option("--samples", "independent series of attempts a loop (default %(default)s)", type=int, default=1, metavar="K")
    option("--batch", "through the Message Batches API: half the price, answers within a day", action="store_true")
    option("--batch-poll", "seconds between two looks at a batch (default %(default)s)", type=float, default=30.0)
    option("--max-cost", "send nothing that could make the loops cost more than this", type=float, metavar="USD")
    option("--prices", "a table of prices over generators/prices.json; repeatable", type=Path, action="append")
    option("--llm-parallel", "calls in flight (default %(default)s)", type=int, default=8, metavar="N")
    late = "an answer that takes longer is TIMED_OUT (default %(default)s)"
    option("--llm-timeout", late, type=float, default=600.0, metavar="SECONDS")
    option("--llm-retries", "retries of a call that failed (default %(default)s)", type=int, default=4, metavar="N")
    option("--max-tokens", "of an answer, thought included (default %(default)s)", type=int, default=32000, metavar="N")
    option("--effort", "as the Messages API takes it", choices=_EFFORTS)
    option("--thinking-budget", "tokens, for models that take a budget", type=int, metavar="N")


@pytest.hookimpl(tryfirst=True)  # before tsvc.plugin looks for the directory of kernels
def pytest_configure(config):
    option = config.getoption
    for name, least in (("--max-attempts", 1), ("--reset-after", 0), ("--samples", 1), ("--llm-parallel", 1)):
        if option(name) < least:
            raise pytest.UsageError(f"{name} {option(name)}: must be at least {least}")
    try:
        kind, _ = parse_spec(option("--llm"))
        read_prices(option("--prices") or ())
    except (SpecError, PriceError) as error:
        raise pytest.UsageError(str(error)) from None
    if option("--batch") and kind != "anthropic":
        raise pytest.UsageError("--batch needs --llm anthropic:MODEL")
    folder = option("--kernels")
    if option("--generate") == "always" and folder is None:
        raise pytest.UsageError(
            "--generate=always writes kernels: say where with --kernels=DIR (not over the bundled set)"
        )
    wants_kernels = option("--generate") in ("missing", "always") or (option("--llm") and option("--generate") is None)
    if folder is not None and not folder.exists() and wants_kernels:
        folder.mkdir(parents=True, exist_ok=True)
    config.stash[_STATE] = Phase(config)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session):
    gate = session.config.pluginmanager.get_plugin("tsvc-gate")
    if gate is not None:
        gate.additions.append(session.config.stash[_STATE].add_to)


class Phase:
    """Generation in the controlling process, once all tests are known and before the first one runs."""

    def __init__(self, config):
        self.config = config
        self.mode = config.getoption("--generate") or "missing"
        self.folder: Path = config.getoption("--kernels") or BUNDLED
        self.is_over = False
        self.problems: dict[str, str] = {}
        self.lines: list[str] = []

    def run(self, node_ids) -> None:
        """Generate what the tests of these nodes lack."""
        option = self.config.getoption
        is_idle = self.is_over or self.mode == "never" or option("collectonly") or option("--audit")
        names = dict.fromkeys(loop_of(node) for node in node_ids)
        loops = [registry.LOOPS[name] for name in names if name in registry.LOOPS]
        self.is_over = True
        if is_idle or (parse_spec(option("--llm"))[0] == "anthropic" and not has_credentials()):
            return
        if self.mode == "missing" and not self._may_lack(names):
            return
        self._generate(loops)

    def _may_lack(self, names) -> bool:
        """Whether any kernel is missing or was generated here: cheaper than reading what is needed to generate."""
        store = Store(self.folder)
        return any(not store.has_kernel(name) for name in names if name) or store.transcripts.is_dir()

    def _generate(self, loops) -> None:
        from generators.generation import Generation
        from generators.judging import FullJudge
        from generators.progress import Progress, describe_course

        option, plan = self.config.getoption, self._plan()
        if not any(plan.open_samples(Store(plan.folder), loop) for loop in loops):
            return
        try:
            client = make_client(plan.llm, plan.limits)
        except Unusable as error:
            raise pytest.UsageError(f"--llm: {error}") from None
        judge = FullJudge("cuda" if visible_gpus() else "interpreter", option("--kernel-timeout"), option("--sandbox"))
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        write = reporter.write_line if reporter else print
        generation = Generation(plan, loops, client, judge)
        if plan.max_cost is not None and generation.ledger.prices.cost(client.model, Usage()) is None:
            raise pytest.UsageError(f"--max-cost: no price is known for {client.model}; give one with --prices=FILE")
        write(f"generation: {len(generation.loops)} loops by {client.model}; kernels and transcripts to {plan.folder}")
        progress = Progress(write, 2.0 if reporter and reporter.isatty else 10.0)
        try:
            if option("--batch"):
                from generators.batch import BatchRun
                from generators.clients.batches import Batches
                from generators.clients.messages_api import MessagesClient

                assert isinstance(client, MessagesClient), "checked with the options"
                BatchRun(generation, Batches(client)).run(progress)
            else:
                generation.run(progress)
        finally:
            client.close()
            judge.close()
            lease_gpu.cache_clear()  # the tests' own processes shall find the GPU free
            course = generation.course
            self.problems = course.problems
            write(describe_course(course, generation.ledger, 0))
            self.lines = [f"generation: {name}: {why}" for name, why in sorted(course.problems.items())]
            if course.halt:
                self.lines.append(f"generation stopped: {course.halt}")

    def _plan(self):
        from generators.plan import Plan
        from generators.policy import Policy

        option = self.config.getoption
        return Plan(
            folder=self.folder,
            is_always=self.mode == "always",
            llm=option("--llm"),
            analyses=option("--analyses"),
            samples=option("--samples"),
            policy=Policy(option("--max-attempts"), option("--reset-after")),
            limits=Limits(
                option("--llm-timeout"),
                option("--llm-retries"),
                option("--max-tokens"),
                option("--effort"),
                option("--thinking-budget"),
            ),
            parallel=option("--llm-parallel"),
            max_cost=option("--max-cost"),
            prices=tuple(option("--prices") or ()),
            poll=option("--batch-poll"),
        )

    def add_to(self, record: dict) -> None:
        """Add to a run's record how its kernels came about."""
        if (self.folder / "transcripts").is_dir():
            from generators.account import add_generation

            option = self.config.getoption
            prices = read_prices(option("--prices") or ())
            add_generation(record, Store(self.folder), prices, option("--max-attempts"), option("--reset-after"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    if not hasattr(session.config, "workerinput") and session.items:
        session.config.stash[_STATE].run(item.nodeid for item in session.items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """In the controller: no test is handed out before all workers have collected."""
    node.config.stash[_STATE].run(ids)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    state = item.config.stash[_STATE]
    for position, (name, value) in enumerate(report.user_properties):
        if name == "failure" and value[1] == "MISSING" and not item.config.getoption("--audit"):
            loop = loop_of(item.nodeid)
            text = f"{value[2]}\n{explain(state.folder, loop, state.mode, item.config.getoption('--llm'))}"
            report.user_properties[position] = (name, [value[0], value[1], text])
            report.longrepr = f"{value[1]} {text}" if report.when == "call" else report.longrepr
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if session.config.stash[_STATE].problems and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED  # a provider that is down is no kernel's fault


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[_STATE].lines:
        terminalreporter.write_line(line)
