"""Records of kernels: NAME.json beside NAME.py, renewed from a run's results."""

import json
from pathlib import Path

from tsvc.kernel import BUNDLED, Kernel
from tsvc.loops import LOOPS
from tsvc.verdicts import Damaged, KernelFailure


def renew(results: dict, directory: Path | None = None) -> list[Path]:
    """Write the record of every kernel that passed in a run and is still the text that was judged.

    results: a record as in results.json. Earlier verifications of the same text for the same C source are kept, and
    always what people wrote: origin, and slower_because.
    Returns the records written.
    """
    written = []
    for name, entry in results["loops"].items():
        if entry["verdict"] != "PASSED" or name not in LOOPS or "kernel_sha256" not in entry:
            continue
        try:
            kernel = Kernel.load(name, directory, trust_record=True)
        except Damaged:  # an unreadable record is replaced, an unreadable kernel would not have passed
            path = Path(directory or BUNDLED) / f"{name}.json"
            path.unlink(missing_ok=True)
            kernel = Kernel.load(name, directory)
        except KernelFailure:
            continue
        if kernel.sha256 == entry["kernel_sha256"]:
            written.append(_write(kernel, entry, results["machine"]))
    return written


def verification(cases: int, machine: dict) -> dict:
    """What a record says of one device that a kernel was verified on; machine: as tsvc.machine describes it."""
    facts = ("date", "driver", "cuda", "torch", "triton")
    return {"cases": cases, **{fact: machine[fact] for fact in facts if machine.get(fact)}}


def _write(kernel: Kernel, entry: dict, machine: dict) -> Path:
    old = kernel.record
    same = (old.get("kernel_sha256"), old.get("source_sha256")) == (kernel.sha256, kernel.loop.source_sha256)
    bundled = kernel.path.parent == BUNDLED
    record = {
        **(old if same else {}),
        "loop": kernel.loop.name,
        "origin": old.get("origin") or ("bundled" if bundled else "unknown"),
        "source_sha256": kernel.loop.source_sha256,
        "kernel_sha256": kernel.sha256,
        **({"slower_because": kernel.slower_because} if kernel.slower_because else {}),
        "verified": {
            **(old.get("verified", {}) if same else {}),
            machine.get("device", "unknown"): verification(entry["cases"], machine),
        },
    }
    path = kernel.path.with_suffix(".json")
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(record, indent=1) + "\n")
    temporary.replace(path)
    return path
