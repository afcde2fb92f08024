"""The asynchronous way in: an event with a request in its detail, or an object that was put under uploads/."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from .budget import Budget
from .errors import InvalidRequest, show
from .jobs import run
from .objects import StoredObject
from .request import S3Object, check_request_id, parse_json
from .services import Services
from .telemetry import Invocation, log

UPLOADS = "uploads/"
# The request that goes with an uploaded table, as user-defined metadata of the object (x-amz-meta-request).
METADATA = "request"


def is_event(event: dict) -> bool:
    return is_notification(event) or isinstance(event.get("detail"), dict)


def is_notification(event: dict) -> bool:
    records = event.get("Records")
    return isinstance(records, list) and bool(records) and all(isinstance(r, dict) and r.get("eventSource") == "aws:s3" for r in records)


def _uploads(event: dict) -> list[S3Object] | None:
    """The objects that the event is about, or None for an event that brings a request itself."""
    if is_notification(event):
        # In S3's own notifications keys are encoded as in a form, in EventBridge's they are plain.
        return [S3Object(unquote_plus(r["s3"]["object"]["key"]), r["s3"]["bucket"]["name"]) for r in event["Records"]]
    if event.get("source") == "aws.s3":
        return [S3Object(event["detail"]["object"]["key"], event["detail"]["bucket"]["name"])]
    return None


def upload_id(key: str, entity_tag: str) -> str:
    """The same content under the same name is the same request."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", key.removeprefix(UPLOADS)).lstrip("._-")[:100]
    return f"{name or 'upload'}-{entity_tag[:12]}"


def _request_of(upload: StoredObject, key: str) -> object:
    """A JSON object is a request; a table (CSV, or a JSON list) is summarised unless its metadata ask for something else."""
    content = upload.content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if content[:1] == b"{":
        return parse_json(upload.content, key)
    request = parse_json(upload.metadata.get(METADATA, '{"analysis": "summary"}'), f"{key} metadata {METADATA}")
    if not isinstance(request, dict):
        raise InvalidRequest([f"{key} metadata {METADATA} = {show(request)}: must be an object"])
    if content[:1] == b"[":
        return {**request, "rows": parse_json(upload.content, key)}
    try:
        return {**request, "csv": upload.content.decode("utf-8-sig")}
    except UnicodeDecodeError as error:
        raise InvalidRequest([f"{key}: must be UTF-8, byte {error.start} is not"]) from None


def _receipt(document: dict, services: Services) -> dict:
    """What a destination gets: where the result is, because a destination takes less than a result may have."""
    if services.results is None:
        return document
    receipt = {name: document[name] for name in ("requestId", "status", "analysis")}
    return receipt | {"resultObject": {"bucket": services.results.bucket, "key": services.results.key(document["requestId"])}}


def _run_upload(named: S3Object, seconds: float, services: Services, aws_request_id: str) -> dict:
    if not named.key.startswith(UPLOADS):
        # Results lie in the same bucket: an event about one must not make another.
        log("WARN", "object ignored", bucket=named.bucket, key=named.key)
        return {"status": "ignored", "key": named.key}

    def read() -> tuple[object, str]:
        upload = services.reader.get(named)
        return _request_of(upload, named.key), upload_id(named.key, upload.entity_tag)

    return _receipt(run(read, seconds, services, way="upload", awsRequestId=aws_request_id, key=named.key), services)


def _run_all(uploads: list[S3Object], budget: Budget, services: Services, invocation: Invocation) -> dict:
    receipts: list[dict] = []
    failures: list[Exception] = []
    for index, named in enumerate(uploads):
        try:
            receipts.append(_run_upload(named, budget.left_seconds() / (len(uploads) - index), services, invocation.aws_request_id))
            invocation.succeeded += 1
        except Exception as error:
            invocation.failed += 1
            failures.append(error)
    if failures:
        # What succeeded is on record, so that Lambda's retry computes only the rest.
        raise failures[0]
    return receipts[0] if len(receipts) == 1 else {"status": "ok", "results": receipts}


def handle_event(event: dict, remaining_seconds: float, services: Services, invocation: Invocation) -> dict:
    """
    A receipt with the result's place, for an on-success destination. Every failure is raised, also a caller's mistake:
    only then does Lambda call the on-failure destination, after its retries.
    """
    budget = Budget(remaining_seconds)
    uploads = _uploads(event)
    if uploads is not None:
        return _run_all(uploads, budget, services, invocation)

    def read() -> tuple[object, str | None]:
        return event["detail"], check_request_id(event["id"]) if "id" in event else None

    try:
        receipt = _receipt(run(read, budget.left_seconds(), services, way="event", awsRequestId=invocation.aws_request_id), services)
    except Exception:
        invocation.failed += 1
        raise
    invocation.succeeded += 1
    return receipt
