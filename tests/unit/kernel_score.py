"""The judge's score against mutants of the bundled kernels: judge them all, in worker processes, and say who survives.

`PYTHONPATH=. python tests/unit/kernel_score.py --workers 16 --minutes 60` judges and writes results/kernel-mutants.json
after each loop. A run that was stopped, or whose minutes are over, goes on where it stood: mutants whose text is
unchanged are not judged again (unless --fresh is given; --survivors judges again those that passed), loops never judged
come first. Then `PYTHONPATH=. python tests/unit/mutants.py > docs/mutation-score.md` renews the page.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from kernel_mutants import Mutant, mutants
from kernel_section import RESULTS, living, read_rows

from tsvc.acceptance import failure_of
from tsvc.cases import LONG, fixed, make, sizes
from tsvc.device import Device
from tsvc.judge import Judge
from tsvc.kernel import BUNDLED
from tsvc.loops import LOOPS
from tsvc.named import suite_cases
from tsvc.strategies import largest_cases
from tsvc.verdicts import HarnessError, KernelFailure

#: How many mutants of a loop are judged at most.
LIMIT = 26
#: Words of a mutant that Python or Triton refuses whatever the data: no test of a judge.
STILLBORN = ("NOT_COMPILED", "BAD_SIGNATURE", "RAISED")
#: Seconds after which a mutant's call is HUNG.
PATIENCE = 20.0
#: In which cases a mutant is judged, in turn: the suite's on any machine, then what it judges on a GPU alone (here in
#: the interpreter), where kernels take other ways than for a few thousand elements.
STAGES = ("fixed", "drawn", "large", "huge")
_LARGE = ((*LONG, "exact"), (*LONG, "uniform"))


def cases_beyond(loop, stage: str) -> list:
    """Cases of the sizes of a GPU; not where C takes minutes."""
    if stage == "huge":
        return [] if loop.is_superlinear else [case for case in fixed(loop, sizes(loop, True)) if case.n > LONG[0]]
    found = [make(loop, n, m, kind, seed) for seed, (n, m, kind) in enumerate(_LARGE, 20)]
    return [case for case in found if case is not None and not (loop.is_superlinear and case.n * case.m > 2**16)]


def judge_mutant(mutant: Mutant, device: Device, stages) -> dict:
    """What the suite's tests say of one mutant: {"verdict", "stage", "why"}; verdict PASSED for a survivor.

    stage: one of STAGES, whichever cases it was killed on, or "" for a survivor; why: a mutant is HARMLESS.
    Mutants are not hostile, so that they share a child, unlike kernels under test.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{mutant.loop}.py").write_text(mutant.text)
        failure, stage = first_failure(LOOPS[mutant.loop], device, Path(folder), stages)
        if failure is None:
            return {"verdict": "HARMLESS" if mutant.harmless else "PASSED", "stage": "", "why": mutant.harmless}
        stillborn = failure.word in STILLBORN and _fails_alike(mutant, device, Path(folder), failure)
    return {"verdict": "STILLBORN" if stillborn else failure.word, "stage": stage, "why": ""}


def first_failure(loop, device: Device, folder: Path, stages) -> tuple[KernelFailure | None, str]:
    """The first failure of a directory's kernel, and the stage that it was found in."""
    judge = Judge(loop, device, folder, trust_record=True)
    for stage in stages:
        device.timeout = PATIENCE * (1 if stage in ("fixed", "drawn") else 20)
        try:
            if stage == "drawn":
                _check_drawn(judge)
                continue
            usual = suite_cases(loop, judge.kernel.text, False) if stage == "fixed" else cases_beyond(loop, stage)
            for case in sorted(usual, key=lambda case: case.n * case.m):
                device.tenants.clear()
                judge.check(case)
        except BaseException as error:
            if failure := failure_of(error):
                return failure, stage
            raise
    return None, ""


def _check_drawn(judge: Judge) -> None:
    """As many drawn cases as the suite draws, the same ones each time."""
    quick = settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @quick
    @given(case=largest_cases(judge.loop, False))
    def check(case):
        judge.device.tenants.clear()
        judge.check(case)

    check()


def _fails_alike(mutant: Mutant, device: Device, folder: Path, failure: KernelFailure) -> bool:
    """Whether a mutant fails in the same way on ordinary data of an ordinary size too."""
    judge = Judge(LOOPS[mutant.loop], device, folder)
    device.tenants.clear()
    try:
        judge.check(fixed(judge.loop, [(1000, 37)])[1])
    except KernelFailure as other:
        return type(other) is type(failure)
    return False


def judge_loop(loop: str, known: dict[str, dict], limit: int, stages, end: float = math.inf) -> list[dict] | None:
    """Rows of all mutants of a loop, None when it would begin after `end` (as time.monotonic() counts).

    known: rows of an earlier run by hash of the mutant's text.
    """
    if time.monotonic() > end:
        return None
    rows: list[dict] = []
    if all(_digest(mutant) in known for mutant in mutants(loop, limit)):
        return [_row(mutant, known[_digest(mutant)]) for mutant in mutants(loop, limit)]
    device = Device("interpreter", PATIENCE)
    try:
        for mutant in mutants(loop, limit):
            verdict = known.get(_digest(mutant))
            if verdict is None:
                start = time.monotonic()
                verdict = judge_mutant(mutant, device, stages)
                verdict["seconds"] = round(time.monotonic() - start, 2)
            rows.append(_row(mutant, verdict))
        reached = [stages.index(row["stage"]) if row["stage"] in stages else len(stages) - 1 for row in rows]
        _check_original(loop, device, stages[: max(reached, default=0) + 1])
    finally:
        device.close()
    return rows


def _digest(mutant: Mutant) -> str:
    return sha256(mutant.text.encode()).hexdigest()[:16]


def _row(mutant: Mutant, verdict: dict) -> dict:
    own = {key: getattr(mutant, key) for key in ("loop", "operator", "line", "before", "after")}
    return {
        **own,
        "digest": _digest(mutant),
        **{key: verdict[key] for key in ("verdict", "stage", "why", "seconds")},
    }


def _check_original(loop: str, device: Device, stages) -> None:
    """The kernel itself still passes where its mutants have run: they were not killed by what others left behind."""
    failure, stage = first_failure(LOOPS[loop], device, BUNDLED, stages)
    if failure is not None:
        raise HarnessError(f"{loop}: the kernel itself fails beside its mutants, on the {stage} cases: {failure}")


def summary(rows: list[dict]) -> list[str]:
    """Totals, by operator, and the survivors, in lines for a terminal."""
    counted = living(rows)
    survivors = [row for row in counted if row["verdict"] == "PASSED"]
    killed = len(counted) - len(survivors)
    lines = [
        f"{len(rows)} mutants, {len(rows) - len(counted)} stillborn or the same; {killed} of {len(counted)} killed "
    ]
    lines[0] += f"({100 * killed / max(1, len(counted)):.2f} %)"
    lines += [f"  by {key}: {dict(Counter(row[key] for row in counted))}" for key in ("verdict", "stage")]
    for operator, total in sorted(Counter(row["operator"] for row in counted).items()):
        left = sum(row["operator"] == operator for row in survivors)
        lines.append(f"  {operator:11} {total - left:5} of {total:5} killed")
    lines += [
        f"survives {row['loop']}:{row['line']} {row['operator']}: {row['before']} -> {row['after']}"
        for row in survivors
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loops", nargs="*", help="these loops only (default: all)")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--limit", type=int, default=LIMIT, help="mutants of a loop at most (default %(default)s)")
    parser.add_argument(
        "--stages", type=int, default=len(STAGES), help=f"only the first so many of {', '.join(STAGES)}"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no loop after so many minutes")
    parser.add_argument("--fresh", action="store_true", help="judge all again")
    parser.add_argument("--survivors", action="store_true", help="judge again what passed")
    options = parser.parse_args()
    rows = read_rows(options.out)
    kept = [row for row in rows if not (options.survivors and row["verdict"] in ("PASSED", "HARMLESS"))]
    known = {} if options.fresh else {row["digest"]: row for row in kept}
    judged = {row["loop"] for row in rows}
    # The slowest first among equals: the last worker should not be left alone with one of them.
    seconds = {name: sum(row["seconds"] for row in rows if row["loop"] == name) for name in LOOPS}
    wanted = sorted(options.loops or list(LOOPS), key=lambda name: (name in judged, -seconds[name]))
    end = time.monotonic() + 60 * options.minutes
    found = {name: [row for row in rows if row["loop"] == name] for name in LOOPS}
    start, failed = time.monotonic(), []
    with ProcessPoolExecutor(options.workers) as pool:
        pending = {
            pool.submit(judge_loop, name, known, options.limit, STAGES[: options.stages], end): name for name in wanted
        }
        for done, future in enumerate(as_completed(pending), 1):
            name = pending[future]
            try:
                rows_of_loop = future.result()
            except Exception as error:  # one loop's trouble must not cost the others' results
                failed.append(name)
                print(f"{done}/{len(pending)} {name}: {type(error).__name__}: {error}", flush=True)
                continue
            if rows_of_loop is None:
                failed.append(name)
                continue
            found[name] = rows_of_loop
            left = sum(row["verdict"] == "PASSED" for row in found[name])
            print(f"{done}/{len(pending)} {time.monotonic() - start:.0f} s {name}: {left} survive", flush=True)
            rows = [row for name in LOOPS for row in found[name]]
            options.out.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print("\n".join(summary([row for name in wanted for row in found[name]])))
    if failed:
        sys.exit(f"not scored: {', '.join(failed)}")


if __name__ == "__main__":
    main()
