"""What something costs, with no clock to fail on: how it grows with the length, and how it compares to other work.

A bound in seconds fails on a busy machine and passes on a fast one. Processor time against processor time of the same
process, the least of a few tries, does neither.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST = 30.0
"""Times as long that ten times the text may take: in step it is ten, and a hundred for what compares all with all."""


def spent(work: Callable[[], object], tries: int = 1) -> float:
    """Seconds of processor time; the least of so many tries."""
    least = float("inf")
    for _ in range(tries):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return least


def growth(call: Callable[[str], object], short: str, long: str, least: float = 0.03) -> float:
    """How many times longer a call takes on a long text than on a short one; 0 where the long one takes no time."""
    once = spent(lambda: call(long))
    if once < least:
        return 0.0
    return min(spent(lambda: call(long)), once) / max(spent(lambda: call(short)), spent(lambda: call(short)), 1e-6)


def in_step(call: Callable[[str], object], text: str, least: float = 0.1) -> bool:
    """Whether the cost grows with the length and no faster: over the whole text, and over its first tenth.

    The tenth tells of what a reader does within the length that it cuts to. What takes less than `least` seconds
    matters to nobody.
    """
    return all(growth(call, text[: n // 10], text[:n], least) <= MOST for n in (len(text), len(text) // 10))


def yardstick(tries: int = 5) -> float:
    """Seconds of processor time for a fixed piece of work, some tenths of a millisecond: to find a thousand words."""
    text = "The quick brown fox, 12 of them, jumps. " * 125
    return spent(lambda: [found[0].lower() for found in re.finditer(r"\w+", text)], tries)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """A hang is a failure, not a wait. Generous: what is asserted is how it ended, not when."""

    def late(*_: object) -> None:
        raise KeyboardInterrupt(f"it hangs: {seconds} seconds")  # which nobody catches, as they may `TimeoutError`

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
