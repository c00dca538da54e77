"""python generate_with_stubs.py FOLDER [batch]: generates six loops with a judge that costs nothing, to be killed."""

import sys
import unittest.mock
from pathlib import Path

from stub_model import judge_by_mark

from generators.batch import BatchRun
from generators.clients import Limits
from generators.clients.batches import Batches
from generators.clients.messages_api import MessagesClient
from generators.generation import Generation
from generators.plan import Plan
from generators.prompt import Prompt
from tsvc.loops import LOOPS

NAMES = list(LOOPS)[:6]


def main(folder: Path, is_batch: bool) -> None:
    limits = Limits(timeout=20, retries=2, max_tokens=1000)
    plan = Plan(folder, limits=limits, parallel=3, poll=0.01)
    client = MessagesClient(None, limits)
    generation = Generation(plan, [LOOPS[name] for name in NAMES], client, judge_by_mark)
    if is_batch:
        BatchRun(generation, Batches(client)).run()
    else:
        generation.run()


if __name__ == "__main__":
    short = unittest.mock.patch(
        "generators.generation.build_prompt", lambda loop, analyses: Prompt("You write kernels.", f"loop {loop.name}\n")
    )
    with short:
        main(Path(sys.argv[1]), len(sys.argv) > 2)
