"""python -m generators.compare RUN RUN: two generation runs in pairs of loops, by McNemar's exact test."""

import argparse
import sys
from pathlib import Path

from generators.statistics import compare
from tsvc.results import ResultsError, read_results


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: compared; 2: a run cannot be read, or the two share no loop with attempts."""
    parser = argparse.ArgumentParser(prog="python -m generators.compare", description=__doc__)
    parser.add_argument("runs", nargs=2, type=Path, metavar="RUN", help="a directory with results.json")
    options = parser.parse_args(arguments)
    try:
        found = compare(*(read_results(run) for run in options.runs))
    except ResultsError as error:
        print(error, file=sys.stderr)
        return 2
    if not found[0]["loops"]:
        print("the two runs share no loop that was generated in both", file=sys.stderr)
        return 2
    for one in found:
        print(
            f"{one['within']}: {one['first']} and {one['second']} of {one['loops']} loops pass; "
            f"only in the first {one['only_first']}, only in the second {one['only_second']}; p = {one['p']:.3g}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
