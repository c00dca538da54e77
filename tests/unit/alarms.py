"""False alarms: the bundled kernels judged again and again on data that were never drawn before.

    PYTHONPATH=. python tests/unit/alarms.py --backend interpreter --runs 20 --workers 16
    PYTHONPATH=. python tests/unit/alarms.py --backend cuda --runs 5 --workers 8

Each run judges every loop's fixed cases with another data seed, and as many drawn ones as the suite draws, by all
gates. Runs are kept in results/alarms.json as they end: those already made of the same kernels are not made again.
--minutes ends it between two runs.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing.util import Finalize
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed

from clib.build import ROOT
from tsvc.acceptance import failure_of
from tsvc.device import Device
from tsvc.judge import Judge
from tsvc.kernel import Kernel
from tsvc.loops import LOOPS
from tsvc.named import suite_cases
from tsvc.strategies import largest_cases

RESULTS = ROOT / "results" / "alarms.json"
_DEVICES: dict[str, Device] = {}


def judge_loop(name: str, seed: int, backend: str) -> dict:
    """One loop's cases of one run: {"loop", "cases", "seconds", "alarm"}; alarm: what was found wrong, or ""."""
    if backend not in _DEVICES:
        _DEVICES[backend] = Device(backend)
        Finalize(None, _DEVICES[backend].close, exitpriority=1)  # a pool's worker knows no other end
    device = _DEVICES[backend]
    start, alarm = time.monotonic(), ""
    judge = Judge(LOOPS[name], device, trust_record=True)
    try:
        for case in suite_cases(judge.loop, judge.kernel.text, backend == "cuda", seed):
            judge.check(case)
        drawn(judge, seed, backend == "cuda")()
    except BaseException as error:
        failure = failure_of(error)
        if failure is None:
            raise
        alarm = str(failure).replace(f"{ROOT}/", "")  # a record is read on other machines
    cases = len(judge.judged)
    return {"loop": name, "cases": cases, "seconds": round(time.monotonic() - start, 2), "alarm": alarm}


def drawn(judge: Judge, seed: int, on_gpu: bool) -> Callable[[], None]:
    """As many drawn cases as the suite draws, without looking for a smaller one where it fails."""
    quick = settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @hypothesis_seed(seed)
    @quick
    @given(case=largest_cases(judge.loop, on_gpu))
    def check(case):
        judge.check(case)

    return check


def kernels_digest() -> str:
    """One hash of all bundled kernels."""
    return sha256("".join(Kernel.load(name, trust_record=True).sha256 for name in LOOPS).encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("loops", nargs="*", help="these loops only, and nothing is written (default: all)")
    parser.add_argument("--backend", choices=("interpreter", "cuda"), default="interpreter")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no run after so many minutes")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE")
    options = parser.parse_args()
    runs = json.loads(options.out.read_text()) if options.out.is_file() else []
    digest, began = kernels_digest(), time.monotonic()
    made = {(run["backend"], run["seed"]) for run in runs if run["kernels"] == digest}
    facts = Device(options.backend)
    machine = {key: facts.facts.get(key, "") for key in ("device", "torch", "triton", "boundary")}
    facts.close()
    alarms, seconds = 0, dict.fromkeys(LOOPS, 0.0)
    with ProcessPoolExecutor(options.workers) as pool:
        for seed in range(options.first, options.first + options.runs):
            is_late = time.monotonic() - began > 60 * options.minutes
            if is_late or (not options.loops and (options.backend, seed) in made):
                continue
            # The longest first, so that no worker is left alone with one of them.
            names = sorted(options.loops or LOOPS, key=lambda name: -seconds[name])
            rows = []
            for future in as_completed([pool.submit(judge_loop, name, seed, options.backend) for name in names]):
                rows.append(future.result())
                seconds[rows[-1]["loop"]] = rows[-1]["seconds"]
                if rows[-1]["alarm"]:
                    print(rows[-1]["alarm"], flush=True)
            found = [{"loop": row["loop"], "failure": row["alarm"]} for row in rows if row["alarm"]]
            alarms += len(found)
            run = {
                "backend": options.backend,
                "seed": seed,
                "date": f"{datetime.now(UTC):%Y-%m-%d}",
                **machine,
                "kernels": digest,
                "loops": len(rows),
                "cases": sum(row["cases"] for row in rows),
                "seconds": round(sum(row["seconds"] for row in rows)),
                "alarms": found,
            }
            slowest = ", ".join(
                f"{r['loop']} {r['seconds']:.0f} s" for r in sorted(rows, key=lambda r: -r["seconds"])[:5]
            )
            print(f"seed {seed}: {len(found)} alarms in {run['cases']} cases; slowest {slowest}", flush=True)
            if not options.loops:
                runs.append(run)
                options.out.write_text("[\n" + ",\n".join(json.dumps(each) for each in runs) + "\n]\n")
    sys.exit(1 if alarms else 0)


if __name__ == "__main__":
    main()
