"""The whole prompt of a loop, put together from its parts."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyses.analysis import named
from generators.prompt.description import arguments, legal_calls, signature, source
from generators.prompt.example import example, example_for
from generators.prompt.facts import applicable, facts, wanted_kinds
from generators.prompt.system import system
from tsvc.loops import Loop


@dataclass(frozen=True)
class Prompt:
    """A prompt in two parts.

    system: the same text for every loop, to be sent first and cached; loop: what differs.
    """

    system: str
    loop: str

    @property
    def text(self) -> str:
        """Both parts as one text, for a client that knows no system prompt."""
        return f"{self.system}\n{self.loop}"


def build_prompt(loop: Loop | str, analyses: Iterable[str] | str | None = "all") -> Prompt:
    """The prompt for a loop; the same text every time.

    loop: a Loop, a name, or "path.c:function".
    analyses: "all", "none" (or None), or the kinds of findings to show. Without the classification the worked example
        is chosen by the C function's arguments alone.
    Raises ValueError for an unknown kind, and what analyses.analyse raises.
    """
    loop = named(loop) if isinstance(loop, str) else loop
    return Prompt(system(), joined(sections(loop, analyses)))


def joined(parts: dict[str, str]) -> str:
    """Sections as one text."""
    return "\n\n".join(f"{title}\n\n{text}" for title, text in parts.items()) + "\n"


def sections(loop: Loop, analyses: Iterable[str] | str | None = "all") -> dict[str, str]:
    """What differs from loop to loop: heading -> text, in order."""
    asked = wanted_kinds(analyses)
    parts = {
        f"# The loop {loop.name}": source(loop),
        "## Arguments": arguments(loop),
        "## Legal calls": legal_calls(loop),
        "## The function to write": f"```python\n{signature(loop)}\n```",
    }
    if found := facts(loop, asked):
        parts["## Facts"] = found.strip()
    name = chosen_example(loop, asked)
    parts["## A worked example, for another loop"] = example(name)
    return parts


def chosen_example(loop: Loop, asked: tuple[str, ...] | None) -> str:
    """The name of the worked example that goes with the kinds of findings asked for."""
    speaks = asked is None or "classification" in asked
    return example_for(loop, applicable(loop) if speaks else ())
