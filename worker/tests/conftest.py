"""As in the image: several threads on a busy machine spend their time waiting for each other."""

import json
import os
from types import SimpleNamespace
from urllib.request import Request, urlopen

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
for name in ("RESULTS_BUCKET", "RESULTS_BUS", "IDEMPOTENCY_TABLE", "AWS_LAMBDA_INITIALIZATION_TYPE"):
    os.environ.pop(name, None)

import pytest

BUCKET, TABLE, BUS = "worker-bucket", "worker-claims", "worker-bus"


@pytest.fixture(scope="session")
def endpoint():
    """A local AWS with S3, SQS, DynamoDB and EventBridge."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
    yield os.environ["AWS_ENDPOINT_URL"]
    server.stop()


class LocalAws:
    """The local AWS, with what infra/template.yaml gives the worker. Events on the bus can be read from a queue."""

    def __init__(self):
        from analytics.aws import client

        self.client = client
        client("s3").create_bucket(Bucket=BUCKET)
        client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.outcomes = self._queue("outcomes")
        events = client("events")
        events.create_event_bus(Name=BUS)
        events.put_rule(Name="outcomes", EventBusName=BUS, EventPattern=json.dumps({"source": ["prewarm.worker"]}))
        arn = client("sqs").get_queue_attributes(QueueUrl=self.outcomes, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_targets(Rule="outcomes", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])

    def _queue(self, name, **attributes):
        return self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def published(self):
        """(detail-type, detail) of the events on the bus since the last look."""
        found = []
        while messages := self.client("sqs").receive_message(QueueUrl=self.outcomes, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                assert event["source"] == "prewarm.worker"
                found.append((event["detail-type"], event["detail"]))
                self.client("sqs").delete_message(QueueUrl=self.outcomes, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda item: item[1]["jobId"])

    def put(self, key, body, **metadata):
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body if isinstance(body, (str, bytes)) else json.dumps(body), Metadata=metadata)

    def stored(self, key):
        return json.loads(self.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def keys(self):
        return [item["Key"] for item in self.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.fixture
def aws(endpoint):
    urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    return LocalAws()


@pytest.fixture(params=["objects", "table"])
def services(request, aws):
    """Both kinds of record of what is being worked on."""
    from analytics.services import services_from

    variables = {"RESULTS_BUCKET": BUCKET, "RESULTS_BUS": BUS}
    return services_from(variables | ({"IDEMPOTENCY_TABLE": TABLE} if request.param == "table" else {}))


@pytest.fixture
def invocation():
    return SimpleNamespace(aws_request_id="aws-1", succeeded=0, failed=0)


@pytest.fixture
def computed(monkeypatch):
    """The requests that were computed, as opposed to answered from the record."""
    from analytics import jobs

    requests = []
    analyse = jobs.analyse

    def counted(request, read_object):
        requests.append(request)
        return analyse(request, read_object)

    monkeypatch.setattr(jobs, "analyse", counted)
    return requests
