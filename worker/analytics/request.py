"""A request from the outside as typed values. What needs no data is checked here, all faults at once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from .errors import MAX_FAULTS, InvalidRequest, show

MAX_SEGMENTS = 20
MODELS = ("auto", "logistic", "trees")
# A request id names an object in S3 and a log field.
REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
SOURCES = ("rows", "csv", "s3")


@dataclass(frozen=True)
class S3Object:
    """Without a bucket: the worker's own."""

    key: str
    bucket: str | None = None


@dataclass(frozen=True)
class Source:
    """Where rows come from: exactly one of the three is set. `name` is the field to blame for a fault."""

    name: str
    rows: object = None
    csv: object = None
    s3: S3Object | None = None


@dataclass(frozen=True)
class SummaryOptions:
    group_by: str | None = None
    confidence: float = 0.95


@dataclass(frozen=True)
class SegmentsOptions:
    segments: int | None = None
    features: list[str] | None = None


@dataclass(frozen=True)
class PropensityOptions:
    target: str
    positive: str | float | None = None
    features: list[str] | None = None
    model: str = "auto"
    score: Source | None = None


Options = SummaryOptions | SegmentsOptions | PropensityOptions


@dataclass(frozen=True)
class Request:
    analysis: str
    source: Source
    options: Options
    # None: the caller gave none.
    request_id: str | None
    # Tells another request with the same id from the same request once more.
    fingerprint: str


class _Fields:
    """Reads the fields of one object, remembers which are known and what is wrong with them."""

    def __init__(self, raw: dict, path: str = ""):
        self.raw = raw
        self.path = path
        self.known: set[str] = set()
        self.faults: list[str] = []

    def value(self, name: str) -> object:
        self.known.add(name)
        return self.raw.get(name)

    def fault(self, name: str, rule: str) -> None:
        self.faults.append(f"{self.path}{name} = {show(self.raw.get(name))}: {rule}")

    def text(self, name: str, required: bool = False) -> str | None:
        value = self.value(name)
        if (value is None and not required) or (isinstance(value, str) and value):
            return value
        self.fault(name, "must be a text that is not empty")
        return None

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(name, f"must be one of {', '.join(allowed)}")
        return default

    def names(self, name: str) -> list[str] | None:
        value = self.value(name)
        if value is None:
            return None
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.fault(name, "must be a list of at least one field name")
        elif len(set(value)) < len(value):
            self.fault(name, "must not name a field twice")
        return value

    def refuse_others(self, what: str) -> None:
        unknown = sorted(str(key) for key in self.raw.keys() - self.known)
        self.faults += [f"{self.path}{show(key)[1:-1]}: is not a field of {what}" for key in unknown]


def _s3_object(fields: _Fields, name: str) -> S3Object | None:
    raw = fields.value(name)
    if not isinstance(raw, dict):
        fields.fault(name, "must be an object with `key` and, if it is not the worker's own, `bucket`")
        return None
    inner = _Fields(raw, f"{fields.path}{name}.")
    key, bucket = inner.text("key", required=True), inner.text("bucket")
    inner.refuse_others("an S3 object")
    fields.faults += inner.faults
    return S3Object(key, bucket) if key else None


def _source(fields: _Fields) -> Source:
    given = [name for name in SOURCES if fields.value(name) is not None]
    if len(given) != 1:
        found = " and ".join(given) if given else "none"
        fields.faults.append(f"{fields.path}rows, {fields.path}csv, {fields.path}s3: exactly one must be there, found {found}")
        return Source(fields.path + "rows")
    [name] = given
    value = _s3_object(fields, name) if name == "s3" else fields.raw[name]
    return Source(fields.path + name, **{name: value})


def _summary(fields: _Fields) -> SummaryOptions:
    confidence = fields.value("confidence")
    if confidence is None:
        confidence = 0.95
    elif isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0.5 <= confidence <= 0.999:
        fields.fault("confidence", "must be a number from 0.5 to 0.999")
    return SummaryOptions(fields.text("groupBy"), confidence)


def _segments(fields: _Fields) -> SegmentsOptions:
    wanted = fields.value("segments")
    if wanted is not None and (isinstance(wanted, bool) or not isinstance(wanted, int) or not 2 <= wanted <= MAX_SEGMENTS):
        fields.fault("segments", f"must be a whole number from 2 to {MAX_SEGMENTS}")
    return SegmentsOptions(wanted, fields.names("features"))


def _propensity(fields: _Fields) -> PropensityOptions:
    positive = fields.value("positive")
    if positive is not None and not isinstance(positive, (str, bool, int, float)):
        fields.fault("positive", "must be the text or number that the target has where it is to be predicted")
    score = None
    raw = fields.value("score")
    if raw is not None and not isinstance(raw, dict):
        fields.fault("score", f"must be an object with one of {', '.join(SOURCES)}")
    elif raw is not None:
        inner = _Fields(raw, f"{fields.path}score.")
        score = _source(inner)
        inner.refuse_others("rows to score")
        fields.faults += inner.faults
    target = fields.text("target", required=True) or ""
    return PropensityOptions(target, positive, fields.names("features"), fields.choice("model", MODELS, "auto"), score)


OPTIONS = {"summary": _summary, "segments": _segments, "propensity": _propensity}


def _fingerprint(raw: dict) -> str:
    """Of the content, whatever the order of the fields; the id itself is no content."""
    content = {name: value for name, value in raw.items() if name != "requestId"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def check_request_id(value: object) -> str:
    if not isinstance(value, str) or not REQUEST_ID.fullmatch(value):
        raise InvalidRequest(
            [f"requestId = {show(value)}: must have 1 to 128 letters, digits, '.', '_' or '-' and begin with a letter or digit"]
        )
    return value


def parse_request(raw: object) -> Request:
    """Raises InvalidRequest with every fault that can be told without looking at the rows."""
    if not isinstance(raw, dict):
        raise InvalidRequest([f"request = {show(raw)}: must be an object with `analysis` and one of {', '.join(SOURCES)}"])
    fields = _Fields(raw)
    name = fields.value("analysis")
    if not isinstance(name, str) or name not in OPTIONS:
        raise InvalidRequest([f"analysis = {show(name)}: must be one of {', '.join(sorted(OPTIONS))}"])
    request_id = fields.value("requestId")
    if request_id is not None:
        try:
            check_request_id(request_id)
        except InvalidRequest as error:
            fields.faults += error.faults
    source = _source(fields)
    options = OPTIONS[name](fields)
    fields.refuse_others(f"a {name} request")
    if fields.faults:
        raise InvalidRequest(fields.faults[:MAX_FAULTS])
    return Request(name, source, options, request_id, _fingerprint(raw))


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not allowed in JSON")


def parse_json(text: str | bytes, where: str) -> object:
    """JSON without what only Python takes for it. Raises InvalidRequest."""
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(decoded, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        shown = text[:60].decode("utf-8", "replace") if isinstance(text, bytes) else text[:60]
        raise InvalidRequest([f"{where} = {show(shown)}: must be JSON: {reason}"]) from None
