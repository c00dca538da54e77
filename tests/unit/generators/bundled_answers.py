"""A program that stands in for a model: a prompt on its stdin, the bundled kernel of the loop asked for on its stdout.

python bundled_answers.py [FOLDER WRONG]: the first WRONG answers for each loop, counted in FOLDER, do nothing.
"""

import re
import sys
from pathlib import Path

CACHE = Path(__file__).parents[3] / "kernels_cache"


def loop_of(prompt: str) -> str:
    """The loop that a prompt asks for."""
    return re.findall(r"^# The loop (\w+)$", prompt, re.MULTILINE)[0]


def idle(name: str, text: str) -> str:
    """A kernel file of the right form whose function does nothing."""
    signature = re.search(rf"^def {name}\(.*?\).*?:$", text, re.MULTILINE | re.DOTALL)[0]
    return f"import torch\nimport triton\n\n\n{signature}\n    return None\n"


def answers_so_far(folder: Path, name: str) -> int:
    """How many answers a loop has had; one more afterwards."""
    with open(folder / name, "a+") as file:
        file.write(".")
        return file.tell() - 1


if __name__ == "__main__":
    name = loop_of(sys.stdin.read())
    text = (CACHE / f"{name}.py").read_text()
    if len(sys.argv) == 3 and answers_so_far(Path(sys.argv[1]), name) < int(sys.argv[2]):
        text = idle(name, text)
    print(f"Here is the kernel.\n\n```python\n{text}```")
