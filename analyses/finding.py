"""A finding: one claim about a loop that a machine can check, and what it means for a GPU kernel."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: What a claim rests on, strongest first.
PROVEN = "proven"
CONDITION = "proven under a condition"
REASSOCIATION = "exact up to reassociation"
OVERAPPROXIMATION = "over-approximation"
HEURISTIC = "heuristic"
LEVELS = (PROVEN, CONDITION, REASSOCIATION, OVERAPPROXIMATION, HEURISTIC)


@dataclass(frozen=True)
class Finding:
    """One fact about a loop.

    kind: what sort of fact, a name with underscores ("parallel", "war", ...).
    level: one of LEVELS. With CONDITION the claim carries the parameter set under "condition".
    loop: name of the analysed C function; line: the line of its file that the fact is about.
    claim: JSON-able; "type" says which check of the oracle judges it (tests/unit/analyses/oracle.py).
    advice: one sentence for someone who writes a GPU kernel.
    evidence: JSON-able: dependence, distance vector, witness.
    """

    kind: str
    level: str
    loop: str
    line: int
    claim: Mapping[str, Any]
    advice: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if self.level not in LEVELS:
            raise ValueError(f"{self.level!r} is not a level; choose from {', '.join(LEVELS)}")

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple:
        """Sort key: by line, kind and claim; the same for every run."""
        return (
            self.line,
            self.kind,
            LEVELS.index(self.level),
            json.dumps(dict(self.claim), sort_keys=True),
            self.advice,
        )

    def __lt__(self, other: "Finding") -> bool:
        return self.key < other.key

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": self.kind,
            "level": self.level,
            "loop": self.loop,
            "line": self.line,
            "claim": dict(self.claim),
            "advice": self.advice,
            "evidence": dict(self.evidence),
        }
