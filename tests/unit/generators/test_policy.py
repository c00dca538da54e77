import pytest

from generators.policy import Policy
from generators.prompt import Prompt
from generators.transcript import PASSED, Attempt

PROMPT = Prompt("system", "the loop")


def failed(count: int) -> list[Attempt]:
    return [Attempt(k, word="WRONG", message=f"message {k}", code=f"code {k}") for k in range(1, count + 1)]


@pytest.mark.parametrize(
    ("reset_after", "clean"), [(5, [1, 6, 11]), (0, [1]), (1, list(range(1, 13))), (3, [1, 4, 7, 10])]
)
def test_which_attempts_are_clean(reset_after, clean):
    policy = Policy(12, reset_after)
    assert [k for k in range(1, 13) if policy.is_clean(k)] == clean
    assert [k for k in range(1, 13) if policy.turns(PROMPT, failed(k - 1)) == ("the loop",)] == clean


def test_the_last_candidate_alone_is_fed_back():
    loop, told = Policy().turns(PROMPT, failed(4))
    assert loop == "the loop"
    assert "message 4" in told and "code 4" in told
    assert not any(f"message {k}" in told or f"code {k}" in told for k in (1, 2, 3))


def test_when_it_is_over():
    policy = Policy(3)
    assert not policy.is_over(failed(2))
    assert policy.is_over(failed(3))
    assert policy.is_over([Attempt(1, word=PASSED)])
