"""The whole prompt of a loop, put together from its parts."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyses.analysis import named
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
    analyses: "all", "none" (or None), or the kinds of findings to show.
    Raises ValueError for an unknown kind, and what analyses.analyse raises.
    """
    loop = named(loop) if isinstance(loop, str) else loop
    return Prompt(system(), loop.source)
