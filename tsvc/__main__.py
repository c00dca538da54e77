"""python -m tsvc: list the loops, judge one case, report on runs, compare and merge them, renew records."""

import argparse
import sys
from pathlib import Path

from clib.build import BuildError
from tsvc import boundary
from tsvc import loops as registry
from tsvc.cases import fit
from tsvc.compare import compare_runs
from tsvc.csource import SourceError
from tsvc.device import Device
from tsvc.domain import is_legal
from tsvc.inputs import KINDS, Case
from tsvc.judge import Judge
from tsvc.lease import visible_gpus
from tsvc.record import renew
from tsvc.report import summary_lines
from tsvc.report.differences import difference_figures, difference_sections
from tsvc.report.markdown import markdown_text
from tsvc.report.resources import SHOWN, launches_section, resources_section
from tsvc.report.tables import machine_section
from tsvc.report.text import text_lines
from tsvc.results import ResultsError, merge_results, read_results, write_reports, write_results
from tsvc.targets import TARGETS
from tsvc.verdicts import HarnessError, KernelFailure


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: done (judge: PASSED); 1: the kernel fails, or what --fail says; 2: the command or input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tsvc", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="the loops: name, category, arrays, legal sizes")
    judge = commands.add_parser("judge", help="judge one case, as a failure's replay line says")
    judge.add_argument("loop")
    judge.add_argument("facts", nargs="*", metavar="NAME=VALUE", help="n, m, kind, seed and the loop's parameters")
    judge.add_argument("--kernels", type=Path, metavar="DIR", help="directory of kernels (default: the bundled set)")
    judge.add_argument("--sandbox", choices=("auto", *boundary.KINDS), default="auto", help="as pytest's option")
    for command in (listing, judge):
        command.add_argument("--loops", type=Path, action="append", default=[], metavar="FILE.c")
    report = commands.add_parser("report", help="print a run's tables and write its REPORT.md and badge.json")
    report.add_argument("run", type=Path, metavar="DIR", help="a directory with results.json")
    report.add_argument("--html", action="store_true", help="also write report.html, with figures")
    resources = commands.add_parser("resources", help="registers, spills, occupancy, ... of a run's compiled kernels")
    resources.add_argument("run", type=Path, metavar="DIR", help="a directory with results.json")
    resources.add_argument("--target", choices=TARGETS, default=SHOWN, help="the GPU (default: %(default)s)")
    comparison = commands.add_parser("compare", help="what changed from run A to run B, and whether it is noise")
    comparison.add_argument("a", type=Path, metavar="A", help="a directory with results.json")
    comparison.add_argument("b", type=Path, metavar="B", help="a directory with results.json")
    comparison.add_argument("--markdown", type=Path, metavar="FILE", help="also write it as Markdown")
    comparison.add_argument("--html", type=Path, metavar="FILE", help="also write it as a page")
    fail = "exit 1 when a loop fails newly, or is slower beyond the noise"
    comparison.add_argument("--fail", action="store_true", help=fail)
    merge = commands.add_parser("merge", help="one record of several runs on one machine")
    merge.add_argument("out", type=Path, metavar="OUT", help="directory to write")
    merge.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="directories with results.json")
    record = commands.add_parser("record", help="renew the records of the kernels that passed in a run")
    record.add_argument("run", type=Path, metavar="DIR", help="a directory with results.json")
    record.add_argument("--kernels", type=Path, metavar="DIR", help="directory of kernels (default: the bundled set)")
    options = parser.parse_args(arguments)
    try:
        for file in getattr(options, "loops", []):
            registry.LOOPS.update(registry.load(file))
        actions = {
            "list": _list,
            "judge": _judge,
            "report": _report,
            "resources": _resources,
            "compare": _compare,
            "merge": _merge,
            "record": _record,
        }
        return actions[options.command](options)
    except (SourceError, BuildError, ResultsError, HarnessError, boundary.Unavailable, _Usage) as error:
        print(f"python -m tsvc: {error}", file=sys.stderr)
        return 2


class _Usage(Exception):
    pass


def _list(options) -> int:
    for loop in registry.LOOPS.values():
        arrays = " ".join(f"{array.name}:{array.role}" for array in loop.arrays)
        print(f"{loop.name:8} {loop.category:36} {arrays:40} {'; '.join(loop.requires)}".rstrip())
    return 0


def _judge(options) -> int:
    if options.loop not in registry.LOOPS:
        raise _Usage(f"{options.loop}: no such loop; `python -m tsvc list` names them")
    loop = registry.LOOPS[options.loop]
    case = _case(loop, options.facts)
    device = Device("cuda" if visible_gpus() else "interpreter", sandbox=options.sandbox)
    try:
        judge = Judge(loop, device, options.kernels)
        judged = judge.check(case)
        judge.check_text()
    except KernelFailure as failure:
        print(f"{failure.word} {failure}")
        return 1
    finally:
        device.close()
    print(f"PASSED {loop.name} {case} on {device.mode}: {judged.calls} calls agree with C")
    return 0


def _case(loop, facts: list[str]) -> Case:
    given = dict(fact.split("=", 1) for fact in facts if "=" in fact)
    if len(given) != len(facts):
        raise _Usage(f"expected NAME=VALUE, got {' '.join(fact for fact in facts if '=' not in fact)}")
    kinds = {p.name: p.kind for p in loop.params}
    unknown = set(given) - {"n", "m", "kind", "seed", "named"} - set(kinds)
    if unknown:
        raise _Usage(f"{loop.name} has no parameter {', '.join(sorted(unknown))}")
    try:
        n, m, seed = (int(given.get(name, default)) for name, default in (("n", 1000), ("m", 37), ("seed", 0)))
        params = {name: (int if kind == "int" else float)(given[name]) for name, kind in kinds.items() if name in given}
        named = tuple(float(number) for number in given.get("named", "").split(",") if number)
    except ValueError as error:
        raise _Usage(str(error)) from None
    kind = given.get("kind", "uniform")
    if kind not in KINDS:
        raise _Usage(f"kind={kind}: one of {', '.join(KINDS)}")
    n = n if "n" in loop.sizes else 1
    m = m if "m" in loop.sizes else 1
    case = Case(loop, n, m, kind, seed, params, named)
    fitted = fit(loop, n, m, params)
    if fitted is None or not is_legal(loop, n, m, {**fitted[2], **params}):
        raise _Usage(f"{loop.name}: {case} is not legal: requires {' and '.join(loop.requires) or 'n >= 1 and m >= 1'}")
    return case


def _report(options) -> int:
    record = read_results(options.run)
    folder = options.run if options.run.is_dir() else options.run.parent
    written = write_reports(folder, record)
    if options.html:
        from tsvc.report.page import run_page

        (folder / "report.html").write_text(run_page(record))
        written.append(folder / "report.html")
    print("\n".join([*text_lines([machine_section(record)]), "", *summary_lines(record), ""]))
    print(f"written: {', '.join(map(str, written))}")
    return 0


def _resources(options) -> int:
    record = read_results(options.run)
    found = [part for part in (launches_section(record, options.target), resources_section(record)) if part]
    if not found:
        raise _Usage(f"{options.run}: no kernel of this run was compiled for {options.target}")
    print("\n".join(text_lines(found)))
    return 0


def _compare(options) -> int:
    a, b = read_results(options.a), read_results(options.b)
    comparison = compare_runs(a, b)
    title = f"{options.a} and {options.b}"
    print("\n".join(text_lines(difference_sections(a, b, comparison))))
    if options.markdown:
        options.markdown.write_text(markdown_text(title, difference_sections(a, b, comparison)))
    if options.html:
        from tsvc.report.page import sections_page

        parts = difference_sections(a, b, comparison, with_same=True)
        options.html.write_text(sections_page(title, parts, difference_figures(comparison)))
    return 1 if options.fail and (comparison.of("newly failing") or comparison.of("slower")) else 0


def _merge(options) -> int:
    record = merge_results([read_results(run) for run in options.runs])
    path = write_results(options.out, record)
    print("\n".join(summary_lines(record)))
    print(f"\nresults: {path}")
    return 0 if all(entry["verdict"] == "PASSED" for entry in record["loops"].values()) else 1


def _record(options) -> int:
    written = renew(read_results(options.run), options.kernels)
    print(f"{len(written)} records renewed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
