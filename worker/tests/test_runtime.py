"""The three ways in, and a queue with its dead-letter queue, through the real runtime client."""

import json
import platform
import re

import pytest
from conftest import BUCKET, BUS, TABLE
from emulator import Function

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="AWS's emulator is a Linux program")

ROWS = [{"spend": 10, "visits": 1}, {"spend": 30, "visits": 3}, {"spend": 31, "visits": 3}, {"spend": 11, "visits": 1}]
GOOD = {"analysis": "segments", "rows": ROWS, "segments": 2}
BODY = json.dumps(GOOD)


@pytest.fixture(scope="module")
def function(endpoint):
    with Function(AWS_ENDPOINT_URL=endpoint, RESULTS_BUCKET=BUCKET, RESULTS_BUS=BUS, IDEMPOTENCY_TABLE=TABLE) as function:
        assert function.invoke(GOOD)["status"] == "ok"
        yield function


def test_the_first_request_reports_the_cold_start_as_the_emulator_saw_it(function):
    [job, metrics, *_] = function.json_lines()
    assert (job["message"], job["status"], job["analysis"]) == ("job", "ok", "segments")
    assert (metrics["ColdStart"], metrics["OnDemand"], metrics["FunctionName"]) == (1, 1, "analytics")
    measured = float(re.search(r"INIT REPORT\(durationMs: ([\d.]+)", function.log()).group(1))
    assert metrics["InitMs"] == pytest.approx(measured, rel=0.1, abs=300)


def test_the_synchronous_way_answers_api_gateway(function, aws):
    answer = function.invoke({"httpMethod": "POST", "path": "/analyze", "requestContext": {}, "body": BODY})
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["result"]["assignments"] == [0, 1, 1, 0]
    answer = function.invoke({"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "body": '{"analysis": 1}'})
    assert (answer["statusCode"], json.loads(answer["body"])["faults"]) == (
        400, ["analysis = 1: must be one of propensity, segments, summary"],
    )  # fmt: skip


def test_the_asynchronous_way_stores_the_result_and_raises_failures(function, aws):
    receipt = function.invoke({"id": "e1", "detail-type": "Analyse", "source": "shop", "detail": GOOD})
    assert aws.stored(receipt["resultObject"]["key"])["result"]["assignments"] == [0, 1, 1, 0]
    aws.put("uploads/list.csv", "spend\n1\n2\n")
    event = {"id": "e2", "detail-type": "Object Created", "source": "aws.s3"}
    receipt = function.invoke({**event, "detail": {"bucket": {"name": BUCKET}, "object": {"key": "uploads/list.csv"}}})
    assert aws.stored(receipt["resultObject"]["key"])["result"]["rows"] == 2
    failure = function.invoke({"id": "e3", "detail-type": "Analyse", "source": "shop", "detail": {"analysis": "x"}})
    assert (failure["errorType"], failure["errorMessage"]) == ("InvalidRequest", "analysis = 'x': must be one of propensity, segments, summary")


class EventSourceMapping:
    """What Lambda does with a queue and ReportBatchItemFailures: it deletes what did not fail; the rest comes again."""

    def __init__(self, sqs, queue, function, batch_size):
        self._sqs, self._queue, self._function, self._batch_size = sqs, queue, function, batch_size
        self.attempts = {}

    def poll(self):
        """False if the queue had nothing to give."""
        received = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=self._batch_size, MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        if not received:
            return False
        records = [
            {
                "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
                "attributes": message["Attributes"], "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            }
            for message in received
        ]  # fmt: skip
        for record in records:
            self.attempts.setdefault(record["messageId"], []).append(int(record["attributes"]["ApproximateReceiveCount"]))
        failed = {failure["itemIdentifier"] for failure in self._function.invoke({"Records": records})["batchItemFailures"]}
        for record in records:
            if record["messageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=record["receiptHandle"])
            else:
                # The visibility timeout runs out.
                self._sqs.change_message_visibility(QueueUrl=self._queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0)
        return True


def test_poison_ends_in_the_dead_letter_queue_after_five_tries_and_the_rest_of_its_batch_succeeds(function, aws):
    sqs = aws.client("sqs")
    dead = sqs.create_queue(QueueName="jobs-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
    queue = sqs.create_queue(QueueName="jobs", Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "24"})["QueueUrl"]
    good = [sqs.send_message(QueueUrl=queue, MessageBody=BODY)["MessageId"] for _ in range(7)]
    poison = [
        sqs.send_message(QueueUrl=queue, MessageBody=body)["MessageId"]
        for body in ("not json", json.dumps({"analysis": "segments", "rows": [{"spend": 1}]}), json.dumps({"analysis": "propensity"}))
    ]
    mapping = EventSourceMapping(sqs, queue, function, batch_size=10)
    polls = 0
    while mapping.poll():
        polls += 1
        assert polls < 50

    assert {message: mapping.attempts[message] for message in good} == {message: [1] for message in good}
    assert {message: mapping.attempts[message] for message in poison} == {message: [1, 2, 3, 4, 5] for message in poison}
    moved = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10)["Messages"]
    assert {message["MessageId"] for message in moved} == set(poison)
    for message in good:
        assert aws.stored(f"results/{message}.json")["result"]["assignments"] == [0, 1, 1, 0]
    for message in poison:
        assert aws.stored(f"results/{message}.json")["status"] == "invalid"
    told = aws.published()
    assert sorted(detail["jobId"] for kind, detail in told if kind == "JobSucceeded") == sorted(good)
    assert sorted(detail["jobId"] for kind, detail in told if kind == "JobFailed") == sorted(poison)


def test_a_message_that_is_delivered_twice_is_computed_once(function, aws):
    record = {"messageId": "m-twice", "body": BODY, "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}
    before = len(function.json_lines())
    for _ in range(2):
        assert function.invoke({"Records": [record]}) == {"batchItemFailures": []}
    jobs = [line for line in function.json_lines()[before:] if line.get("message") == "job"]
    assert [line["replayed"] for line in jobs] == [False, True]
