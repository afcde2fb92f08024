"""One request from its text to its document: computed at most once per id, within its time, and logged."""

from __future__ import annotations

import time
from collections.abc import Callable

from .analyses import analyse
from .budget import stop_after
from .errors import InProgress, InvalidRequest
from .request import Request, parse_request
from .services import Services
from .telemetry import log


# Gives the request as it came, and the id of its job if it has none of its own.
Read = Callable[[], tuple[object, str | None]]


def failure_document(request_id: str | None, error: Exception) -> dict:
    document = {"requestId": request_id, "status": "invalid" if isinstance(error, InvalidRequest) else "failed"}
    if isinstance(error, InvalidRequest):
        return document | {"faults": error.faults}
    return document | {"error": type(error).__name__, "reason": str(error)}


def _compute(request: Request, request_id: str | None, seconds: float, services: Services) -> dict:
    with stop_after(seconds):
        result = analyse(request, services.reader.content)
    return {"requestId": request_id, "status": "ok", "analysis": request.analysis, "result": result}


def _once(request: Request, request_id: str, seconds: float, services: Services) -> tuple[dict, bool]:
    # A little longer than the work may take: storing the result is within the claim, too.
    claim = services.ledger.claim(request_id, request.fingerprint, time.time() + seconds + 5)
    if isinstance(claim, dict):
        return claim, True
    try:
        document = _compute(request, request_id, seconds, services)
    except Exception as error:
        services.ledger.abandon(claim, failure_document(request_id, error))
        raise
    services.ledger.finish(claim, document)
    return document, False


def _run(read: Read, seconds: float, services: Services, line: dict) -> tuple[dict, bool]:
    raw, job_id = read()
    line["requestId"] = job_id
    request = parse_request(raw)
    request_id = request.request_id or job_id
    line |= {"requestId": request_id, "analysis": request.analysis}
    if services.ledger is None or request_id is None:
        return _compute(request, request_id, seconds, services), False
    return _once(request, request_id, seconds, services)


def run(read: Read, seconds: float, services: Services, **context: object) -> dict:
    """
    The document `{"requestId", "status": "ok", "analysis", "result"}`. The id is the request's own or else its job's; with
    one, and somewhere to remember it, the same id has the same document. Raises what went wrong, after logging it.
    """
    started = time.perf_counter()
    line: dict = {"requestId": None, **context}
    try:
        document, replayed = _run(read, seconds, services, line)
    except Exception as error:
        invalid = isinstance(error, InvalidRequest)
        line |= {"status": "invalid", "faults": error.faults} if invalid else {"status": "failed", "reason": str(error)[:2_000]}
        level = "WARN" if invalid or isinstance(error, InProgress) else "ERROR"
        log(level, "job", **line, error=type(error).__name__, durationMs=_since(started))
        raise
    log("INFO", "job", **line, status="ok", replayed=replayed, durationMs=_since(started))
    return document


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
