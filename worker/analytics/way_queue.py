"""The way in from SQS: a batch of messages, of which each succeeds or fails by itself."""

from __future__ import annotations

from .budget import Budget
from .errors import DeadlineExceeded, InvalidRequest
from .jobs import failure_document, run
from .request import parse_json
from .services import Services
from .telemetry import Invocation, log

# The queue's maxReceiveCount in infra/template.yaml: after this try a message goes to the dead-letter queue.
LAST_ATTEMPT = 5
# A message may take this part of the time even if the batch is so large that its fair share is less.
LEAST_SHARE = 1 / 8
# A second try in the same invocation is worth it only with clearly more time than the first had.
MORE_TIME = 1.5


def is_queue_event(event: dict) -> bool:
    records = event.get("Records")
    return isinstance(records, list) and bool(records) and all(isinstance(r, dict) and r.get("eventSource") == "aws:sqs" for r in records)


def _attempt(record: dict) -> int:
    # Events made by hand to try the function leave the attributes out.
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


class _Batch:
    def __init__(self, services: Services, invocation: Invocation):
        self._services = services
        self._invocation = invocation
        self.failures: list[dict] = []

    def run(self, record: dict, seconds: float) -> None:
        """Raises DeadlineExceeded, which the batch may still mend; every other failure is the message's own."""
        message_id, attempt = record["messageId"], _attempt(record)
        try:
            context = {"way": "queue", "awsRequestId": self._invocation.aws_request_id, "messageId": message_id, "attempt": attempt}
            document = run(lambda: (parse_json(record["body"], "body"), message_id), seconds, self._services, **context)
        except DeadlineExceeded:
            raise
        except Exception as error:
            self.fail(record, error)
            return
        if self._tell("JobSucceeded", document, message_id, attempt):
            self._invocation.succeeded += 1
        else:
            # The result is on record: the next try only tells it.
            self._count_failure(message_id)

    def fail(self, record: dict, error: Exception) -> None:
        message_id, attempt = record["messageId"], _attempt(record)
        self._count_failure(message_id)
        # A caller's mistake is told at once, other failures when no try is left.
        if attempt == 1 if isinstance(error, InvalidRequest) else attempt >= LAST_ATTEMPT:
            self._tell("JobFailed", failure_document(message_id, error), message_id, attempt)

    def _count_failure(self, message_id: str) -> None:
        self.failures.append({"itemIdentifier": message_id})
        self._invocation.failed += 1

    def _tell(self, kind: str, document: dict, message_id: str, attempt: int) -> bool:
        """Failing here fails one message, not its batch."""
        try:
            self._copy(document, message_id)
            self._publish(kind, document, message_id, attempt)
        except Exception as error:
            log("ERROR", "outcome not told", messageId=message_id, kind=kind, error=type(error).__name__, reason=str(error))
            return False
        return True

    def _copy(self, document: dict, message_id: str) -> None:
        """API Gateway answers with the message's id: a result is found by it even if the request has an id of its own."""
        stored = document["status"] == "ok" and document["requestId"] == message_id
        if self._services.results is not None and not stored:
            self._services.results.write(message_id, document)

    def _publish(self, kind: str, document: dict, message_id: str, attempt: int) -> None:
        if self._services.bus is None:
            return
        detail = {name: value for name, value in document.items() if name != "result"}
        detail |= {"jobId": message_id, "attempt": attempt}
        if self._services.results is not None:
            detail["resultObject"] = {"bucket": self._services.results.bucket, "key": self._services.results.key(message_id)}
        elif "result" in document:
            detail["result"] = document["result"]
        self._services.bus.publish(kind, detail)


def handle_queue(event: dict, remaining_seconds: float, services: Services, invocation: Invocation) -> dict:
    """
    `{"batchItemFailures"}` with the messages that are to come again; after five tries SQS moves them to the dead-letter
    queue. Each message gets its share of the time left, so that a slow one cannot take its neighbours along; those that
    need more get what the others leave. What no time is left for comes again.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    budget = Budget(remaining_seconds)
    least = budget.left_seconds() * LEAST_SHARE
    batch = _Batch(services, invocation)
    waiting: list[dict] = event["Records"]
    tried: dict[str, tuple[float, DeadlineExceeded]] = {}
    while waiting:
        slow: list[dict] = []
        for index, record in enumerate(waiting):
            left = budget.left_seconds()
            share = min(left, max(left / (len(waiting) - index), least))
            before = tried.get(record["messageId"])
            if before and share <= before[0] * MORE_TIME:
                batch.fail(record, before[1])
                continue
            try:
                batch.run(record, share)
            except DeadlineExceeded as error:
                tried[record["messageId"]] = (share, error)
                slow.append(record)
        waiting = slow
    return {"batchItemFailures": batch.failures}
