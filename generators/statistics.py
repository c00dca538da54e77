"""What a generation run came to: pass@1, pass@k, passes by attempt, what the reset rescued, tokens and money.

Everything is computed from the attempts in results.json (a list a loop, each with sample, number, verdict, failure,
tokens, usd, seconds), so that a record can be summarised and compared wherever it came from.
"""

from collections import Counter

from tsvc.statistics import mcnemar, pass_at_k, wilson

Series = dict[int, list[dict]]


def series_by_loop(record: dict) -> dict[str, Series]:
    """The attempts of every loop that has any, by sample, in order."""
    found: dict[str, Series] = {}
    for name, entry in record["loops"].items():
        for attempt in entry.get("attempts") or []:
            found.setdefault(name, {}).setdefault(attempt["sample"], []).append(attempt)
    return found


def passed_at(attempts: list[dict]) -> int | None:
    """The number of the attempt that passed."""
    return next((attempt["number"] for attempt in attempts if attempt["verdict"] == "PASSED"), None)


def summarise(record: dict, max_attempts: int, reset_after: int, usage_missing: int = 0) -> dict:
    """The record's `generation` object; {} where no loop has attempts.

    Rates are over the series (loop and sample) begun; pass_at_k over loops with at least k samples.
    usage_missing: calls that nobody counted the tokens of.
    """
    loops = series_by_loop(record)
    every = [attempts for series in loops.values() for attempts in series.values()]
    if not every:
        return {}
    passes = [passed_at(attempts) for attempts in every]
    by_attempt = [sum(at is not None and at <= k for at in passes) for k in range(1, max_attempts + 1)]
    tried = [attempt for attempts in every for attempt in attempts]
    costs = [attempt["usd"] for attempt in tried if attempt.get("usd") is not None]
    solved = sum(any(passed_at(one) is not None for one in series.values()) for series in loops.values())
    tokens: Counter[str] = Counter()
    for attempt in tried:
        tokens.update(attempt.get("tokens") or {})
    return {
        "loops": len(loops),
        "series": len(every),
        "solved_loops": solved,
        "max_attempts": max_attempts,
        "reset_after": reset_after,
        "pass_at_1": rate(by_attempt[0], len(every)),
        "pass_within": rate(by_attempt[-1], len(every)),
        "pass_at_k": unbiased(loops),
        "by_attempt": by_attempt,
        "rescued_by_reset": sum(at is not None and 0 < reset_after < at for at in passes),
        "outcomes": dict(sorted(Counter(attempt["verdict"] for attempt in tried).items())),
        "tokens": dict(tokens),
        "usd": round(sum(costs), 6) if costs else None,
        "usd_per_solved_loop": round(sum(costs) / solved, 6) if costs and solved else None,
        "calls_without_usage": usage_missing,
        "unfinished": sum(at is None and len(one) < max_attempts for at, one in zip(passes, every, strict=True)),
    }


def rate(passed: int, total: int) -> dict:
    """A pass rate with its Wilson interval."""
    low, high = wilson(passed, total)
    share = round(passed / total, 4) if total else 0.0
    return {"passed": passed, "total": total, "rate": share, "low": round(low, 4), "high": round(high, 4)}


def unbiased(loops: dict[str, Series]) -> dict[str, float]:
    """pass@k of first attempts, averaged over the loops, for every k up to the fewest samples of a loop."""
    fewest = min(len(series) for series in loops.values())
    firsts = [(len(series), sum(passed_at(one) == 1 for one in series.values())) for series in loops.values()]
    return {
        str(k): round(sum(pass_at_k(samples, passed, k) for samples, passed in firsts) / len(firsts), 4)
        for k in range(1, fewest + 1)
    }


def compare(first: dict, second: dict) -> list[dict]:
    """Two records in pairs of loops, at the first attempt and within all: McNemar's exact test for each.

    A loop counts as passing when any sample 1 of it does; loops that lack attempts in either are left out.
    """
    one, two = series_by_loop(first), series_by_loop(second)
    shared = [name for name in one if name in two and 1 in one[name] and 1 in two[name]]
    found = []
    for what, limit in (("first attempt", 1), ("all attempts", None)):
        passes = [[_passes(runs[name][1], limit) for runs in (one, two)] for name in shared]
        only_first = sum(a and not b for a, b in passes)
        only_second = sum(b and not a for a, b in passes)
        found.append(
            {
                "within": what,
                "loops": len(shared),
                "first": sum(a for a, _ in passes),
                "second": sum(b for _, b in passes),
                "only_first": only_first,
                "only_second": only_second,
                "p": mcnemar(only_first, only_second),
            }
        )
    return found


def _passes(attempts: list[dict], limit: int | None) -> bool:
    at = passed_at(attempts)
    return at is not None and (limit is None or at <= limit)
