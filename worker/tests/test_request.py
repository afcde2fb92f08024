import json
import re

import pytest

from analytics.errors import InvalidRequest
from analytics.request import MAX_SEGMENTS, PropensityOptions, S3Object, SegmentsOptions, Source, SummaryOptions, parse_json, parse_request

ROWS = [{"spend": 10.0}, {"spend": 20.0}]


def faults_of(raw):
    with pytest.raises(InvalidRequest) as caught:
        parse_request(raw)
    return caught.value.faults


def test_requests_become_typed_values():
    request = parse_request({"analysis": "summary", "rows": ROWS, "groupBy": "plan", "confidence": 0.9, "requestId": "a-1"})
    assert request.options == SummaryOptions("plan", 0.9)
    assert (request.request_id, request.source) == ("a-1", Source("rows", rows=ROWS))
    assert parse_request({"analysis": "segments", "csv": "a\n1"}).options == SegmentsOptions(None, None)
    raw = {"analysis": "propensity", "s3": {"bucket": "b", "key": "k"}, "target": "bought", "score": {"rows": ROWS}}
    request = parse_request(raw)
    assert request.source == Source("s3", s3=S3Object("k", "b"))
    assert request.options == PropensityOptions("bought", score=Source("score.rows", rows=ROWS))


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (None, "request = None: must be an object"),
        ([], "request = []: must be an object"),
        ({}, "analysis = None: must be one of propensity, segments, summary"),
        ({"analysis": ["summary"], "rows": ROWS}, "analysis = ['summary']: must be one of"),
        ({"analysis": "forecast", "rows": ROWS}, "analysis = 'forecast': must be one of"),
        ({"analysis": "summary"}, "rows, csv, s3: exactly one must be there, found none"),
        ({"analysis": "summary", "rows": ROWS, "csv": "a"}, "rows, csv, s3: exactly one must be there, found rows and csv"),
        ({"analysis": "summary", "rows": ROWS, "segments": 2}, "segments: is not a field of a summary request"),
        ({"analysis": "segments", "rows": ROWS, "clusters": 2}, "clusters: is not a field of a segments request"),
        ({"analysis": "summary", "rows": ROWS, "requestId": "../x"}, "requestId = '../x': must have 1 to 128 letters"),
        ({"analysis": "summary", "rows": ROWS, "requestId": ""}, "requestId = '': must have"),
        ({"analysis": "summary", "rows": ROWS, "requestId": 7}, "requestId = 7: must have"),
        ({"analysis": "summary", "rows": ROWS, "requestId": "a" * 129}, "requestId = 'aaa"),
        ({"analysis": "summary", "rows": ROWS, "groupBy": 3}, "groupBy = 3: must be a text"),
        ({"analysis": "summary", "rows": ROWS, "confidence": 95}, "confidence = 95: must be a number from 0.5 to 0.999"),
        ({"analysis": "summary", "rows": ROWS, "confidence": True}, "confidence = True: must be a number"),
        ({"analysis": "summary", "s3": "s3://b/k"}, "s3 = 's3://b/k': must be an object with `key`"),
        ({"analysis": "summary", "s3": {"bucket": "b"}}, "s3.key = None: must be a text"),
        ({"analysis": "summary", "s3": {"key": "k", "region": "x"}}, "s3.region: is not a field of an S3 object"),
        ({"analysis": "propensity", "rows": ROWS}, "target = None: must be a text"),
        ({"analysis": "propensity", "rows": ROWS, "target": "t", "model": "gpt"}, "model = 'gpt': must be one of auto, logistic, trees"),
        ({"analysis": "propensity", "rows": ROWS, "target": "t", "positive": [1]}, "positive = [1]: must be the text or number"),
        ({"analysis": "propensity", "rows": ROWS, "target": "t", "score": ROWS}, "score = [{'spend'"),
        ({"analysis": "propensity", "rows": ROWS, "target": "t", "score": {}}, "score.rows, score.csv, score.s3: exactly one"),
        ({"analysis": "segments", "rows": ROWS, "features": []}, "features = []: must be a list of at least one field name"),
        ({"analysis": "segments", "rows": ROWS, "features": "spend"}, "features = 'spend': must be a list"),
        ({"analysis": "segments", "rows": ROWS, "features": [1]}, "features = [1]: must be a list"),
        ({"analysis": "segments", "rows": ROWS, "features": ["a", "a"]}, "features = ['a', 'a']: must not name a field twice"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_what_it_must_be(raw, fault):
    assert faults_of(raw)[0].startswith(fault)


@pytest.mark.parametrize("wanted", [1, 0, -3, MAX_SEGMENTS + 1, 2.5, True, "3", [3]])
def test_the_number_of_segments_is_checked(wanted):
    assert faults_of({"analysis": "segments", "rows": ROWS, "segments": wanted}) == [
        f"segments = {wanted!r}: must be a whole number from 2 to {MAX_SEGMENTS}"
    ]


def test_all_faults_are_told_at_once():
    assert len(faults_of({"analysis": "segments", "segments": 0, "features": 1, "colour": 1, "requestId": "?"})) == 5


def test_the_fingerprint_is_of_the_content_alone():
    first = parse_request({"analysis": "summary", "rows": ROWS, "requestId": "a"})
    second = parse_request({"requestId": "b", "rows": ROWS, "analysis": "summary"})
    assert first.fingerprint == second.fingerprint
    assert parse_request({"analysis": "summary", "rows": ROWS[:1]}).fingerprint != first.fingerprint


@pytest.mark.parametrize(
    "text", ["", "{", "nope", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000, "1" * 5_000, b"\xff\xfe", '{"a": 1} trailing']
)
def test_what_is_no_json_is_refused_briefly(text):
    with pytest.raises(InvalidRequest, match="^" + re.escape("body = ")) as caught:
        parse_json(text, "body")
    assert len(caught.value.faults[0]) < 300


def test_json_with_a_byte_order_mark_is_read():
    assert parse_json(b"\xef\xbb\xbf" + json.dumps({"a": "ä"}).encode(), "body") == {"a": "ä"}
