"""python -m analyses NAME: what the analyses find about a loop; see docs/analyses.md."""

import argparse
import json
import sys
from pathlib import Path

from analyses.analysis import analyse, named
from analyses.errors import AnalysisError, Unsupported
from analyses.model import Model, build
from analyses.plot import PlotError, plot
from analyses.report import report
from analyses.table import table
from tsvc.csource import SourceError
from tsvc.loops import Loop


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: done; 2: the command or its input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m analyses", description="Exact dependence analysis of a C loop.")
    parser.add_argument("loop", nargs="?", metavar="NAME", help="a loop's name, or path.c:function")
    parser.add_argument("--json", action="store_true", help="findings for machines")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw iterations and dependences (.svg; .png)")
    parser.add_argument("--table", action="store_true", help="print docs/findings.md: every loop and its findings")
    options = parser.parse_args(arguments)
    if (options.loop is None) == (not options.table):
        parser.error("give the name of a loop, or --table")
    try:
        if options.table:
            print(table(), end="")
        else:
            show(named(options.loop), as_json=options.json, picture=options.plot)
    except (AnalysisError, SourceError, PlotError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    except RecursionError:
        print(f"{options.loop}: expressions or loops are nested too deeply", file=sys.stderr)
        return 2
    return 0


def show(loop: Loop, *, as_json: bool, picture: Path | None) -> None:
    findings, model = analyse(loop), modelled(loop)
    if picture is not None:
        if model is None:
            raise PlotError(f"{loop.path}:{findings[0].line}: nothing to draw: {findings[0].claim['reason']}")
        plot(model, picture)
        print(f"{picture}: iterations and dependences of {loop.name}", file=sys.stderr)
    if as_json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))
    elif picture is None:
        print(report(loop, findings, model), end="")


def modelled(loop: Loop) -> Model | None:
    try:
        return build(loop)
    except Unsupported:
        return None


if __name__ == "__main__":
    sys.exit(main())
