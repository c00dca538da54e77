"""What a run must reach for exit code 0, and the sentence that says whether it did."""

from dataclasses import dataclass

from tsvc.compare import compare_runs

_NAMED = 8


@dataclass(frozen=True)
class Demands:
    """min_pass_rate: the fraction of the loops asked for that must pass.

    baseline: an earlier record: what passed there must pass now. baseline_name: where it was read from.
    max_slowdown: no loop may take longer than this times its baseline's device time, beyond the noise.
    is_partial: only some of the loops were asked for, so that the baseline's others are not missed.
    """

    min_pass_rate: float | None = None
    baseline: dict | None = None
    baseline_name: str = ""
    max_slowdown: float | None = None
    is_partial: bool = False

    def answers(self, record: dict, is_sound: bool = True) -> list[tuple[bool, str]]:
        """(met or not, the sentence) for each demand that was made of this run.

        is_sound: no error of our own happened; with one, no rate is met.
        """
        found = []
        if self.min_pass_rate is not None:
            found.append(_rate(record, self.min_pass_rate, is_sound))
        if self.baseline is not None:
            found.append(self._regressions(record, self.baseline))
            if self.max_slowdown is not None:
                found.append(_slowdowns(record, self.baseline, self.max_slowdown))
        return found

    def _regressions(self, record: dict, baseline: dict) -> tuple[bool, str]:
        loops, lost = record["loops"], []
        passed = [name for name, entry in baseline["loops"].items() if entry["verdict"] == "PASSED"]
        asked = [name for name in passed if name in loops or not self.is_partial]
        for name in asked:
            word = loops[name]["verdict"] if name in loops else "not in this run"
            if word != "PASSED":
                lost.append(f"{name} {word}")
        if lost:
            return False, f"baseline {self.baseline_name} NOT met: passed there, not here: {_some(lost)}"
        return True, f"baseline {self.baseline_name} met: all {len(asked)} loops that passed there pass"


def _rate(record: dict, floor: float, is_sound: bool) -> tuple[bool, str]:
    loops = record["loops"].values()
    passed = sum(entry["verdict"] == "PASSED" for entry in loops)
    met = is_sound and len(loops) > 0 and passed >= floor * len(loops) - 1e-9  # 0.07 * 100 is above 7
    return met, f"gate {floor * 100:g} % {'met' if met else 'NOT met'}"


def _slowdowns(record: dict, baseline: dict, most: float) -> tuple[bool, str]:
    head = f"max slowdown {most:g}"
    devices = [run["machine"].get("device", "unknown") for run in (baseline, record)]
    if devices[0] != devices[1]:
        return False, f"{head} NOT met: the baseline is from {devices[0]}, this run from {devices[1]}"
    comparison = compare_runs(baseline, record, [name for name in record["loops"] if name in baseline["loops"]])
    untimed = [
        change.loop
        for change in comparison.changes
        if baseline["loops"][change.loop].get("device_us") and change.after == "PASSED" and change.ratio is None
    ]
    slow = [f"{c.loop} {c.ratio:.2f}" for c in comparison.of("slower") if c.ratio and c.ratio > most]
    if slow:
        return False, f"{head} NOT met: times its baseline: {_some(slow)}"
    if untimed:
        return False, f"{head} NOT met: timed in the baseline at the same sizes, but not here: {_some(untimed)}"
    timed = sum(change.ratio is not None for change in comparison.changes)
    if not timed:
        return False, f"{head} NOT met: no loop was timed in both runs"
    return True, f"{head} met: none of {timed} loops takes longer"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
