"""What the environment's variables give the worker to work with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .aws import client
from .errors import AnswerTooLarge
from .objects import ObjectReader
from .store import Ledger, Results, S3Ledger, TableLedger

SOURCE = "prewarm.worker"
# EventBridge takes 256 KiB for an entry, its other fields included.
MAX_EVENT_BYTES = 250_000


class Bus:
    """Publishes what became of a job that came by a queue: Lambda's destinations know only asynchronous invocations."""

    def __init__(self, name: str):
        self._name = name

    def publish(self, kind: str, detail: dict) -> None:
        text = json.dumps(detail, allow_nan=False)
        if len(text) > MAX_EVENT_BYTES:
            raise AnswerTooLarge(f"the event has {len(text)} bytes, at most {MAX_EVENT_BYTES} fit: give the worker a RESULTS_BUCKET")
        entry = {"Source": SOURCE, "DetailType": kind, "Detail": text, "EventBusName": self._name}
        answer = client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            refused = answer["Entries"][0]
            raise RuntimeError(f"EventBridge refused {kind}: {refused.get('ErrorCode')}: {refused.get('ErrorMessage')}")


@dataclass(frozen=True)
class Services:
    reader: ObjectReader
    # None: results go into answers and events, and the same id twice is computed twice.
    results: Results | None = None
    ledger: Ledger | None = None
    bus: Bus | None = None


def services_from(environment: Mapping[str, str]) -> Services:
    """RESULTS_BUCKET, IDEMPOTENCY_TABLE and RESULTS_BUS; an empty variable is one that is not set."""
    bucket, table, bus = (environment.get(name) or None for name in ("RESULTS_BUCKET", "IDEMPOTENCY_TABLE", "RESULTS_BUS"))
    if table and not bucket:
        raise ValueError("IDEMPOTENCY_TABLE needs RESULTS_BUCKET: the table holds who computes what, the bucket the results")
    results = Results(bucket) if bucket else None
    ledger = TableLedger(table, results) if table and results else S3Ledger(results) if results else None
    return Services(ObjectReader(bucket), results, ledger, Bus(bus) if bus else None)
