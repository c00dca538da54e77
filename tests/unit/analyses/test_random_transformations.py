"""Transformations of random loops: every claim made about them is executed."""

import random
from importlib import import_module

import numpy as np
import pytest
from oracle import check_claim, load_checks

from analyses.model import build
from tsvc.loops import load

load_checks()

KINDS = (
    "war",
    "overwrite",
    "reordering",
    "retiming",
    "distribution",
    "interchange",
    "wavefront",
    "reversal",
    "index_set_split",
    "peeling",
    "wrap_around",
    "rerolling",
    "alias_contract",
)
#: Loops in one C file.
COUNT = 12


class Writer:
    """Random loops as C text: short offsets, so that the statements of a body meet often."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def shifted(self, counter: str) -> str:
        offset = self.random.choice([-2, -1, -1, 0, 0, 0, 1, 1, 2])
        return counter if not offset else f"{counter} {'+' if offset > 0 else '-'} {abs(offset)}"

    def place(self) -> str:
        choice = self.random.choice
        if self.random.random() < 0.25:
            return choice("st")
        odd = self.random.random() < 0.15
        return f"{choice('ab')}[{choice(['n - 1 - i', '2', 'n / 2', 'n - 2']) if odd else self.shifted('i')}]"

    def statement(self) -> str:
        one, two, three = self.place(), self.place(), self.place()
        assign = f"{one} = {self.random.choice([f'{two} + {three}', f'{two} * 0.5f', f'{two} + c[i] * {three}'])};"
        test = self.random.choice(["", "", "", "", "", "if (c[i] > 0) ", "if (i == 2) ", "if (i < n / 2) "])
        return test + assign

    def flat(self, name: str) -> str:
        head = self.random.choice(
            ["int i = 2; i < n - 2; i++", "int i = 2; i < n - 2; i++", "int i = n - 3; i >= 2; i--"]
        )
        body = "\n        ".join(self.statement() for _ in range(self.random.randint(1, 4)))
        return f"""/* requires n >= 5 */
real {name}(int n, real a[restrict n], real b[restrict n], const real c[restrict n])
{{
    real s = 1, t = 2;
    for ({head}) {{
        {body}
    }}
    return s + t;
}}
"""

    def cell(self) -> str:
        one, two = self.random.choice(["ij", "ij", "ij", "ji"])
        return f"{self.random.choice(['aa', 'bb'])}[{self.shifted(one)}][{self.shifted(two)}]"

    def nest(self, name: str) -> str:
        first = self.random.choice(["", "", f"a[i] = {self.cell().replace('j', '2')};"])
        head = self.random.choice(["int j = 2; j < m - 2; j++", "int j = m - 3; j >= 2; j--", "int j = 2; j < i; j++"])
        count = self.random.randint(1, 2)
        body = "\n            ".join(f"{self.cell()} = {self.cell()} + {self.cell()} * 0.5f;" for _ in range(count))
        return f"""/* requires m >= 5 */
void {name}(int m, real a[restrict m], real aa[restrict m][m], real bb[restrict m][m])
{{
    for (int i = 2; i < m - 2; i++) {{
        {first}
        for ({head}) {{
            {body}
        }}
    }}
}}
"""


@pytest.mark.parametrize("seed", range(4))
def test_claims_about_random_loops_hold(c_file, seed):
    writer, rng = Writer(seed), np.random.default_rng(seed)
    makers = [writer.flat if number % 3 else writer.nest for number in range(COUNT)]
    for loop in load(c_file("".join(make(f"f{number}") for number, make in enumerate(makers)))).values():
        model = build(loop)
        for kind in KINDS:
            for finding in import_module(f"analyses.findings.{kind}").find(model):
                check_claim(model, finding, rng)
