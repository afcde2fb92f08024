"""The synchronous way in: API Gateway (REST or HTTP API, payload 1.0 or 2.0), and a request by itself."""

from __future__ import annotations

import base64
import binascii
import json

from .budget import Budget
from .errors import AnswerTooLarge, DeadlineExceeded, InProgress, InvalidRequest
from .jobs import failure_document, run
from .request import parse_json
from .services import Services
from .telemetry import Invocation

# What Lambda returns to a synchronous caller, with room for what surrounds the body.
MAX_ANSWER_BYTES = 5_900_000
# API Gateway gives up after 29 s, whatever the function's timeout.
API_SECONDS = 29.0


def is_api_event(event: dict) -> bool:
    return "httpMethod" in event or "requestContext" in event


def _body(event: dict) -> object:
    body = event.get("body")
    if not isinstance(body, str) or not body:
        raise InvalidRequest(["body: must be there, a JSON object with `analysis` and one of rows, csv, s3"])
    if not event.get("isBase64Encoded"):
        return parse_json(body, "body")
    try:
        return parse_json(base64.b64decode(body, validate=True), "body")
    except binascii.Error as error:
        raise InvalidRequest([f"body: is said to be base64 but is not: {error}"]) from None


def _encode(document: dict) -> str:
    text = json.dumps(document, allow_nan=False)
    if len(text) > MAX_ANSWER_BYTES:
        raise AnswerTooLarge(f"the answer has {len(text)} bytes, {MAX_ANSWER_BYTES} can be returned: send it as a job instead")
    return text


def _answer(status: int, body: str, **headers: str) -> dict:
    return {"statusCode": status, "headers": {"content-type": "application/json", **headers}, "body": body, "isBase64Encoded": False}


STATUSES = {InvalidRequest: 400, InProgress: 409, AnswerTooLarge: 413, DeadlineExceeded: 504}


def handle_api(event: dict, remaining_seconds: float, services: Services, invocation: Invocation) -> dict:
    """200, or 400, 409, 413 and 504 with what to mend. Anything else is raised: a bug, which API Gateway tells as 502."""
    budget = Budget(min(remaining_seconds, API_SECONDS))
    raw = None

    def read() -> tuple[object, None]:
        nonlocal raw
        raw = _body(event)
        return raw, None

    try:
        body = _encode(run(read, budget.left_seconds(), services, way="api", awsRequestId=invocation.aws_request_id))
    except tuple(STATUSES) as error:
        invocation.failed += 1
        retry = {"retry-after": "5"} if isinstance(error, InProgress) else {}
        return _answer(STATUSES[type(error)], json.dumps(failure_document(_id_of(raw), error)), **retry)
    except Exception:
        invocation.failed += 1
        raise
    invocation.succeeded += 1
    return _answer(200, body)


def _id_of(raw: object) -> str | None:
    request_id = raw.get("requestId") if isinstance(raw, dict) else None
    return request_id if isinstance(request_id, str) else None


def handle_direct(event: object, remaining_seconds: float, services: Services, invocation: Invocation) -> dict:
    """The document itself. A request that no retry can mend is answered (`invalid`, `faults`); the rest is raised."""
    try:
        document = run(lambda: (event, None), Budget(remaining_seconds).left_seconds(), services, way="direct", awsRequestId=invocation.aws_request_id)
        _encode(document)
    except InvalidRequest as error:
        invocation.failed += 1
        return failure_document(_id_of(event), error)
    except Exception:
        invocation.failed += 1
        raise
    invocation.succeeded += 1
    return document
