"""The statistics behind the reports: intervals, paired tests and means. Small and exact where the numbers are small.

Pass rates: Wilson (1927) for one run, McNemar's exact test for two runs of the same loops, pass@k without bias after
Chen et al. (2021, "Evaluating Large Language Models Trained on Code"). Times: Mann and Whitney (1947).
"""

import math
from collections.abc import Sequence


def wilson(passed: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a pass rate, 95 % for z = 1.96; (0, 1) where nothing was tried."""
    if not total:
        return 0.0, 1.0
    rate, spread = passed / total, z * z / total
    centre = (rate + spread / 2) / (1 + spread)
    half = z * math.sqrt(rate * (1 - rate) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value that two runs pass equally often.

    only_first, only_second: how many loops passed in that run alone; the others say nothing about a difference.
    """
    discordant = only_first + only_second
    tail = sum(math.comb(discordant, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / 2**discordant)


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p-value that neither sample tends to be larger: normal approximation with ties and continuity.

    Good from about eight values a side. 1.0 where a side is empty or all values are the same.
    """
    count, other = len(first), len(second)
    if not count or not other:
        return 1.0
    total = count + other
    joined = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, ties, start = 0.0, 0, 0
    while start < total:
        end = start
        while end < total and joined[end][0] == joined[start][0]:
            end += 1
        shared = (start + 1 + end) / 2  # equal values share the mean of their ranks, which count from 1
        ranks += shared * sum(side == 0 for _, side in joined[start:end])
        ties += (end - start) ** 3 - (end - start)
        start = end
    distance = abs(ranks - count * (count + 1) / 2 - count * other / 2)
    variance = count * other / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return math.erfc(max(0.0, distance - 0.5) / math.sqrt(2 * variance))


def geometric_mean(values: Sequence[float]) -> float:
    """exp of the mean log; nan for nothing. Raises ValueError unless all are above 0."""
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if values else math.nan


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that at least one of k samples passes, estimated without bias from `passed` of `samples`.

    Raises ValueError unless 0 <= passed <= samples and 1 <= k <= samples.
    """
    if not (0 <= passed <= samples and 1 <= k <= samples):
        raise ValueError(f"pass@{k} cannot be estimated from {passed} of {samples} samples")
    return 1.0 - math.comb(samples - passed, k) / math.comb(samples, k)
