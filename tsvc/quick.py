"""A few timed calls of a kernel, one of them compared with C: what sweeps and the torch baseline can afford.

The clocks and guards are those of tsvc.gputime: graphs of a drawn number of calls, an array set for each, fresh data
before every replay up to FRESH elements, and the same data above, where drawing them would take longer than the loop.
The judge looks at one timed call that it draws when the times are in, and compares it by tsvc.plain; what that finds
wrong on fresh data has the judge's own tolerance before it is.
"""

import random
from dataclasses import replace

from tsvc.comparison import compare
from tsvc.device import Device
from tsvc.domain import arguments
from tsvc.doubts import LAUNCH_SECONDS, doubt_process, doubt_seconds
from tsvc.expected import expect
from tsvc.gates import ALL
from tsvc.inputs import Case, before_fresh
from tsvc.kernel import Kernel, request_for
from tsvc.lease import clock_turn
from tsvc.plain import Plain
from tsvc.timing import Timing, read
from tsvc.verdicts import Crashed, Wrong

WARMUPS, CALLS, LIMIT = 2, 7, 20.0
#: The largest array whose data are new in each call.
FRESH = 1 << 18
_RANDOM = random.SystemRandom()


def time_quickly(
    kernel: Kernel, device: Device, case: Case, gates: frozenset[str] = ALL, calls: int = CALLS, limit: float = LIMIT
) -> Timing:
    """Device and launch-included time of a few calls on TSVC's own or fresh data.

    limit: seconds for each section. Raises KernelFailure: Wrong for what the drawn call left, InvalidTiming, or what
    became of the kernel.
    """
    base, amplitudes = before_fresh(case)
    if max((array.size for array in base.values()), default=0) > FRESH:
        amplitudes = {}
    header = request_for(kernel, case.n, case.m, arguments(case.loop, case.n, case.m, case.params), op="time")
    more = {"warmups": WARMUPS, "calls": calls, "limit": limit, "amplitudes": amplitudes, "datasets": 0}
    with clock_turn():
        answer, _ = device.request({**header, **more, "gates": sorted(gates)}, base, timeout=4 * limit + 120)
    timing, kept = read(answer)
    doubt_process(gates, answer)
    doubt_seconds(gates, timing, answer, LAUNCH_SECONDS)
    sections = [index for index, one in enumerate(kept) if one["calls"] > 0]
    if not sections:
        raise Crashed("the process kept nothing of its timed calls")
    index = _RANDOM.choice(sections)
    row = _RANDOM.randrange(kept[index]["calls"])
    own = replace(case, kind="fresh", seed=kept[index]["seed"] + row) if amplitudes else None
    sent = own.arrays() if own is not None else base
    _, got = device.request({"op": "left", "index": index, "row": row}, room=sum(a.nbytes for a in base.values()))
    result = got.pop("result", None)
    for name, array in sent.items():
        if name not in got or got[name].dtype != array.dtype or got[name].shape != array.shape:
            raise Crashed(f"the process did not answer with array {name} as a timed call left it")
    value = None if result is None or result.size != 1 else float(result.reshape(())[()])
    difference = Plain.of(case, sent).difference(got, value)
    if difference and own is not None:  # the judge's own tolerance knows what hangs on rounding
        difference = str(compare(case.loop, expect(own), 0, sent, got, value, gates) or "")
    if difference:
        raise Wrong(f"in a timed call, at {own or case}: {difference}")
    if timing.method == "events":
        device.close()  # a failed capture poisons later ones
    return timing
