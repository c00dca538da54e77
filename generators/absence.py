"""Why a loop has no kernel, and what would give it one: the words under a MISSING verdict."""

from collections import Counter
from pathlib import Path

from clib.build import SRC
from generators.clients import has_credentials, parse_spec
from generators.store import Store
from generators.transcript import Transcript, TranscriptError
from tsvc.loops import LOOPS


def explain(folder: Path, loop: str, mode: str, llm: str | None) -> str:
    """A line or two that begin with "generate". mode: as --generate."""
    store = Store(folder)
    try:
        transcript = Transcript(store.transcript(loop, 1))
        attempts = transcript.attempts
    except TranscriptError as error:
        return f"  generate cannot go on: {error}"
    path = LOOPS[loop].path
    own = "" if path.parent == SRC else f"--loops={path} "
    again = f"pytest {own}--loop {loop} --kernels={folder}"
    if transcript.failure:
        return f"  generate no answer: {transcript.failure}\n  go on   {again}"
    if attempts:
        words = ", ".join(f"{count} {word}" for word, count in Counter(one.word for one in attempts).most_common())
        last = (attempts[-1].message or "").split("\n")[0]
        tried = f"{len(attempts)} attempts, none accepted ({words}); the last: {last}\n  see     {transcript.path}"
        return f"  generate {tried}"
    if mode == "never":
        return f"  generate {again} --generate=missing"
    if parse_spec(llm)[0] == "anthropic" and not has_credentials():
        key = f"export ANTHROPIC_API_KEY=...; {again}"
        return (
            f"  generate {key}\n  or      {again} --llm command:'PROGRAM' (prompt on its stdin, answer on its stdout)"
        )
    return f"  generate was not reached; to go on: {again}"
