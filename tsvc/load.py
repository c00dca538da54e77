"""How busy others keep the machine while something is timed, as far as the system tells."""

import os
import time
from pathlib import Path

#: Seconds below which the system's count, in hundredths of a second, says too little.
SHORTEST = 0.2
_IDLE = (3, 4)  # idle and waiting for disks, of the first line of /proc/stat after its name
_COUNTED = 8  # what comes behind is counted in one of these as well


class Load:
    """Counts from the moment that it is made."""

    def __init__(self, stat: Path = Path("/proc/stat")) -> None:
        self.stat = stat
        self.start, self.busy = time.monotonic(), self._busy_seconds()

    def others(self, own: float) -> float | None:
        """Cores that others kept busy since; None where the system does not tell, or where it was too short to say.

        own: cores that were busy for us.
        """
        seconds, busy = time.monotonic() - self.start, self._busy_seconds()
        if busy is None or self.busy is None or seconds < SHORTEST:
            return None
        return max(0.0, (busy - self.busy) / seconds - own)

    def _busy_seconds(self) -> float | None:
        try:
            first = self.stat.read_text().split("\n", 1)[0].split()[1 : 1 + _COUNTED]
            ticks = [int(value) for value in first]
            idle = sum(ticks[position] for position in _IDLE)
            return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return None
