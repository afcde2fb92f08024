"""Results by request id, and the claims that let a request be computed once, whoever else has it at the same moment."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Protocol

from botocore.exceptions import ClientError

from .aws import client, code
from .errors import InProgress, InvalidRequest
from .request import parse_json

# Longer than SQS keeps a message, so that no redelivery finds its record gone.
RECORD_SECONDS = 15 * 24 * 3600
# S3's answers to a conditional write that another writer was faster with.
LOST = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
ABSENT = frozenset({"NoSuchKey", "404"})
# What S3 says instead of NoSuchKey to a role without s3:ListBucket, as the worker's is.
HIDDEN = frozenset({"AccessDenied", "403"})


@dataclass(frozen=True)
class Claim:
    """The right to compute a request until a time (Unix seconds); then it is taken to have died."""

    request_id: str
    fingerprint: str
    until: float
    # Tells this claim from the one of another invocation.
    token: str


class Ledger(Protocol):
    def claim(self, request_id: str, fingerprint: str, until: float) -> Claim | dict:
        """A claim, or the finished document. Raises InProgress, or InvalidRequest if the id was another request's."""

    def finish(self, claim: Claim, document: dict) -> None:
        """Stores the document and ends the claim."""

    def abandon(self, claim: Claim, document: dict) -> None:
        """Stores why there is no result and lets the next try begin at once."""


def _new_claim(request_id: str, fingerprint: str, until: float) -> Claim:
    return Claim(request_id, fingerprint, until, uuid.uuid4().hex)


def _check(fingerprint: object, claim: Claim) -> None:
    if fingerprint != claim.fingerprint:
        raise InvalidRequest([f"requestId = {claim.request_id!r}: was used before for another request: use a new one"])


def _without_fingerprint(document: dict) -> dict:
    return {name: value for name, value in document.items() if name != "fingerprint"}


def _busy(claim: Claim) -> InProgress:
    return InProgress(f"request {claim.request_id} is being worked on: try again later")


class Results:
    """JSON documents in a bucket, one per id."""

    def __init__(self, bucket: str):
        self.bucket = bucket

    @staticmethod
    def key(request_id: str) -> str:
        return f"results/{request_id}.json"

    def write(self, request_id: str, document: dict, **condition: str) -> None:
        body = json.dumps(document, allow_nan=False).encode()
        client("s3").put_object(
            Bucket=self.bucket, Key=self.key(request_id), Body=body, ContentType="application/json", **condition
        )

    def read(self, request_id: str) -> tuple[dict, str] | None:
        """The document and its entity tag; None if there is none that may be read."""
        try:
            answer = client("s3").get_object(Bucket=self.bucket, Key=self.key(request_id))
        except ClientError as error:
            if code(error) in ABSENT | HIDDEN:
                return None
            raise
        return parse_json(answer["Body"].read(), self.key(request_id)), answer["ETag"]


class S3Ledger:
    """
    The result's own object is the record: a document with status `running` is the claim. Made and taken over by
    conditional writes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """

    def __init__(self, results: Results):
        self._results = results

    def claim(self, request_id: str, fingerprint: str, until: float) -> Claim | dict:
        claim = _new_claim(request_id, fingerprint, until)
        if self._write(claim, IfNoneMatch="*"):
            return claim
        found = self._results.read(request_id)
        if found is None:
            raise _busy(claim)
        document, tag = found
        if document["status"] == "ok":
            _check(document["fingerprint"], claim)
            return _without_fingerprint(document)
        if document["status"] == "running" and document["until"] > time.time():
            _check(document["fingerprint"], claim)
            raise _busy(claim)
        if not self._write(claim, IfMatch=tag):
            raise _busy(claim)
        return claim

    def _write(self, claim: Claim, **condition: str) -> bool:
        document = {
            "requestId": claim.request_id, "status": "running", "until": claim.until, "fingerprint": claim.fingerprint, "token": claim.token,
        }  # fmt: skip
        try:
            self._results.write(claim.request_id, document, **condition)
        except ClientError as error:
            if code(error) in LOST | ABSENT:
                return False
            raise
        return True

    def finish(self, claim: Claim, document: dict) -> None:
        self._results.write(claim.request_id, {**document, "fingerprint": claim.fingerprint})

    def abandon(self, claim: Claim, document: dict) -> None:
        found = self._results.read(claim.request_id)
        if found is None or found[0].get("token") != claim.token:
            return
        try:
            self._results.write(claim.request_id, {**document, "fingerprint": claim.fingerprint}, IfMatch=found[1])
        except ClientError as error:
            if code(error) not in LOST | ABSENT:
                raise


class TableLedger:
    """Claims in a DynamoDB table (key `id`, time to live `expiresAt`), results in the bucket."""

    def __init__(self, table: str, results: Results):
        self._table = table
        self._results = results

    def claim(self, request_id: str, fingerprint: str, until: float) -> Claim | dict:
        claim = _new_claim(request_id, fingerprint, until)
        now = time.time()
        # A record whose time to live has passed may still be there for days.
        if self._put(claim, now, "attribute_not_exists(id) OR expiresAt < :now OR (#status = :running AND #until < :now)"):
            return claim
        answer = client("dynamodb").get_item(TableName=self._table, Key={"id": {"S": request_id}}, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            raise _busy(claim)
        _check(item["fingerprint"]["S"], claim)
        if item["status"]["S"] == "running":
            raise _busy(claim)
        found = self._results.read(request_id)
        if found is not None and found[0]["status"] == "ok":
            return _without_fingerprint(found[0])
        # The bucket no longer has it: compute it again.
        if self._put(claim, now, "#token = :seen AND #status <> :running", seen=item["token"]["S"]):
            return claim
        raise _busy(claim)

    def _put(self, claim: Claim, now: float, condition: str, seen: str | None = None) -> bool:
        item = {
            "id": {"S": claim.request_id},
            "status": {"S": "running"},
            "until": {"N": f"{claim.until:.3f}"},
            "fingerprint": {"S": claim.fingerprint},
            "token": {"S": claim.token},
            "expiresAt": {"N": str(int(now) + RECORD_SECONDS)},
        }
        names = {name: name[1:] for name in ("#status", "#until", "#token") if name in condition}
        values = {":running": {"S": "running"}, ":now": {"N": f"{now:.3f}"}, ":seen": {"S": seen or ""}}
        used = {name: value for name, value in values.items() if name in condition}
        try:
            client("dynamodb").put_item(
                TableName=self._table, Item=item, ConditionExpression=condition, ExpressionAttributeNames=names, ExpressionAttributeValues=used
            )
        except ClientError as error:
            if code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _update(self, claim: Claim, expression: str, values: dict) -> None:
        """Does nothing if the claim was taken over meanwhile."""
        try:
            client("dynamodb").update_item(
                TableName=self._table,
                Key={"id": {"S": claim.request_id}},
                UpdateExpression=expression,
                ConditionExpression="#token = :token",
                ExpressionAttributeNames={"#token": "token"} | {name: name[1:] for name in ("#status", "#until") if name in expression},
                ExpressionAttributeValues={":token": {"S": claim.token}, **values},
            )
        except ClientError as error:
            if code(error) != "ConditionalCheckFailedException":
                raise

    def finish(self, claim: Claim, document: dict) -> None:
        self._results.write(claim.request_id, {**document, "fingerprint": claim.fingerprint})
        self._update(claim, "SET #status = :done", {":done": {"S": "done"}})

    def abandon(self, claim: Claim, document: dict) -> None:
        self._results.write(claim.request_id, {**document, "fingerprint": claim.fingerprint})
        self._update(claim, "SET #until = :zero", {":zero": {"N": "0"}})
