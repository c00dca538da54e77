"""Classifications: the claims that they rest on are executed, and they must be claims of the right sort."""

import oracle
from oracle import Refuted

from analyses.classification import MEANS, WORDS, makes_parallel


def classification(model, claim, rng) -> None:
    """{"word", "because": [{"kind", "claim"}], ["level"], ["after"]}."""
    word, because = claim["word"], [entry["claim"] for entry in claim["because"]]
    if not because or not any(shows(word, one) for one in because):
        raise Refuted(f"{model.name}: nothing shows that {claim.get('level', 'the program')} is {word}")
    for one in because:
        oracle.CHECKS[one["type"]](model, one, rng)


def shows(word: str, claim) -> bool:
    """Whether a claim is of the sort that a word needs."""
    needs_copies = bool(claim.get("private") or claim.get("snapshot"))
    match word:
        case "parallel":
            return claim["type"] == "parallel" and not needs_copies
        case "parallel after":
            split = claim["type"] == "distribution" and any(claim.get("parallel", ()))
            ordered = claim["type"] == "scatter" and claim.get("duplicates") == "last"
            return (claim["type"] == "parallel" and needs_copies) or split or ordered or makes_parallel(claim)
        case "sequential":
            return claim["type"] == "dependence"
    return word in WORDS and MEANS.get(claim["type"]) == word


oracle.CHECKS["classification"] = classification
