"""The judge's gates by name. All are in force; a test switches one off to show that its exploit then passes.

`Judge(..., gates=...)` and `Device(..., gates=...)` take the set in force, and a request carries it to the child.
There is no option for it: only tests switch a gate off.
"""

GATES: dict[str, str] = {
    # The process (tsvc.device, tsvc.boundary, tsvc.wire)
    "own_process": "a kernel runs in a process of its own; the verdict is made in another",
    "nonce": "exactly one answer counts, and it carries the request's nonce",
    "environment": "the child sees an allow-list of environment variables",
    "filesystem": "the child reads what it needs and writes to its own directory",
    "processes": "the child sees and signals no process but its own",
    "network": "the child reaches no network, loopback included",
    "limits": "memory, processes and file sizes are limited",
    "timeout": "a call without an answer in time is ended, with all that it started",
    "output": "what the child prints is bounded and never read as a result",
    "fresh_child": "a kernel that fails beside others is judged again alone",
    # What is compared (tsvc.judge)
    "elementwise": "arrays are compared element by element, not by a sum",
    "every_array": "every array that C writes is compared",
    "inputs": "arrays that C only reads must come back unchanged",
    "result": "a loop's scalar result is compared",
    "nonfinite": "NaN and infinity must stand where C has them",
    "tolerance": "the tolerance follows from the loop's own rounding",
    "evidence": "a loop needs a case in which doing nothing is wrong",
    # What it is judged on (tsvc.cases, tsvc.named, tsvc.between, tsvc.far, tsvc.inputs)
    "sizes": "sizes off the block boundaries, the smallest and the timed ones",
    "named": "the sizes and parameters that a kernel's own text names",
    "between": "every side of a small matrix, and lengths that nobody can know",
    "age": "a kernel that has been called two thousand times",
    "far": "one size, and those that its text names, above what every kernel can be tried on",
    "parameters": "several values of each scalar parameter",
    "data": "data that mix signs, scales, ties, zeros and duplicates",
    # Memory and order (tsvc.interpreter and what it imports, tsvc.child, tsvc.kept, tsvc.pdl)
    "guards": "zones of noise beside every array must not change",
    "placement": "arrays begin with a page in every other call, and equal inputs are one array there",
    "addresses": "every address is inside the arrays of its launch",
    "grids": "no grid is larger than a GPU takes",
    "tuning": "an autotuned kernel is run once more first, and what tuning restores is restored",
    "hints": "what a kernel promises the compiler of its numbers is so",
    "poison": "fresh allocations hold other garbage on each call",
    "undefined": "lanes that a load's mask leaves out hold noise where no other value is given",
    "state": "what a call keeps of its data is noise for the next",
    "fills": "arrays that are only written hold other old contents on each call",
    "order": "programs run in natural, reversed and random order",
    "interleaving": "programs that use atomics go on between each other's",
    "races": "what one program of a launch writes no other reads or writes, unless atomics order them",
    # Who does the work (tsvc.child, tsvc.reach)
    "launches": "at least one Triton kernel is launched",
    "dispatch": "torch allocates, views, copies and fills; arithmetic on the loop's data is Triton's",
    "ablation": "without its launches the kernel's answer is wrong",
    "bare": "called as a user calls it, on ordinary tensors and unwatched, it does the same",
    "blindness": "where launches alone see the data the kernel's answer is still right",
    "whereabouts": "without a GPU a kernel that asks where it runs hears what it would on one, or may not ask",
    "reach": "a kernel's Python uses no clock, environment, frame, file, other process or memory by address",
    # Time (tsvc.timing, tsvc.gputime)
    "fresh_data": "each timed call works on data of its own",
    "checked_outputs": "outputs of timed calls are compared at places that the child cannot know",
    "quiescence": "the clock stops after all streams of the device, and no thread or process is left at work",
    "clock": "times are computed in the parent from a clock that was kept before the kernel was read",
    "floor": "a time below what the bytes allow is invalid",
}

ALL = frozenset(GATES)
