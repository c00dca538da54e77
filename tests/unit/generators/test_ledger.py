import json

import pytest

from generators.clients.messages_api import default_model
from generators.exchange import Usage
from generators.ledger import CostLimit, Ledger, PriceError, Prices, read_prices

PRICES = Prices("2026-01-01", 0.5, {"m": {"input": 1, "output": 10, "cache_read": 0.1, "cache_write": 2}})
CALL = Usage(input=1_000_000, output=100_000, cache_read=2_000_000, cache_write=500_000)


def test_money_of_a_call():
    assert PRICES.cost("m", CALL) == pytest.approx(1 + 1 + 0.2 + 1)
    assert PRICES.cost("m", CALL, is_batch=True) == pytest.approx(1.6)
    assert PRICES.cost("other", CALL) is None
    assert PRICES.cost("m", None) is None


def test_the_table_prices_the_default_model():
    assert read_prices().knows(default_model())


def test_a_table_of_ones_own_replaces_and_adds(tmp_path):
    price = dict.fromkeys(("input", "output", "cache_read", "cache_write"), 7)
    (tmp_path / "own.json").write_text(
        json.dumps({"date": "2027-01-01", "models": {default_model(): price, "mine": price}})
    )
    prices = read_prices([tmp_path / "own.json"])
    assert (prices.date, prices.batch) == ("2027-01-01", read_prices().batch)
    assert prices.cost("mine", Usage(input=1_000_000)) == prices.cost(default_model(), Usage(input=1_000_000)) == 7
    assert prices.knows("claude-opus-5")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"date": 1, "models": {"m": {"input": 1}}}', '{"date": 1, "models": 3}']
)
def test_a_table_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "own.json").write_text(text)
    with pytest.raises(PriceError, match=r"own\.json"):
        read_prices([tmp_path / "own.json"])


def test_reservations_hold_the_limit_until_they_are_settled():
    ledger = Ledger(PRICES, limit=10)
    first, second = (ledger.reserve("m", CALL) for _ in range(2))
    third = ledger.reserve("m", CALL)
    with pytest.raises(CostLimit, match=r"could cost \$3\.2"):
        ledger.reserve("m", CALL)
    ledger.settle(first, "m", Usage(input=100))
    ledger.release(second)
    ledger.settle(third, "m", None)  # nobody knows: it stays set aside
    assert ledger.spent == pytest.approx(0.0001)
    assert ledger.held == pytest.approx(3.2)
    assert (ledger.calls, ledger.uncounted) == (2, 1)


def test_no_limit_without_a_price():
    with pytest.raises(CostLimit, match="not known"):
        Ledger(PRICES, limit=10).reserve("other", CALL)
    assert Ledger(PRICES).reserve("other", CALL) == 0.0
