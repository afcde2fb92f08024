"""The time that is left: work stops before Lambda would end it without a word."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import DeadlineExceeded

# Kept back to store, to publish and to answer.
RESERVE_SHARE = 0.1
MAX_RESERVE_SECONDS = 2.0
# The signal may meet a callback from compiled code that swallows exceptions: it comes again.
AGAIN_SECONDS = 0.2


class Budget:
    """Counts down from Lambda's remaining time, less a reserve."""

    def __init__(self, remaining_seconds: float):
        reserve = min(MAX_RESERVE_SECONDS, remaining_seconds * RESERVE_SHARE)
        self._end = time.monotonic() + remaining_seconds - reserve

    def left_seconds(self) -> float:
        return max(0.0, self._end - time.monotonic())


@contextmanager
def stop_after(seconds: float) -> Iterator[None]:
    """
    Raises DeadlineExceeded in the block once it has run this long, between two steps of Python's interpreter; what runs
    in compiled code (one iteration of a fit, one distance matrix) is finished first. Main thread only, as in Lambda.
    """
    if seconds <= 0:
        raise DeadlineExceeded("no time was left to begin: give the function a longer timeout or the queue smaller batches")

    def stop(_signal: int, _frame: object) -> None:
        raise DeadlineExceeded(
            f"stopped after {seconds:.1f} s, all the time this request had: send fewer rows or give the function a longer timeout or more memory"
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
