import base64
import json
import time

import pytest
from conftest import BUCKET

from analytics import jobs, way_api
from analytics.services import Services, services_from
from analytics.way_api import handle_api, handle_direct

GOOD = {"analysis": "summary", "rows": [{"spend": 1}, {"spend": 3}]}


def rest(body, **fields):
    return {"httpMethod": "POST", "path": "/analyze", "requestContext": {"requestId": "r"}, "isBase64Encoded": False, "body": body, **fields}


def http(body, **fields):
    return {"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "isBase64Encoded": False, "body": body, **fields}


@pytest.fixture
def plain():
    return services_from({})


@pytest.mark.parametrize("form", [rest, http])
@pytest.mark.parametrize("encoded", [False, True])
def test_a_request_is_answered_in_the_form_of_api_gateway(form, encoded, plain, invocation):
    body = json.dumps(GOOD)
    event = form(base64.b64encode(body.encode()).decode(), isBase64Encoded=True) if encoded else form(body)
    answer = handle_api(event, 30, plain, invocation)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "application/json")
    document = json.loads(answer["body"])
    assert (document["status"], document["result"]["columns"]["spend"]["mean"]) == ("ok", 2)
    assert (invocation.succeeded, invocation.failed) == (1, 0)


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (rest(None), "body: must be there"),
        (rest(""), "body: must be there"),
        (rest("{"), "body = '{': must be JSON"),
        (rest("%%%", isBase64Encoded=True), "body: is said to be base64 but is not"),
        (rest("[]"), "request = []: must be an object"),
        (rest('{"analysis": "summary", "rows": [{"a": 1e999}]}'), "rows[0].a = inf: must be a number"),
        (rest('{"analysis": "summary", "s3": {"key": "k"}}'), "s3.bucket: must be there"),
    ],
)
def test_a_callers_mistake_is_400_with_the_faults(event, fault, plain, invocation):
    answer = handle_api(event, 30, plain, invocation)
    assert answer["statusCode"] == 400
    document = json.loads(answer["body"])
    assert document["status"] == "invalid"
    assert document["faults"][0].startswith(fault)
    assert invocation.failed == 1


def test_the_same_id_has_the_same_answer_and_is_computed_once(services, invocation, computed):
    event = rest(json.dumps(GOOD | {"requestId": "order-7"}))
    first, second = handle_api(event, 30, services, invocation), handle_api(event, 30, services, invocation)
    assert first == second
    assert json.loads(first["body"])["requestId"] == "order-7"
    assert "fingerprint" not in first["body"]
    assert len(computed) == 1


def test_an_id_that_is_worked_on_is_409_and_one_of_another_request_400(services, invocation):
    services.ledger.claim("order-7", jobs.parse_request(GOOD).fingerprint, time.time() + 60)
    answer = handle_api(rest(json.dumps(GOOD | {"requestId": "order-7"})), 30, services, invocation)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (409, "5")
    handle_api(rest(json.dumps(GOOD | {"requestId": "order-8"})), 30, services, invocation)
    other = {**GOOD, "rows": [{"spend": 5}], "requestId": "order-8"}
    assert handle_api(rest(json.dumps(other)), 30, services, invocation)["statusCode"] == 400


def endless(*_):
    while True:
        pass


def test_work_stops_before_api_gateway_and_lambda_do(plain, invocation, monkeypatch):
    monkeypatch.setattr(jobs, "analyse", endless)
    answer = handle_api(rest(json.dumps(GOOD)), 0.3, plain, invocation)
    assert answer["statusCode"] == 504
    assert json.loads(answer["body"])["reason"].startswith("stopped after ")
    monkeypatch.setattr(way_api, "API_SECONDS", 0.2)
    assert handle_api(rest(json.dumps(GOOD)), 900, plain, invocation)["statusCode"] == 504


def test_an_answer_that_lambda_could_not_return_is_413(plain, invocation, monkeypatch):
    monkeypatch.setattr(way_api, "MAX_ANSWER_BYTES", 100)
    answer = handle_api(rest(json.dumps(GOOD)), 30, plain, invocation)
    assert answer["statusCode"] == 413
    assert "send it as a job instead" in answer["body"]


def test_a_bug_is_not_disguised_as_an_answer(plain, invocation, monkeypatch):
    monkeypatch.setattr(jobs, "analyse", lambda *_: 1 / 0)
    for handle, event in ((handle_api, rest(json.dumps(GOOD))), (handle_direct, GOOD)):
        with pytest.raises(ZeroDivisionError):
            handle(event, 30, plain, invocation)
    assert invocation.failed == 2


def test_a_request_by_itself_is_answered_with_its_document(plain, invocation):
    document = handle_direct(GOOD, 30, plain, invocation)
    assert (document["status"], document["result"]["rows"]) == ("ok", 2)
    assert handle_direct({**GOOD, "rows": 1}, 30, plain, invocation) == {
        "requestId": None, "status": "invalid", "faults": ["rows = 1: must be a list of at least one object"],
    }  # fmt: skip


def test_rows_come_from_an_object(aws, invocation):
    services = services_from({"RESULTS_BUCKET": BUCKET})
    aws.put("data/a.csv", "spend\n1\n3\n")
    aws.put("data/b.json", [{"spend": 1}, {"spend": 3}])
    aws.put("data/c.json", {"rows": [{"spend": 1}, {"spend": 3}]})
    for key in ("data/a.csv", "data/b.json", "data/c.json"):
        document = handle_direct({"analysis": "summary", "s3": {"key": key, "bucket": BUCKET}}, 30, services, invocation)
        assert document["result"]["columns"]["spend"]["mean"] == 2


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        ({"key": "none.csv"}, "s3 = 'worker-bucket/none.csv': there is no such object"),
        ({"key": "k", "bucket": "nowhere-at-all"}, "s3 = 'nowhere-at-all/k': there is no such bucket"),
        ({"key": "k", "bucket": "no/bucket"}, "s3 = 'no/bucket/k': that is no name of a bucket and a key"),
        ({"key": "large.csv"}, "s3 = 'worker-bucket/large.csv': has 12 bytes, at most 11 are allowed"),
        ({"key": "latin.csv"}, "s3: must be UTF-8, byte 3 is not"),
        ({"key": "empty"}, "s3 = '': must be a text with a header line"),
        ({"key": "text.json"}, "s3 = '[1,': must be JSON"),
        ({"key": "other.json"}, "s3 = None: must be a list of at least one object"),
    ],
)
def test_an_object_that_cannot_be_used_is_named(named, fault, aws, invocation, monkeypatch):
    monkeypatch.setattr("analytics.objects.MAX_OBJECT_BYTES", 11)
    aws.put("large.csv", "spend\n123456")
    aws.put("latin.csv", b"a\n\n\xe4\n")
    aws.put("empty", "")
    aws.put("text.json", "[1,")
    aws.put("other.json", {"data": 1})
    document = handle_direct({"analysis": "summary", "s3": named}, 30, services_from({"RESULTS_BUCKET": BUCKET}), invocation)
    assert document["faults"][0].startswith(fault)


def test_what_the_role_may_not_read_is_the_callers_fault(invocation, monkeypatch):
    from botocore.exceptions import ClientError

    def refused(**_):
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    monkeypatch.setattr("analytics.objects.client", lambda _: type("S3", (), {"get_object": staticmethod(refused)}))
    event = {"analysis": "summary", "s3": {"bucket": "b", "key": "k"}}
    services: Services = services_from({})
    code = "AccessDenied"
    assert handle_direct(event, 30, services, invocation)["faults"] == ["s3 = 'b/k': the worker may not read it, or it is not there"]
    code = "SlowDown"
    with pytest.raises(ClientError):
        handle_direct(event, 30, services, invocation)
