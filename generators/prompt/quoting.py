"""Text that others wrote, made fit to stand in a prompt: no control codes, not too long, in a fence it cannot close."""

import re

#: Escape sequences of terminals: CSI, OSC (ended by BEL or ST), and two-character ones.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def cleaned(text: str) -> str:
    """Without escape sequences and characters that do not print; line ends and tabs stay."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in text if character in "\n\t" or character.isprintable())


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters of a text and a line that says how many are left out: its beginning and its end."""
    if len(text) <= longest:
        return text
    head, tail = longest * 2 // 3, longest - longest * 2 // 3
    return f"{text[:head]}\n[... {len(text) - longest} characters left out ...]\n{text[-tail:]}"


def quoted(text: str, longest: int, language: str = "text") -> str:
    """A fenced block of a text, cleaned and shortened; its fence is longer than any run of backticks inside."""
    text = shortened(cleaned(text), longest).strip("\n")
    run = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, run + 1)
    return f"{fence}{language}\n{text}\n{fence}"
