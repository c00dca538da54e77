"""python -m generators NAME: the prompt for a loop, as a model gets it; see docs/generation.md."""

import argparse
import json
import sys
from dataclasses import asdict

from analyses.errors import AnalysisError
from generators.prompt import build_prompt
from generators.prompt.table import table
from tsvc.csource import SourceError


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: done; 2: the command or its input is wrong."""
    parser = argparse.ArgumentParser(prog="python -m generators", description="The prompt for a loop.")
    parser.add_argument("loop", nargs="?", metavar="NAME", help="a loop's name, or path.c:function")
    parser.add_argument(
        "--analyses", default="all", metavar="WHICH", help="all, none, or kinds of findings with commas (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="the two parts of the prompt, for machines")
    parser.add_argument("--table", action="store_true", help="print tests/data/prompts.json: every prompt in outline")
    options = parser.parse_args(arguments)
    if (options.loop is None) == (not options.table):
        parser.error("give the name of a loop, or --table")
    try:
        if options.table:
            print(table(), end="")
        else:
            prompt = build_prompt(options.loop, options.analyses)
            print(f"{json.dumps(asdict(prompt), indent=2)}\n" if options.json else prompt.text, end="")
    except (AnalysisError, SourceError, ValueError, OSError, KeyError) as error:
        print(error.args[0] if isinstance(error, KeyError) else error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
