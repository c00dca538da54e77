"""Two runs of the same loops: what changed, and whether it is more than noise."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tsvc.statistics import geometric_mean, mann_whitney, mcnemar

#: Half-width of the band in which two medians count as the same, unless a run's A/A calibration (noise_band) says more.
#: Samples of one run resemble each other more than two runs do, so the rank test alone would call everything different.
BAND = 0.05
SIGNIFICANT = 0.01
KINDS = ("newly failing", "newly passing", "slower", "faster", "undecided", "same", "only in A", "only in B")


@dataclass(frozen=True)
class Change:
    """What became of one loop from run A to run B.

    kind: one of KINDS; before, after: verdicts, "" where the loop is in one run only.
    ratio: device time in B over that in A, None where one is missing; p: Mann-Whitney's, None without samples.
    """

    loop: str
    kind: str
    before: str = ""
    after: str = ""
    ratio: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Every loop's change, and the band that decided about times."""

    changes: tuple[Change, ...]
    band: float

    def of(self, kind: str) -> list[Change]:
        """The changes of one kind, the largest ratios first."""
        return sorted((change for change in self.changes if change.kind == kind), key=lambda c: -(c.ratio or 0))

    @property
    def ratio(self) -> float:
        """Geometric mean of the time ratios; nan where nothing was timed in both."""
        return geometric_mean([change.ratio for change in self.changes if change.ratio])

    @property
    def mcnemar(self) -> float:
        """p-value that the loops of both runs pass equally often."""
        return mcnemar(len(self.of("newly failing")), len(self.of("newly passing")))


def compare_runs(a: dict, b: dict, only: Iterable[str] | None = None) -> Comparison:
    """Compare two records (see tsvc.schema), for the loops of both or for those named.

    Times are compared where a loop passes in both runs and was timed at the same sizes.
    """
    names = list(only) if only is not None else list(dict.fromkeys([*a["loops"], *b["loops"]]))
    band = max(BAND, a.get("noise_band") or 0, b.get("noise_band") or 0)
    changes = (_change(name, a["loops"].get(name), b["loops"].get(name), band) for name in names)
    return Comparison(tuple(changes), band)


def _change(name: str, before: dict | None, after: dict | None, band: float) -> Change:
    if before is None or after is None:
        return Change(name, "only in B" if before is None else "only in A")
    words = before["verdict"], after["verdict"]
    passed = [word == "PASSED" for word in words]
    if passed[0] != passed[1]:
        return Change(name, "newly passing" if passed[1] else "newly failing", *words)
    sizes = [(entry.get("timed_n"), entry.get("timed_m")) for entry in (before, after)]
    first, second = before.get("device_us"), after.get("device_us")
    if not all(passed) or not first or not second or sizes[0] != sizes[1]:
        return Change(name, "same", *words)
    ratio = second / first
    samples = [entry.get("device_samples_us") or [] for entry in (before, after)]
    p = mann_whitney(*samples) if all(samples) else None
    if 1 / (1 + band) <= ratio <= 1 + band:
        kind = "same"
    elif p is None or p >= SIGNIFICANT:
        kind = "undecided"
    else:
        kind = "slower" if ratio > 1 else "faster"
    return Change(name, kind, *words, ratio, p)


class BeyondNoise:
    """One of pytest-benchmark's checks (--benchmark-compare-fail), which fails for nothing that may be noise.

    check: pytest-benchmark's own. band: says how far two timings of one kernel lie apart.
    """

    def __init__(self, check, band: Callable[[], float]) -> None:
        self.check, self.band = check, band

    def fails(self, current, compared: dict) -> str | None:
        """Why a benchmark fails, or None. current: pytest-benchmark's; compared: the saved one's statistics."""
        why = self.check.fails(current, compared)
        before, after = _entry(compared), _entry(current.as_dict(include_data=True)["stats"])
        return why if why and _change("", before, after, self.band()).kind == "slower" else None


def _entry(stats: dict) -> dict:
    """pytest-benchmark's statistics of one loop, as a record has them."""
    samples = [seconds * 1e6 for seconds in stats.get("data") or []]
    median = statistics.median(samples) if samples else stats["median"] * 1e6
    return {"verdict": "PASSED", "device_us": median, "device_samples_us": samples}


def record_of_benchmarks(saved: dict) -> dict:
    """What pytest-benchmark saved (.benchmarks/*.json), as a record: the loops that were timed, and so passed."""
    loops = {}
    for benchmark in saved["benchmarks"]:
        if not benchmark.get("param") or "stats" not in benchmark:
            continue
        sizes = {key: value for key, value in benchmark.get("extra_info", {}).items() if key in ("timed_n", "timed_m")}
        loops[benchmark["param"]] = {**_entry(benchmark["stats"]), **sizes}
    machine = {"device": saved.get("machine_info", {}).get("gpu", "unknown")}
    return {"machine": machine, "noise_band": saved.get("noise_band") or 0.0, "loops": loops}
