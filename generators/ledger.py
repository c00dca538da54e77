"""What was spent: tokens, and money after a dated price table."""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from generators.exchange import Usage

TABLE = Path(__file__).with_name("prices.json")
_KINDS = ("input", "output", "cache_read", "cache_write")


class PriceError(Exception):
    """A price table that cannot be used; the message says why."""


class CostLimit(Exception):
    """The next call could pass the limit on money."""


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens, by model and kind; batch: the factor for calls through the Batches API."""

    date: str
    batch: float
    models: dict[str, dict[str, float]]

    def knows(self, model: str) -> bool:
        return model in self.models

    def cost(self, model: str, usage: Usage | None, is_batch: bool = False) -> float | None:
        """US dollars of a call; None where the price or the tokens are not known."""
        if usage is None or model not in self.models:
            return None
        price, tokens = self.models[model], asdict(usage)
        return sum(tokens[kind] * price[kind] for kind in _KINDS) / 1e6 * (self.batch if is_batch else 1.0)


def read_prices(overrides: Iterable[Path] = ()) -> Prices:
    """The repository's table, its models' prices replaced or joined by those of other tables, the last winning.

    Raises PriceError.
    """
    tables = [_read_table(path) for path in (TABLE, *overrides)]
    models = {name: price for table in tables for name, price in table["models"].items()}
    return Prices(tables[-1]["date"], tables[-1].get("batch", tables[0]["batch"]), models)


def _read_table(path: Path) -> dict:
    try:
        table = json.loads(path.read_text())
        models = table["models"]
        str(table["date"])
        for price in models.values():
            if not all(float(price[kind]) >= 0 for kind in _KINDS):
                raise ValueError("a price is below 0")
    except OSError as error:
        raise PriceError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        form = f'{{"date": ..., "models": {{NAME: {{{", ".join(_KINDS)}}}}}}}, US dollars for a million tokens'
        raise PriceError(f"{path}: not a price table ({type(error).__name__}: {error}); expected {form}") from None
    return table


@dataclass
class Ledger:
    """Counts calls, tokens and money of a run; safe to use from several threads.

    limit: US dollars that may be spent, None for no limit; is_batch: prices are those of the Batches API.
    spent: what reported usage has cost, earlier runs over the same transcripts included. held: what calls in flight,
    and calls that failed without saying what they used, may cost at most.
    """

    prices: Prices
    limit: float | None = None
    is_batch: bool = False
    spent: float = 0.0
    held: float = 0.0
    usage: Usage = field(default_factory=Usage)
    calls: int = 0
    uncounted: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reserve(self, model: str, worst: Usage | None) -> float:
        """Set aside what a call can cost at most, before it is sent. Raises CostLimit when that may pass the limit."""
        if self.limit is None:
            return 0.0
        cost = self.prices.cost(model, worst, self.is_batch)
        if cost is None:
            raise CostLimit(f"what a call of {model} costs is not known")
        with self._lock:
            if self.spent + self.held + cost > self.limit:
                raise CostLimit(
                    f"the next call could cost ${cost:.4f}, with ${self.spent + self.held:.4f} spent or in flight "
                    f"of ${self.limit:g}"
                )
            self.held += cost
        return cost

    def settle(self, reserved: float, model: str, usage: Usage | None) -> None:
        """Replace a reservation by what was used; it stays where that is not known."""
        with self._lock:
            self.calls += 1
            if usage is None:
                self.uncounted += 1
                return
            self.held -= reserved
            self.spent += self.prices.cost(model, usage, self.is_batch) or 0.0
            self.usage += usage

    def release(self, reserved: float) -> None:
        """Give back a reservation whose call used nothing."""
        with self._lock:
            self.held -= reserved
