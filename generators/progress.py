"""Lines about a long run, for a person who waits."""

import time
from collections.abc import Callable

from generators.generation import Course
from generators.ledger import Ledger


class Progress:
    """Calls write(line) with how far a run has come, at most every `interval` seconds and when it has changed."""

    def __init__(self, write: Callable[[str], None], interval: float):
        self.write, self.interval = write, interval
        self._next, self._last = time.monotonic() + interval, ""

    def __call__(self, course: Course, ledger: Ledger) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        line = describe_course(course, ledger, now - course.began)
        if line != self._last:
            self.write(line)
        self._next, self._last = now + self.interval, line


def describe_course(course: Course, ledger: Ledger, seconds: float) -> str:
    """One line: loops done, attempts, passes, what is in progress, tokens, money, time left."""
    parts = [f"{course.done} of {course.total} loops done, {course.passed} with a kernel, {course.attempts} attempts"]
    if course.working:
        newest = [f"{name} at {number}" for name, number in list(course.working.items())[-2:]]
        parts.append(f"{len(course.working)} in progress ({', '.join(newest)})")
    parts.append(f"{ledger.usage.total} tokens, ${ledger.spent:.2f}")
    if 0 < course.done < course.total:
        parts.append(f"about {_span(seconds / course.done * (course.total - course.done))} left")
    return f"generation: {'; '.join(parts)}"


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min" if seconds >= 90 else "1 min"
