"""All prompts against the committed outline. After a change that is meant:

python -m generators --table > tests/data/prompts.json
"""

import json

from clib.build import ROOT
from generators.prompt.table import table
from tsvc.loops import LOOPS

COMMITTED = ROOT / "tests" / "data" / "prompts.json"
RENEW = "python -m generators --table > tests/data/prompts.json"
NOW = {}


def current() -> dict:
    if not NOW:
        NOW.update(json.loads(table()))
    return NOW


def changes(old: dict, new: dict) -> list[str]:
    """One line for every field that differs."""
    lines = [f"{name}: {'gone' if name in old else 'new'}" for name in sorted(set(old) ^ set(new))]
    for name in old.keys() & new.keys():
        fields = sorted(old[name].keys() | new[name].keys())
        lines += [
            f"{name}: {field}: {old[name].get(field)} -> {new[name].get(field)}"
            for field in fields
            if old[name].get(field) != new[name].get(field)
        ]
    return sorted(lines)


def test_prompts_are_those_committed():
    found = changes(json.loads(COMMITTED.read_text()), current())
    assert not found, f"{len(found)} changes; if they are meant: {RENEW}\n" + "\n".join(found[:60])


def test_a_change_is_named():
    old = {"s000": {"tokens": 500, "arrays": ["a"]}, "s111": {}}
    assert changes(old, {"s000": {"tokens": 501, "arrays": ["a"]}}) == ["s000: tokens: 500 -> 501", "s111: gone"]


def test_sizes_are_within_bounds():
    sizes = {name: row["tokens"] for name, row in current().items() if name != "system"}
    assert len(sizes) == len(LOOPS) and not {name: size for name, size in sizes.items() if not 500 <= size <= 2500}
