"""A directory of generated kernels: DIR/s421.py with its record, transcripts, and the kernels of further samples.

DIR/s421.py, s421.json          the accepted kernel (of several samples the first) and its record
DIR/samples/2/s421.py, .json    what sample 2 came to, where there are several
DIR/transcripts/s421.jsonl      sample 1's transcript; s421.2.jsonl is sample 2's; s421.1.old-1.jsonl is set aside
DIR/old/s421.py, .json          the kernel that --generate=always put in question
DIR/.locks/s421.lock            held while a process works on the loop
"""

import contextlib
import json
import os
from pathlib import Path

from filelock import FileLock

from generators.transcript import flush_folder, without_secrets


def transcript_path(folder: Path, loop: str, sample: int) -> Path:
    """The transcript of a loop's sample in a folder of transcripts."""
    return folder / (f"{loop}.jsonl" if sample == 1 else f"{loop}.{sample}.jsonl")


class Store:
    """The directory; made when something is written."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.transcripts = folder / "transcripts"

    def lock(self, loop: str) -> FileLock:
        """The lock of a loop: whoever holds it generates; the system frees it when the process dies."""
        path = self.folder / ".locks" / f"{loop}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path)

    def transcript(self, loop: str, sample: int) -> Path:
        return transcript_path(self.transcripts, loop, sample)

    def samples(self, loop: str) -> list[int]:
        """The samples of a loop that have a transcript, in order."""
        found = [1] if self.transcript(loop, 1).exists() else []
        for path in self.transcripts.glob(f"{loop}.*.jsonl"):
            number = path.name[len(loop) + 1 : -len(".jsonl")]
            found += [int(number)] if number.isdigit() else []
        return sorted(found)

    def set_aside(self, loop: str, sample: int) -> None:
        """Rename a transcript that a new one replaces; nothing that was paid for is deleted."""
        path = self.transcript(loop, sample)
        if path.exists():
            number = 1
            while (old := self.transcripts / f"{loop}.{sample}.old-{number}.jsonl").exists():
                number += 1
            path.rename(old)

    def set_kernel_aside(self, loop: str) -> None:
        """Move the loop's kernel and its record to DIR/old."""
        old = self.folder / "old"
        for path in (self.folder / f"{loop}.py", self.folder / f"{loop}.json"):
            if path.exists():
                old.mkdir(exist_ok=True)
                path.replace(old / path.name)

    def has_kernel(self, loop: str) -> bool:
        return (self.folder / f"{loop}.py").is_file()

    def write_kernel(self, loop: str, sample: int, is_only: bool, code: str, record: dict) -> None:
        """Write a sample's kernel and record, each whole or not at all; the kernel last, since its presence counts."""
        folder = self.folder if is_only else self.folder / "samples" / str(sample)
        replace(folder / f"{loop}.json", json.dumps(record, indent=1) + "\n")
        replace(folder / f"{loop}.py", code)

    def promote(self, loop: str, sample: int) -> None:
        """Make a sample's kernel the loop's."""
        source = self.folder / "samples" / str(sample)
        for name in (f"{loop}.json", f"{loop}.py"):
            replace(self.folder / name, (source / name).read_text())


def replace(path: Path, text: str) -> None:
    """Write a file that readers see either as it was or whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "w") as file:
            file.write(without_secrets(text))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
