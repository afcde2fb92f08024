"""Objects that a request or an event names, read with a bound. What the caller can mend is the caller's fault."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import ClientError, ParamValidationError

from .aws import client, code
from .errors import InvalidRequest, show
from .request import S3Object

MAX_OBJECT_BYTES = 64 * 1024 * 1024
# The caller named what is not there, or what the worker's role may not read. Without s3:ListBucket both look the same.
CALLERS = {
    "NoSuchKey": "there is no such object",
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": "the worker may not read it, or it is not there",
    "InvalidObjectState": "it is archived and has to be restored first",
    "InvalidBucketName": "that is no name of a bucket",
    "KeyTooLongError": "that is no key",
    "PermanentRedirect": "the bucket is in another Region",
}


@dataclass(frozen=True)
class StoredObject:
    content: bytes
    metadata: dict[str, str]
    entity_tag: str


class ObjectReader:
    def __init__(self, own_bucket: str | None):
        self._own_bucket = own_bucket

    def get(self, named: S3Object) -> StoredObject:
        bucket = named.bucket or self._own_bucket
        if bucket is None:
            raise InvalidRequest(["s3.bucket: must be there, the worker has no bucket of its own"])
        where = f"s3 = {show(f'{bucket}/{named.key}')}"
        try:
            answer = client("s3").get_object(Bucket=bucket, Key=named.key)
        except ParamValidationError:
            raise InvalidRequest([f"{where}: that is no name of a bucket and a key"]) from None
        except ClientError as error:
            if code(error) not in CALLERS:
                raise
            raise InvalidRequest([f"{where}: {CALLERS[code(error)]}"]) from None
        if answer["ContentLength"] > MAX_OBJECT_BYTES:
            answer["Body"].close()
            raise InvalidRequest([f"{where}: has {answer['ContentLength']} bytes, at most {MAX_OBJECT_BYTES} are allowed"])
        return StoredObject(answer["Body"].read(), answer["Metadata"], answer["ETag"].strip('"'))

    def content(self, named: S3Object) -> bytes:
        return self.get(named).content
