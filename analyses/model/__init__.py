"""The polyhedral model of one C loop, and how findings are written on it.

    from analyses.model import build
    model = build(LOOPS["s421"])            # or any tsvc.loops.Loop

Program (analyses.model.program): the loop after inlining, pointer lowering, goto structuring and induction
substitution. `model.program.body` is a tuple of Assign, If, For, While and Break; expressions are Number, Name,
Element (an array element), Unary, Binary, Call, Cast and Select (`?:`). `walk(node)` yields every node below one,
`text(expr)` prints C. Integer scalars with a closed form are gone (replaced by it); the others, and all real
scalars, are memory: arrays with no subscripts. `model.normal` is the same program before the substitution.

Statements: `model.statements`, in textual order; `model.statement["S0"]` by name. A Statement has
    name            "S0", "S1", ... (guards "G0", "G1", ...): the tuple name of its instances in isl sets and maps
    kind            "assign", or "guard": evaluates a data-dependent condition into a virtual array of its own
    node, line      the Assign (or the condition's If/While/For); its source line
    iterators       names of the loops around it, outermost first; loops: the same as Level objects
    domain          isl.Set of its instances (over-approximated if not domain_exact)
    guards          tuple of Guard(statement, polarity, depth): the conditions it stands under, outermost first
    accesses        tuple of Access; .reads and .writes select; .write is an assign's only write
    time            isl.Map instance -> its 2d+1 time [c0, i, c1, j, c2], padded to model.time_depth; a falling
                    loop counts with -i

Access:  array, is_write, relation (isl.Map instance -> element), subscripts (Expr tuple as in the program), node
    must            the write happens in every instance (no guard, exact relation)
    exact           False: the subscript is not affine and the relation covers all that it may touch; `reason` says
                    why ("indirect: ip[i]", "scalar j", ...)
    virtual         it belongs to a guard's virtual array, not to memory
    line
  Elements live in the array's own space, which delinearisation may have changed (`flat[m*i + j]` -> flat[i, j]):
  compare relations of one array with each other, never with C subscripts. `access.subscript_forms()` gives the
  subscripts as piecewise polynomials over iterators and parameters (see analyses.model.polynomial), None where
  opaque; `coefficient(iterator)` of a Polynomial gives strides.

Levels: `model.levels`, one a loop, in textual order; `model.level["i"]` by name (the iterator, made unique: i, j,
i_2). A Level has name, line, depth (0 outermost), parent, step (int, or 1 for a symbolic stride's counter),
is_while (it runs until data says stop), exits (it may be left early), chain and iterators (outermost to
itself), node. `model.inside(level)` are its statements.

Parameters: `model.parameters` (n, m and int parameters that occur), `model.context` (isl.Set: the legal sizes),
`model.assumptions` (what the C text does not prove: no aliasing, in-bounds subscripts, positive strides).
`model.arrays`: every accessed array or scalar -> its Storage (kind "real"/"int", rank, is_scalar, is_local: dead
after the loop; live-out otherwise, "return_value" being the function's result, is_virtual).

Dependences: each Dependence has kind ("RAW", "WAR", "WAW", or "flow"), array, source and sink (Statements), relation
(isl.Map source instance -> sink instance), exact.
    model.dependences               memory-based: every pair of instances that touch one element; what legality needs
    model.flow                      value-based: the write that produced the value read; what expansion needs
    model.live_in                   isl.UnionMap: instance -> element that may be read before this loop wrote it
    model.live_out                  isl.UnionMap: instance -> element whose value may be the last one
    dep.distance                    one entry a common loop: int, "M" (symbolic), or (low, high) with None for
                                    unbounded; in iterations, counted in execution order
    dep.witness()                   {"params": {...}, "source": [..], "sink": [..]}: one concrete pair, small sizes
    dep.within(relation)            the same dependence, restricted
    model.carried(level, deps=None) the dependences carried by a loop (memory-based unless given), restricted to the
                                    pairs that are equal in all outer loops and differ in this one
    model.condition(deps)           isl.Set of the legal parameters under which deps are all empty
    model.always(condition)         it holds for all legal parameters
    model.never(condition)          it fails whenever sizes are large (n <= 3 is no condition worth reporting)
    model.describe(condition)       text for people, at large sizes: "k <= -n or k >= 0"

    model.same(source, sink, depth), model.before(source, sink)      pairs of instances, for relations of one's own
    verdict.judge(model, level)     Verdict: private and snapshot arrays, condition, blockers (analyses.model.verdict);
                                    verdict.is_private(model, level, array), verdict.lives_on(model, level, array)

Legality, one test for every transformation: `model.violated(schedule, deps=None)` is the isl.UnionMap of the pairs
that a schedule (isl.UnionMap instance -> time; text is accepted) runs in the wrong order or at one time; legal iff
empty. analyses.model.schedule builds schedules: original, distribute, interchange, reverse, shift, skew. Two
dependent instances at one time count as violated: spell out the inner order.

Claims are JSON: a schedule goes in as str(schedule), a loop as level.name, a statement as its name, a condition as
str(isl.Set) over the parameters. The oracle (tests/unit/analyses/oracle.py) executes them; it knows the types
    parallel    {"type", "level", ["condition"], ["private": [arrays]], ["snapshot": [arrays]],
                 ["reduction": {array: operator}]}     iterations interleaved at random for fixed outer iterations
    order       {"type", "schedule", ["condition"]}    instances in the schedule's order, ties at random
    dependence  {"type", "kind", "array", "source", "sink", ["params"], ["certain"]}      some execution shows it, at
                these parameters if given; not executed if certain is false (guards may hide it)
    unsupported {"type", "reason"}
and `oracle.CHECKS["name"] = function(model, claim, rng)`, in a module checks_*.py beside it, adds one: raise
Refuted. It builds on
    oracle.runs(model, claim, rng)      (case, instances, memory before) of random legal calls under the condition
    oracle.compare(case, memory, tolerance)     refuted unless the memory is C's
    replay.execute / interleaved / linear_extension / tree / tree_scan, tracing.Instance (statement, iters, values)
    oracle.refutes(model, claim, rng)   for tests that a wrong claim is caught

A finding module: analyses/findings/<kind>.py with find(model) -> list[Finding]; use model.name for Finding.loop.
See findings/parallel.py and findings/war.py; findings/_render.py turns dependences into evidence, words and claims.
"""

from analyses.model.dependences import Dependence
from analyses.model.model import Model, build
from analyses.model.statements import Access, Guard, Level, Statement, Storage

__all__ = ["Access", "Dependence", "Guard", "Level", "Model", "Statement", "Storage", "build"]
