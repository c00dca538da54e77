"""Scans executed: what one iteration does to the state is measured by running it, and the steps combined in trees.

Each iteration is run on the memory that it met, with its state replaced: by zero and by unit vectors, which gives
its matrix and offset, and at last by the state that the scan gives. Nothing of the finder's algebra is used but the
text of the matrix, which must agree with what was measured.
"""

import math
from dataclasses import replace

import c_text
import numpy as np
import oracle
from oracle import Refuted, compare
from replay import tree
from tracing import cases, memory_of, prepare

from analyses.model import Model
from analyses.model.interpreter import Memory, run


class View(Memory):
    """Memory as an iteration met it, with some cells replaced; what it writes stays in `own`.

    probing: a state that never occurs may lead outside an array; nothing is there.
    """

    def __init__(self, cells: dict, own: dict, probing: bool = False):
        super().__init__(cells)
        self.own, self.probing = own, probing

    def load(self, name, index):
        spot = name, index
        if self.probing and spot not in self.cells:
            return 0
        return self.own[spot] if spot in self.own else self.cells[spot]

    def store(self, name, index, value):
        if (name, index) not in self.cells:
            if self.probing:
                return
            raise KeyError((name, index))
        self.own[name, index] = value


class Iterations:
    """Every iteration of a loop in one execution, with the memory that it met."""

    def __init__(self, model: Model, level, case):
        self.model, self.level = model, level
        self.memory, self.values = memory_of(model.program, *prepare(case))
        self.met: dict[tuple, tuple[dict, dict]] = {}
        self.first = dict(self.memory.cells)
        run(model.program, self.memory, self.values, self.observe)

    def observe(self, node, values) -> None:
        if self.level.name in values:
            key = tuple(values[name] for name in self.level.iterators)
            if key not in self.met:
                self.met[key] = dict(values), dict(self.memory.cells)

    def run(self, key: tuple, replaced: dict, view: View | None = None) -> View:
        """One iteration with some cells replaced, or on a view of one's own."""
        values, cells = self.met[key]
        kept = {name: value for name, value in values.items() if name in (*self.model.parameters, *self.values)}
        kept |= {name: values[name] for name in self.level.iterators}
        view = View(cells, dict(replaced)) if view is None else view
        run(replace(self.model.program, body=self.level.node.body), view, kept)
        return view


def spots(claim, values: dict, memory) -> list[tuple]:
    """The cells of the state, as an iteration with these counters sees them."""
    return [(array, tuple(c_text.value(part, values, memory) for part in texts)) for array, texts in claim["state"]]


def scan(model: Model, claim, rng: np.random.Generator) -> None:
    """{"level", "body", "distance", "operator", "state", ["matrix", "offset"]}: chains of iterations as tree scans."""
    met = 0
    for case in cases(model.loop, rng, 20 * oracle.RUNS):
        values = memory_of(model.program, *prepare(case))[1]
        if not oracle.holds(model, claim.get("condition"), values):
            continue
        _one(model, claim, case, rng)
        met += 1
        if met == oracle.RUNS:
            return


def _one(model: Model, claim, case, rng) -> None:
    level = model.level[claim["level"]]
    body = model.level[claim["body"]] if any(texts for _, texts in claim["state"]) else level
    steps = Iterations(model, body, case)
    compare(case, steps.memory)
    for chain in chains(claim, level, body, list(steps.met)):
        _chain(claim, steps, chain, rng)


def chains(claim, level, body, keys: list[tuple]) -> list[list[tuple]]:
    """The iterations in chains along the claimed distance, each in execution order."""
    if body == level:
        number: dict[tuple, int] = {}
        found: dict[tuple, list] = {}
        (distance,) = claim["distance"][:1]
        for key in keys:
            at = number.setdefault(key[:-1], 0)
            number[key[:-1]] += 1
            found.setdefault((key[:-1], at % distance), []).append(key)
        return list(found.values())
    steps = [one.step for one in body.chain[level.depth :]]
    delta = [0] * level.depth + [d * s for d, s in zip(claim["distance"], steps, strict=True)]
    chain_of: dict[tuple, list] = {}
    for key in keys:
        before = tuple(a - b for a, b in zip(key, delta, strict=True))
        chain = chain_of.get(before, [])
        chain.append(key)
        chain_of[key] = chain
    return list({id(chain): chain for chain in chain_of.values()}.values())


def _chain(claim, steps: Iterations, chain: list[tuple], rng) -> None:
    seen = [spots(claim, steps.met[key][0], View(steps.met[key][1], {})) for key in chain]
    width = len(claim["state"])
    start = [steps.met[chain[0]][1].get(spot, 0) for spot in seen[0]]
    true = [steps.run(key, {}) for key in chain]

    def after(at: int, state: list) -> list:
        given = dict(zip(seen[at], state, strict=True))
        view = steps.run(chain[at], given, View(steps.met[chain[at]][1], given, probing=True))
        following = seen[min(at + 1, len(chain) - 1)]
        return [view.load(*spot) for spot in following]

    inner = range(len(chain) - 1)
    op = claim["operator"]
    if op in ("max", "min"):
        better, least = (max, -math.inf) if op == "max" else (min, math.inf)
        elements = [after(at, [least])[0] for at in inner]
        states = [start] + [[tree(better, [start[0], *elements[: at + 1]], rng)] for at in inner]
    else:
        elements = [_measured(claim, steps, chain[at], at, after, width) for at in inner]
        prefixes = [tree(_then, elements[: at + 1], rng) for at in inner]
        states = [start] + [list(matrix @ np.array(start, float) + offset) for matrix, offset in prefixes]
    tolerance = 0.0 if op in ("max", "min", "last") else 1e-9
    for at, state in enumerate(states):
        whole = [isinstance(value, int) for value in start]
        state = [round(value) if is_int else float(value) for value, is_int in zip(state, whole, strict=True)]
        given = dict(zip(seen[at], state, strict=True))
        view = steps.run(chain[at], given)
        for spot, wanted in true[at].own.items():
            value = view.own.get(spot, wanted + 1)
            if value != wanted and not (tolerance and np.isclose(value, wanted, rtol=tolerance, atol=tolerance)):
                raise Refuted(f"{claim}: iteration {chain[at]} gives {spot} = {value}, C gives {wanted}")


def _then(one, two):
    return two[0] @ one[0], two[0] @ one[1] + two[1]


def _measured(claim, steps: Iterations, key: tuple, at: int, after, width: int):
    """(matrix, offset) of one iteration, which must be what the claim says."""
    zero = [0] * width
    offset = np.array(after(at, zero), float)
    unit = [[int(k == j) for k in range(width)] for j in range(width)]
    matrix = np.array([np.array(after(at, one), float) - offset for one in unit]).T.reshape(width, width)
    op = claim["operator"]
    if op == "+" and not np.allclose(matrix, 1.0):
        raise Refuted(f"{claim}: an iteration multiplies its state by {matrix}")
    if op == "*" and offset.any():
        raise Refuted(f"{claim}: an iteration adds {offset} to its state")
    if op == "last" and not (matrix[0, 0] in (0, 1) and (matrix[0, 0] == 0 or offset[0] == 0)):
        raise Refuted(f"{claim}: an iteration changes its state by {matrix}, {offset}")
    if "matrix" in claim and (claim["body"] == steps.level.name):
        values, memory = steps.met[key][0], View(steps.met[key][1], {})
        said = np.array([[c_text.value(part, values, memory) for part in row] for row in claim["matrix"]], float)
        added = np.array([c_text.value(part, values, memory) for part in claim["offset"]], float)
        if not (np.allclose(said, matrix, atol=1e-9) and np.allclose(added, offset, atol=1e-9)):
            raise Refuted(f"{claim}: iteration {key} has {matrix}, {offset}; claimed {said}, {added}")
    return matrix, offset


oracle.CHECKS["scan"] = scan
