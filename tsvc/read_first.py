"""Which elements a loop reads before it writes them: whatever the others hold, the loop does the same.

Found by running the loop, as its work is counted (tsvc.counted): what it reads may hang on its data.
"""

import numpy as np

from clib.build import build
from tsvc.child import run_counted
from tsvc.counted import NotCounted, counted_text
from tsvc.loops import Loop


def read_first(loop: Loop, scalars: dict, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """For each array where it is read before it is written, as booleans of its shape.

    scalars: the sizes and the loop's other arguments by name. Runs in this process, as the reference does: the call
    must be legal. Raises NotCounted for C that cannot be translated.
    """
    _, words = run_counted(request(loop, scalars), arrays)
    return {name: found & 1 != 0 for name, found in words.items()}


def request(loop: Loop, scalars: dict) -> dict:
    """What tsvc.child.run_counted is asked. Raises NotCounted."""
    text, missing = counted_text(loop.path)
    if loop.name in missing:
        raise NotCounted(f"{loop.name}: {missing[loop.name]}")
    return {
        "op": "count",
        "library": str(build(loop.path, "strict", "", text)),
        "loop": loop.name,
        "signature": list(loop.signature),
        "scalars": scalars,
    }
