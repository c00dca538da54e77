"""Answers from recorded transcripts, byte for byte."""

from functools import lru_cache
from pathlib import Path

from generators.exchange import CallFailed, Reply, Request, TimedOut, Usage
from generators.store import transcript_path
from generators.transcript import Attempt, Transcript


class ReplayClient:
    """Gives the recorded answer to the same attempt of the same sample, whatever the prompt says now.

    folder: a directory of kernels that holds transcripts, or the transcripts themselves.
    """

    def __init__(self, folder: Path):
        self.folder = folder / "transcripts" if (folder / "transcripts").is_dir() else folder
        self.model = f"replay:{folder}"
        self._recorded = lru_cache(maxsize=None)(self._read)

    def ask(self, request: Request) -> Reply:
        attempt = self._recorded(request.loop, request.sample).get(request.attempt)
        if attempt is None:
            wanted = f"attempt {request.attempt} of {request.loop}, sample {request.sample}"
            raise CallFailed(f"{self.folder} holds no answer for {wanted}")
        if attempt.reply is None:
            raise TimedOut(attempt.message)
        return attempt.reply

    def worst(self, request: Request) -> Usage | None:
        attempt = self._recorded(request.loop, request.sample).get(request.attempt)
        return (attempt.reply.usage if attempt and attempt.reply else None) or Usage()

    def close(self) -> None:
        pass

    def _read(self, loop: str, sample: int) -> dict[int, Attempt]:
        transcript = Transcript(transcript_path(self.folder, loop, sample))
        return {attempt.number: attempt for attempt in transcript.attempts}
