import json

import pytest

from tsvc.kernel import Kernel
from tsvc.loops import LOOPS
from tsvc.record import renew

MACHINE = {"device": "interpreter", "date": "2026-01-01 00:00 UTC", "torch": "2.13", "triton": "3.7", "host": "a CPU"}


@pytest.fixture
def folder(tmp_path):
    for name in ("s111", "s112"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(a, b):\n    pass\n")
    return tmp_path


def results(folder, machine=MACHINE, **verdicts) -> dict:
    loops = {
        name: {"verdict": word, "cases": 36, "kernel_sha256": Kernel.load(name, folder, trust_record=True).sha256}
        for name, word in verdicts.items()
    }
    return {"schema": 1, "machine": machine, "loops": loops}


def record_of(folder, name: str = "s111") -> dict:
    return json.loads((folder / f"{name}.json").read_text())


def test_kernels_that_pass_get_a_record(folder):
    assert renew(results(folder, s111="PASSED", s112="WRONG"), folder) == [folder / "s111.json"]
    kernel = Kernel.load("s111", folder)
    assert record_of(folder) == {
        "loop": "s111",
        "origin": "unknown",
        "source_sha256": LOOPS["s111"].source_sha256,
        "kernel_sha256": kernel.sha256,
        "verified": {
            "interpreter": {"cases": 36, "date": "2026-01-01 00:00 UTC", "torch": "2.13", "triton": "3.7"},
        },
    }
    assert sorted(path.name for path in folder.iterdir()) == ["s111.json", "s111.py", "s112.py"]


def test_verifications_of_the_same_text_gather(folder):
    renew(results(folder, s111="PASSED"), folder)
    renew(results(folder, {**MACHINE, "device": "NVIDIA H200", "driver": "570"}, s111="PASSED"), folder)
    assert set(record_of(folder)["verified"]) == {"interpreter", "NVIDIA H200"}


def test_a_new_text_forgets_what_the_old_one_was_verified_on(folder):
    renew(results(folder, s111="PASSED"), folder)
    changed = {**record_of(folder), "origin": "a model", "slower_because": "it adds 32 numbers"}
    (folder / "s111.json").write_text(json.dumps(changed))
    (folder / "s111.py").write_text("def s111(a, b):\n    ...\n")
    renew(results(folder, {**MACHINE, "device": "NVIDIA H200"}, s111="PASSED"), folder)
    assert set(record_of(folder)["verified"]) == {"NVIDIA H200"}
    assert record_of(folder)["origin"] == "a model"
    assert record_of(folder)["slower_because"] == "it adds 32 numbers"


def test_stale_and_damaged_records_are_replaced(folder):
    renew(results(folder, s111="PASSED"), folder)
    (folder / "s111.json").write_text(json.dumps({**record_of(folder), "source_sha256": "old"}))
    renew(results(folder, s111="PASSED"), folder)
    assert Kernel.load("s111", folder).record["source_sha256"] == LOOPS["s111"].source_sha256
    before = results(folder, s111="PASSED")
    (folder / "s111.json").write_text("{")
    renew(before, folder)
    assert Kernel.load("s111", folder).origin == "unknown"


def test_a_kernel_that_changed_or_went_since_the_run_gets_none(folder):
    before = results(folder, s111="PASSED", s112="PASSED")
    (folder / "s111.py").write_text("def s111(a, b):\n    ...\n")
    (folder / "s112.py").unlink()
    assert renew(before, folder) == []


def test_loops_that_are_not_here_are_skipped(folder):
    record = results(folder, s111="PASSED")
    record["loops"]["mine"] = record["loops"]["s111"]
    record["loops"]["s112"] = {"verdict": "PASSED"}
    assert renew(record, folder) == [folder / "s111.json"]
