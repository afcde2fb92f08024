"""From a typed request to its result. Deterministic: the same request on the same data has the same result."""

from __future__ import annotations

from collections.abc import Callable

from .delimited import parse_csv
from .errors import InvalidRequest
from .propensity import propensity
from .request import PropensityOptions, Request, S3Object, SegmentsOptions, Source, SummaryOptions, parse_json
from .segmentation import segment
from .summary import summarise
from .table import Table, parse_rows

# Reads an object as bytes or raises InvalidRequest.
ReadObject = Callable[[S3Object], bytes]


def _parse_object(content: bytes, where: str) -> Table:
    """JSON, a list of rows or an object with `rows`, by its first character; else CSV."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        raw = parse_json(content, where)
        return parse_rows(raw.get("rows") if isinstance(raw, dict) else raw, where)
    try:
        return parse_csv(content.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise InvalidRequest([f"{where}: must be UTF-8, byte {error.start} is not"]) from None


def load(source: Source, read_object: ReadObject) -> Table:
    if source.s3 is not None:
        return _parse_object(read_object(source.s3), source.name)
    return parse_csv(source.csv, source.name) if source.csv is not None else parse_rows(source.rows, source.name)


def analyse(request: Request, read_object: ReadObject) -> dict:
    """Raises InvalidRequest for what only the data tell."""
    table = load(request.source, read_object)
    match request.options:
        case SummaryOptions() as options:
            return summarise(table, options)
        case SegmentsOptions() as options:
            return segment(table, options)
        case PropensityOptions() as options:
            scored = load(options.score, read_object) if options.score is not None else None
            return propensity(table, options, scored)
