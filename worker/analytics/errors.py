"""What can go wrong with a request, by who can mend it."""

from __future__ import annotations

MAX_FAULTS = 20


class InvalidRequest(Exception):
    """The caller's mistake: one line for each fault, naming the field, its value and what it has to be."""

    def __init__(self, faults: list[str]):
        super().__init__("; ".join(faults))
        self.faults = faults


class DeadlineExceeded(Exception):
    """The work did not fit into the time that was left of Lambda's timeout."""


class InProgress(Exception):
    """Another invocation is working on the same request at this moment. Trying later mends it."""


class AnswerTooLarge(Exception):
    """The result does not fit into an answer of Lambda or into an event."""


def show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
