"""PET as an independent peer: on the loops that both model, no dependence of ours is one that PET rules out.

What PET found is in tests/data/pet.json (see pet.py); where tadashi is installed, it is asked again. `-s` prints the
counts of docs/analyses.md.
"""

import json
from collections import Counter

import islpy as isl
import numpy as np
import pet
import pytest
from tracing import cases, claimed, points, prepare, produced, record, shown

from analyses.model import build
from clib.build import ROOT
from tsvc.loops import LOOPS

_MAP, _SET = isl.UnionMap, isl.UnionSet


@pytest.fixture(scope="module")
def scops(tmp_path_factory) -> dict:
    """PET's models by loop; the record is checked against PET itself where it is installed."""
    record = json.loads((ROOT / "tests" / "data" / "pet.json").read_text())["scops"]
    assert set(record) == set(LOOPS)
    if folder := pet.libraries():
        assert pet.extract(folder, list(LOOPS.values()), tmp_path_factory.mktemp("pet")) == record
    return record


def test_no_dependence_is_looser_than_pets(scops):
    words = {name: word_of(loop, scops[name]) for name, loop in LOOPS.items()}
    for kind in ("memory", "flow"):
        print(kind, Counter(word[kind] for word in words.values()))
    assert [name for name, word in words.items() if "looser" in word.values()] == []
    # s421 and s422: PET takes the assignment of a pointer for a copy of the array.
    assert {name for name, word in words.items() if word["memory"] == "PET misses some"} == {"s421", "s422"}
    assert sum(word["memory"] in ("equal", "tighter") for word in words.values()) >= 130


def word_of(loop, scop: dict | None) -> dict[str, str]:
    """How our dependences compare with PET's, memory-based and value-based, at small sizes."""
    model, found = build(loop), {"memory": set(), "flow": set()}
    for case in cases(loop, np.random.default_rng(5), 3):
        instances, values, _ = record(model, case)
        peer = Peer.at(scop, prepare(case)[1], {name for name, array in model.arrays.items() if not array.is_virtual})
        line = {statement.name: statement.line - loop.line for statement in model.statements}
        executed = {(line[instance.statement.name], instance.iters) for instance in instances if instance.iters}
        if peer is None or executed - peer.instances:
            return dict.fromkeys(found, "PET has no model")
        ours = {"memory": claimed(model, values), "flow": claimed(model, values, model.flow)}
        real = {"memory": shown(instances), "flow": produced(instances)[0]}
        for kind in found:
            theirs = peer.dependences(kind)
            mine, seen = (peer.common(deps, line) for deps in (ours[kind], real[kind]))
            if seen - theirs:
                return dict.fromkeys(found, "PET misses some")
            found[kind].add("looser" if mine - theirs else "tighter" if theirs - mine else "equal")
    return {
        kind: next(word for word in ("looser", "tighter", "equal") if word in words) for kind, words in found.items()
    }


class Peer:
    """PET's model at fixed parameters; its instances and dependences are told by source line and counters.

    Arrays and scalars that only one side has are left out: guards, and counters that have a closed form here.
    """

    def __init__(self, scop: dict, fixed: isl.Set, arrays: set[str]):
        self.line = scop["lines"]
        domain = _SET(scop["domain"]).intersect_params(fixed)
        self.schedule = _MAP(scop["schedule"]).intersect_domain(domain)
        self.reads, self.may, self.must = (
            _MAP(scop[union]).intersect_domain(domain) for union in ("may_reads", "may_writes", "must_writes")
        )
        sets = domain.get_set_list()
        self.instances = {
            (self.line[one.get_tuple_name()], point)
            for one in (sets.get_at(at) for at in range(sets.n_set()))
            for point in points(one)
        }
        used = {one.get_tuple_name(isl.dim_type.out) for union in (self.reads, self.may) for one in maps(union)}
        self.arrays = used & arrays

    @classmethod
    def at(cls, scop: dict | None, scalars: dict, arrays: set[str]) -> "Peer | None":
        """None where PET found nothing, or only a piece of a loop: the loop's counter is then a parameter."""
        if scop is None:
            return None
        sizes = {name: value for name, value in scalars.items() if isinstance(value, int)}
        space = _SET(scop["domain"]).get_space()
        if not {space.get_dim_name(isl.dim_type.param, at) for at in range(space.dim(isl.dim_type.param))} <= {*sizes}:
            return None
        rule = " and ".join(f"{name} = {value}" for name, value in sizes.items())
        return cls(scop, isl.Set(f"[{', '.join(sizes)}] -> {{ : {rule} }}"), arrays)

    def dependences(self, kind: str) -> set[tuple]:
        found = set()
        for array in self.arrays:
            reads, may, must = (of_array(union, array) for union in (self.reads, self.may, self.must))
            if kind == "flow":
                access = isl.UnionAccessInfo.from_sink(reads).set_must_source(must).set_may_source(may)
                flow = access.set_schedule_map(self.schedule).compute_flow().get_full_may_dependence()
                pairs = {"flow": flow.range_factor_domain()}
            else:
                pairs = {"RAW": may.apply_range(reads.reverse()), "WAR": reads.apply_range(may.reverse())}
                pairs["WAW"] = may.apply_range(may.reverse())
            before = self.schedule.lex_lt_union_map(self.schedule)
            for name, relation in pairs.items():
                for one in maps(relation.intersect(before)):
                    source, sink = (
                        self.line[one.get_tuple_name(side)] for side in (isl.dim_type.in_, isl.dim_type.out)
                    )
                    cut = one.dim(isl.dim_type.in_)
                    found |= {(name, array, source, at[:cut], sink, at[cut:]) for at in points(one.wrap())}
        return found

    def common(self, deps: set[tuple], line: dict[str, int]) -> set[tuple]:
        """Those of our dependences that are between instances and through arrays that PET has too."""
        told = {(kind, array, line[a], i, line[b], j) for kind, array, a, i, b, j in deps if array in self.arrays}
        return {dep for dep in told if dep[2:4] in self.instances and dep[4:] in self.instances}


def maps(union: isl.UnionMap) -> list[isl.Map]:
    found = union.get_map_list()
    return [found.get_at(at) for at in range(found.n_map())]


def of_array(union: isl.UnionMap, array: str) -> isl.UnionMap:
    """The accesses to one array."""
    found = _MAP("{ }")
    for one in maps(union):
        if one.get_tuple_name(isl.dim_type.out) == array:
            found = found.union(_MAP.from_map(one))
    return found
