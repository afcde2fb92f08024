import json
import threading
import time

import pytest
from botocore.exceptions import ClientError
from conftest import BUCKET, TABLE

from analytics.errors import InProgress, InvalidRequest
from analytics.services import services_from
from analytics.store import Claim

DOCUMENT = {"requestId": "a", "status": "ok", "analysis": "summary", "result": {"rows": 1}}
FAILED = {"requestId": "a", "status": "failed", "error": "OSError", "reason": "gone"}


@pytest.fixture
def ledger(services):
    return services.ledger


def later(seconds=60):
    return time.time() + seconds


def test_a_finished_request_has_its_document(ledger, aws):
    claim = ledger.claim("a", "f1", later())
    assert isinstance(claim, Claim)
    ledger.finish(claim, DOCUMENT)
    assert ledger.claim("a", "f1", later()) == DOCUMENT
    assert aws.stored("results/a.json")["result"] == {"rows": 1}


def test_a_request_that_is_worked_on_is_not_begun_again(ledger):
    ledger.claim("a", "f1", later())
    with pytest.raises(InProgress, match="request a is being worked on: try again later"):
        ledger.claim("a", "f1", later())
    assert isinstance(ledger.claim("b", "f1", later()), Claim)


def test_a_claim_that_has_expired_is_taken_over_and_its_first_owner_cannot_end_it(ledger):
    dead = ledger.claim("a", "f1", later(-1))
    heir = ledger.claim("a", "f1", later())
    assert isinstance(heir, Claim)
    ledger.abandon(dead, FAILED)
    with pytest.raises(InProgress):
        ledger.claim("a", "f1", later())
    ledger.finish(heir, DOCUMENT)
    assert ledger.claim("a", "f1", later())["status"] == "ok"


def test_an_abandoned_request_can_be_begun_at_once_and_tells_why(ledger, aws):
    ledger.abandon(ledger.claim("a", "f1", later()), FAILED)
    assert aws.stored("results/a.json")["reason"] == "gone"
    # Mended, the request may keep its id.
    assert isinstance(ledger.claim("a", "f2", later()), Claim)


def test_an_id_is_not_taken_for_another_request(ledger):
    ledger.finish(ledger.claim("a", "f1", later()), DOCUMENT)
    with pytest.raises(InvalidRequest, match="requestId = 'a': was used before for another request: use a new one"):
        ledger.claim("a", "f2", later())


def test_of_many_at_once_one_computes(ledger):
    claims, refused = [], []
    gate = threading.Barrier(8)

    def begin():
        gate.wait()
        try:
            claims.append(ledger.claim("a", "f1", later()))
        except InProgress:
            refused.append(1)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(claims), len(refused)) == (1, 7)


def test_a_result_that_is_no_longer_in_the_bucket_is_computed_again(ledger, aws):
    ledger.finish(ledger.claim("a", "f1", later()), DOCUMENT)
    aws.client("s3").delete_object(Bucket=BUCKET, Key="results/a.json")
    assert isinstance(ledger.claim("a", "f1", later()), Claim)


def test_an_object_that_the_role_is_not_told_about_is_gone(aws, monkeypatch):
    ledger = services_from({"RESULTS_BUCKET": BUCKET, "IDEMPOTENCY_TABLE": TABLE}).ledger
    ledger.finish(ledger.claim("a", "f1", later()), DOCUMENT)

    def refused(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no s3:ListBucket"}}, "GetObject")

    monkeypatch.setattr(aws.client("s3"), "get_object", refused)
    assert isinstance(ledger.claim("a", "f1", later()), Claim)


def test_the_tables_record_expires_by_itself_and_a_late_deletion_does_not_matter(aws):
    ledger = services_from({"RESULTS_BUCKET": BUCKET, "IDEMPOTENCY_TABLE": TABLE}).ledger
    ledger.claim("a", "f1", later())
    table = aws.client("dynamodb")
    item = table.get_item(TableName=TABLE, Key={"id": {"S": "a"}})["Item"]
    assert time.time() + 14 * 86_400 < int(item["expiresAt"]["N"]) < time.time() + 16 * 86_400
    table.put_item(TableName=TABLE, Item=item | {"expiresAt": {"N": str(int(time.time()) - 1)}})
    assert isinstance(ledger.claim("a", "f2", later()), Claim)


def test_a_table_without_a_bucket_is_refused():
    with pytest.raises(ValueError, match="IDEMPOTENCY_TABLE needs RESULTS_BUCKET"):
        services_from({"IDEMPOTENCY_TABLE": TABLE, "RESULTS_BUCKET": ""})


def test_a_document_is_strict_json(ledger):
    with pytest.raises(ValueError):
        ledger.finish(ledger.claim("a", "f1", later()), {**DOCUMENT, "result": float("nan")})
    json.dumps(DOCUMENT, allow_nan=False)
