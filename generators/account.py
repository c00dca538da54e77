"""What the transcripts of a directory say, in the form of results.json."""

from dataclasses import asdict

from generators.ledger import Prices
from generators.statistics import summarise
from generators.store import Store
from generators.transcript import Attempt, Transcript


def add_generation(record: dict, store: Store, prices: Prices, max_attempts: int, reset_after: int) -> None:
    """Add `attempts`, `tokens` and `usd` to the loops of a record and `generation` to itself, where there are any.

    max_attempts, reset_after: the policy of the run, for loops whose transcripts do not say.
    """
    missing, models = 0, set()
    for name, entry in record["loops"].items():
        attempts: list[dict] = []
        for sample in store.samples(name):
            transcript = Transcript(store.transcript(name, sample))
            is_batch = any("batch" in event for event in transcript.events)
            attempts += [describe(one, sample, prices, is_batch) for one in transcript.attempts]
            missing += sum(usage is None for _, usage in transcript.usages)
            models |= {one.reply.model for one in transcript.attempts if one.reply}
            reset_after = transcript.start.get("reset_after", reset_after)
        if attempts:
            entry["attempts"] = attempts
            counted = [one["tokens"] for one in attempts if one["tokens"]]
            entry["tokens"] = {kind: sum(one[kind] for one in counted) for kind in (counted[0] if counted else {})}
            costs = [one["usd"] for one in attempts if one["usd"] is not None]
            entry["usd"] = round(sum(costs), 6) if costs else None
            max_attempts = max(max_attempts, len(attempts) if store.samples(name) == [1] else 0)
    if summary := summarise(record, max_attempts, reset_after, missing):
        record["generation"] = {"models": sorted(models), "prices": prices.date, **summary}


def describe(attempt: Attempt, sample: int, prices: Prices, is_batch: bool) -> dict:
    """An attempt as results.json holds it; seconds: of waiting for the answer and of judging it."""
    reply = attempt.reply
    usage = reply.usage if reply else None
    cost = prices.cost(reply.model, usage, is_batch) if reply else None
    return {
        "sample": sample,
        "number": attempt.number,
        "verdict": attempt.word or "UNJUDGED",
        "failure": attempt.message or None,
        "model": reply.model if reply else None,
        "stop_reason": reply.stop_reason if reply else None,
        "tokens": asdict(usage) if usage else None,
        "usd": round(cost, 6) if cost is not None else None,
        "failed_calls": attempt.failed_calls,
        "answer_seconds": reply.seconds if reply else None,
        "judge_seconds": attempt.seconds,
    }
