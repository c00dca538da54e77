"""Facts about this machine that belong beside every figure."""

import datetime
import platform
import subprocess
from functools import lru_cache
from pathlib import Path

from clib.build import BUILDS, BuildError, compiler_version
from tsvc.cpu import cores
from tsvc.lease import visible_gpus


@lru_cache
def gpu_facts() -> dict:
    """What nvidia-smi says of the first GPU, without a CUDA context; {} where there is none."""
    gpus = visible_gpus()
    if not gpus:
        return {}
    query = "name,driver_version,clocks.max.sm,memory.total"
    command = ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader", "-i", gpus[0]]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        name, driver, clock, memory = (part.strip() for part in output.strip().split(","))
    except (OSError, subprocess.SubprocessError, ValueError):
        return {"gpu": f"GPU {gpus[0]}"}
    return {"gpu": name, "driver": driver, "max_sm_clock": clock, "memory": memory}


def describe_machine(device: dict) -> dict:
    """Everything a figure needs beside it: device, driver, versions, host, compiler, date (UTC)."""
    try:
        compiler = compiler_version()
    except BuildError:
        compiler = "none"
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {
        **device,
        **gpu_facts(),
        "python": platform.python_version(),
        "host": processor_name(),
        "cores": cores(),
        "compiler": compiler,
        "c_flags": " ".join(BUILDS["fast"]),
        "date": now,
    }


def processor_name() -> str:
    """The processor's model name."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
