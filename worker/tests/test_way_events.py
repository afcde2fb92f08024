import json

import pytest
from conftest import BUCKET

from analytics.errors import InvalidRequest
from analytics.services import services_from
from analytics.way_events import handle_event, upload_id

ROWS = [{"spend": 1}, {"spend": 3}]
GOOD = {"analysis": "summary", "rows": ROWS}
EVENT_ID = "6a7e8feb-b491-4cf7-a9f1-bf3703467718"


def event(detail, **fields):
    return {"version": "0", "id": EVENT_ID, "detail-type": "Analyse", "source": "shop", "detail": detail, **fields}


def created(key):
    return event({"bucket": {"name": BUCKET}, "object": {"key": key}}, source="aws.s3", **{"detail-type": "Object Created"})


def notified(*keys):
    return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}} for key in keys]}


@pytest.fixture
def handle(services, invocation):
    return lambda incoming: handle_event(incoming, 30, services, invocation)


def test_an_event_is_answered_with_the_place_of_its_result(handle, aws):
    assert handle(event(GOOD)) == {
        "requestId": EVENT_ID, "status": "ok", "analysis": "summary", "resultObject": {"bucket": BUCKET, "key": f"results/{EVENT_ID}.json"},
    }  # fmt: skip
    assert aws.stored(f"results/{EVENT_ID}.json")["result"]["rows"] == 2


def test_an_event_that_comes_twice_is_computed_once(handle, computed):
    assert handle(event(GOOD)) == handle(event(GOOD))
    assert len(computed) == 1
    assert handle(event(GOOD | {"requestId": "own"}))["requestId"] == "own"


def test_without_a_bucket_the_answer_is_the_result(invocation):
    assert handle_event(event(GOOD), 30, services_from({}), invocation)["result"]["rows"] == 2


def test_a_mistake_is_raised_so_that_the_destination_for_failures_is_called(handle, invocation):
    with pytest.raises(InvalidRequest, match="analysis = 'x': must be one of"):
        handle(event({"analysis": "x"}))
    with pytest.raises(InvalidRequest, match="requestId = '../../x'"):
        handle(event(GOOD, id="../../x"))
    assert invocation.failed == 2


@pytest.mark.parametrize("form", [created, notified])
@pytest.mark.parametrize(
    ("body", "metadata", "analysis"),
    [
        (GOOD, {}, "summary"),
        ("spend\n1\n3\n", {}, "summary"),
        (ROWS, {}, "summary"),
        ("x\n1\n2\n8\n9\n", {"request": '{"analysis": "segments", "segments": 2}'}, "segments"),
    ],
)
def test_an_upload_is_a_request_or_a_table(form, body, metadata, analysis, handle, aws):
    aws.put("uploads/spring/list", body, **metadata)
    receipt = handle(form("uploads/spring/list"))
    assert receipt["analysis"] == analysis
    assert receipt["requestId"].startswith("spring-list-")
    assert aws.stored(receipt["resultObject"]["key"])["status"] == "ok"


def test_the_same_content_under_the_same_name_is_computed_once(handle, aws, computed):
    for _ in range(2):
        aws.put("uploads/a.json", GOOD)
        receipt = handle(created("uploads/a.json"))
    assert len(computed) == 1
    aws.put("uploads/a.json", {**GOOD, "rows": [{"spend": 9}]})
    assert handle(created("uploads/a.json"))["requestId"] != receipt["requestId"]


def test_a_notifications_key_is_decoded(handle, aws):
    aws.put("uploads/a b+ü.csv", "x\n1\n")
    assert handle(notified("uploads/a+b%2B%C3%BC.csv"))["status"] == "ok"


def test_a_result_in_the_same_bucket_is_no_upload(handle, aws, computed):
    aws.put("results/x.json", GOOD)
    assert handle(created("results/x.json")) == {"status": "ignored", "key": "results/x.json"}
    assert computed == []


def test_of_several_uploads_the_good_ones_are_kept_when_one_fails(handle, aws, computed):
    aws.put("uploads/a.csv", "x\n1\n")
    aws.put("uploads/c.csv", "x\n2\n")
    with pytest.raises(InvalidRequest, match="there is no such object"):
        handle(notified("uploads/a.csv", "uploads/b.csv", "uploads/c.csv"))
    assert len([key for key in aws.keys() if key.startswith("results/")]) == 2
    aws.put("uploads/b.csv", "x\n3\n")
    assert len(handle(notified("uploads/a.csv", "uploads/b.csv", "uploads/c.csv"))["results"]) == 3
    assert len(computed) == 3


@pytest.mark.parametrize(
    ("body", "metadata", "fault"),
    [
        (b"\xff\xfe", {}, "uploads/x: must be UTF-8, byte 0 is not"),
        ("{", {}, "uploads/x = '{': must be JSON"),
        ("a\n1\n", {"request": "summary"}, "uploads/x metadata request = 'summary': must be JSON"),
        ("a\n1\n", {"request": "[]"}, r"uploads/x metadata request = \[\]: must be an object"),
        ("a\n1\n", {"request": json.dumps({"analysis": "summary", "rows": []})}, "rows, csv, s3: exactly one must be there"),
    ],
)
def test_an_upload_that_cannot_be_used_is_named(body, metadata, fault, handle, aws):
    aws.put("uploads/x", body, **metadata)
    with pytest.raises(InvalidRequest, match=fault):
        handle(created("uploads/x"))


@pytest.mark.parametrize(
    ("key", "expected"),
    [("uploads/a.csv", "a.csv-0123456789ab"), ("uploads/../x", "x-0123456789ab"), ("uploads/", "upload-0123456789ab"), ("uploads/ü/ö", "upload-0123456789ab")],
)
def test_the_id_of_an_upload_is_a_name_for_an_object(key, expected):
    assert upload_id(key, "0123456789abcdef") == expected
    assert len(upload_id("uploads/" + "n" * 900, "0123456789abcdef")) <= 128
