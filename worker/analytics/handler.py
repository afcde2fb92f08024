"""The entry point that Lambda calls."""

from __future__ import annotations

import json
import time

from .segmentation import segment
from .summary import summarise
from .table import InvalidRequest, Table, parse_rows, show


def _summary(table: Table, _request: dict) -> dict:
    return summarise(table)


def _segments(table: Table, request: dict) -> dict:
    return segment(table, request.get("segments"), request.get("features"))


# analysis -> what it does, and the fields that it takes besides `analysis` and `rows`
ANALYSES = {
    "summary": (_summary, frozenset()),
    "segments": (_segments, frozenset({"segments", "features"})),
}


def analyse(request: object) -> dict:
    """
    Runs one request: `{"analysis": "summary" | "segments", "rows": [{...}, ...], ...}`. Raises InvalidRequest with every
    fault that can be told at once.
    """
    if not isinstance(request, dict):
        raise InvalidRequest([f"request = {show(request)}: must be an object with `analysis` and `rows`"])
    name = request.get("analysis")
    if not isinstance(name, str) or name not in ANALYSES:
        raise InvalidRequest([f"analysis = {show(name)}: must be one of {', '.join(sorted(ANALYSES))}"])
    run, options = ANALYSES[name]
    unknown = sorted(str(key) for key in request.keys() - options - {"analysis", "rows"})
    if unknown:
        raise InvalidRequest([f"{key}: is not a field of a {name} request" for key in unknown])
    return run(parse_rows(request.get("rows")), request)


def handler(event: object, _context: object) -> dict:
    """
    Answers `{"status": "ok", "result"}`, or `{"status": "invalid", "faults"}` for a request that no retry can mend.
    Anything else is raised, so that Lambda reports it. Logs one line of JSON.
    """
    started = time.perf_counter()
    try:
        answer = {"status": "ok", "result": analyse(event)}
    except InvalidRequest as error:
        answer = {"status": "invalid", "faults": error.faults}
    line = {"message": "analysis", "status": answer["status"], "faults": answer.get("faults", [])}
    if answer["status"] == "ok":
        line["analysis"] = event["analysis"]
    line["durationMs"] = round((time.perf_counter() - started) * 1000, 1)
    print(json.dumps(line))
    return answer
