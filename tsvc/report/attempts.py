"""What generating the kernels took: attempts, tokens and money, where a record has them."""

from collections import Counter

from tsvc.report.section import Section, Table
from tsvc.statistics import wilson


def series(record: dict) -> dict[tuple[str, int], list[dict]]:
    """The attempts by (loop, sample), in order."""
    found: dict[tuple[str, int], list[dict]] = {}
    for name, entry in record["loops"].items():
        for attempt in entry.get("attempts") or []:
            found.setdefault((name, attempt.get("sample", 1)), []).append(attempt)
    return found


def passes_by_attempt(record: dict) -> tuple[list[int], int]:
    """(how many series had passed after attempt 1, 2, ..., how many series there are)."""
    every = series(record)
    first = Counter(
        next(k for k, attempt in enumerate(attempts, 1) if attempt.get("verdict") == "PASSED")
        for attempts in every.values()
        if any(attempt.get("verdict") == "PASSED" for attempt in attempts)
    )
    longest = max(map(len, every.values()), default=0)
    return [sum(first[k] for k in range(1, end + 1)) for end in range(1, longest + 1)], len(every)


def attempts_section(record: dict) -> Section | None:
    """Pass rate by attempt; None where nothing was generated."""
    passed, total = passes_by_attempt(record)
    if not total:
        return None
    rows, before = [], 0
    for number, count in enumerate(passed, 1):
        low, high = wilson(count, total)
        rows.append([str(number), str(count - before), f"{count}/{total}", f"{low:.1%} to {high:.1%}"])
        before = count
    columns = ("attempt", "new passes", "passed so far", "95 % interval")
    return Section("By attempt", _told(record.get("generation", {})), Table(columns, rows, left=frozenset()))


def _told(generation: dict) -> tuple[str, ...]:
    """The model, what the reset was good for, and how attempts ended, as far as the record says."""
    lines = []
    if models := generation.get("models"):
        lines.append(f"written by {', '.join(models)}")
    if rescued := generation.get("rescued_by_reset"):
        lines.append(f"{rescued} passed only after their context was reset")
    if outcomes := generation.get("outcomes"):
        lines.append("attempts ended: " + ", ".join(f"{count} {word}" for word, count in outcomes.items()))
    return tuple(lines)


def cost(record: dict) -> dict[str, float]:
    """Totals over the loops: tokens by kind, and "usd"; empty where nothing is recorded."""
    totals: dict[str, float] = {}
    for entry in record["loops"].values():
        for kind, count in {**(entry.get("tokens") or {}), "usd": entry.get("usd")}.items():
            if count is not None:
                totals[kind] = totals.get(kind, 0) + count
    return totals


def cost_section(record: dict) -> Section | None:
    """Tokens and money, in all and for each loop that passes; None where none are recorded."""
    totals = cost(record)
    if not totals:
        return None
    passed = sum(entry["verdict"] == "PASSED" for entry in record["loops"].values())
    rows = [
        [kind, amount(kind, total), amount(kind, total / passed) if passed else "-"] for kind, total in totals.items()
    ]
    return Section("Cost", table=Table(("", "in all", "for each loop that passes"), rows))


def amount(kind: str, value: float) -> str:
    """Money with four places below a dollar, tokens without any."""
    if kind == "usd":
        return f"${value:.2f}" if value >= 1 else f"${value:.4f}"
    return f"{value:.0f} tokens"
