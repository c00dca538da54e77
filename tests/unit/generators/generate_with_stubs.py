"""Generates six loops with a judge that costs nothing, in a process to be killed."""

import os
import unittest.mock
from pathlib import Path

from stub_model import KEY, judge_by_mark

from generators.batch import BatchRun
from generators.clients import Limits
from generators.clients.batches import Batches
from generators.clients.messages_api import MessagesClient
from generators.generation import Generation
from generators.plan import Plan
from generators.prompt import Prompt
from tsvc.loops import LOOPS

NAMES = list(LOOPS)[:6]


def generate(url: str, folder: Path, is_batch: bool) -> None:
    """Ask the server at a url, and write to a folder."""
    os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY}
    limits = Limits(timeout=20, retries=2, max_tokens=1000)
    plan = Plan(folder, limits=limits, parallel=3, poll=0.01)
    client = MessagesClient(None, limits)
    short = unittest.mock.patch(
        "generators.generation.build_prompt", lambda loop, analyses: Prompt("You write kernels.", f"loop {loop.name}\n")
    )
    with short:
        generation = Generation(plan, [LOOPS[name] for name in NAMES], client, judge_by_mark)
        if is_batch:
            BatchRun(generation, Batches(client)).run()
        else:
            generation.run()
