import json
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from conftest import BUCKET

from analytics import jobs, way_queue
from analytics.errors import DeadlineExceeded
from analytics.services import services_from
from analytics.store import Results
from analytics.way_queue import handle_queue, is_queue_event

GOOD = {"analysis": "summary", "rows": [{"spend": 1}, {"spend": 3}]}
BAD = {"analysis": "segments", "rows": [{"spend": 1}]}


def record(message_id, body, attempt=1):
    return {
        "messageId": message_id,
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(attempt)},
        "eventSource": "aws:sqs",
    }


@pytest.fixture
def handle(services, invocation):
    def run(*records, seconds=30.0):
        answer = handle_queue({"Records": list(records)}, seconds, services, invocation)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return run


def test_each_message_fails_or_succeeds_by_itself(handle, aws, invocation):
    bad = [record("m2", "{"), record("m4", BAD), record("m5", "null"), record("m6", '{"analysis": NaN}')]
    assert handle(record("m1", GOOD), *bad, record("m3", GOOD)) == ["m2", "m4", "m5", "m6"]
    assert (invocation.succeeded, invocation.failed) == (2, 4)
    assert aws.stored("results/m1.json")["result"]["columns"]["spend"]["mean"] == 2
    assert aws.stored("results/m4.json")["faults"] == ["rows: 1 different complete rows are too few, segments need at least 3"]
    assert [(kind, detail["jobId"]) for kind, detail in aws.published()] == [
        ("JobSucceeded", "m1"), ("JobFailed", "m2"), ("JobSucceeded", "m3"), ("JobFailed", "m4"), ("JobFailed", "m5"), ("JobFailed", "m6"),
    ]  # fmt: skip


def test_an_event_says_where_the_result_is(handle, aws):
    handle(record("m1", GOOD))
    [(_, detail)] = aws.published()
    assert detail == {
        "requestId": "m1", "status": "ok", "analysis": "summary", "jobId": "m1", "attempt": 1,
        "resultObject": {"bucket": BUCKET, "key": "results/m1.json"},
    }  # fmt: skip


def test_a_request_with_an_id_of_its_own_is_found_by_both(handle, aws):
    handle(record("m1", GOOD | {"requestId": "order-7"}), record("m2", BAD | {"requestId": "order-8"}))
    assert aws.stored("results/m1.json")["result"] == aws.stored("results/order-7.json")["result"]
    assert aws.stored("results/m2.json")["faults"] == aws.stored("results/order-8.json")["faults"]


def test_a_message_that_comes_twice_is_computed_once_and_told_again(handle, aws, computed):
    assert handle(record("m1", GOOD), record("m1", GOOD)) == []
    before = aws.stored("results/m1.json")
    assert handle(record("m1", GOOD, attempt=2)) == []
    assert len(computed) == 1
    assert aws.stored("results/m1.json") == before
    assert [kind for kind, _ in aws.published()] == ["JobSucceeded"] * 3


def test_the_same_request_in_two_messages_is_computed_once(handle, aws, computed):
    request = GOOD | {"requestId": "order-7"}
    assert handle(record("m1", request), record("m2", request)) == []
    assert len(computed) == 1
    assert aws.stored("results/m1.json") == aws.stored("results/m2.json")


def test_a_message_that_another_invocation_works_on_comes_again(handle, services, aws):
    services.ledger.claim("m1", "whatever", time.time() + 60)
    services.ledger.claim("order-9", jobs.parse_request(GOOD).fingerprint, time.time() + 60)
    assert handle(record("m2", GOOD), record("m3", GOOD | {"requestId": "order-9"})) == ["m3"]
    assert [detail["jobId"] for _, detail in aws.published()] == ["m2"]


def test_a_mistake_is_told_once_and_a_breakdown_when_no_try_is_left(handle, aws, monkeypatch):
    for attempt in range(1, 6):
        assert handle(record("m1", BAD, attempt)) == ["m1"]
    assert [(kind, detail["attempt"]) for kind, detail in aws.published()] == [("JobFailed", 1)]

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(jobs, "analyse", broken)
    for attempt in range(1, 6):
        assert handle(record("m2", GOOD, attempt)) == ["m2"]
    [(kind, detail)] = aws.published()
    assert (kind, detail["attempt"], detail["error"], detail["reason"]) == ("JobFailed", 5, "OSError", "disk full")


def test_a_result_that_could_not_be_told_is_told_at_the_next_try_without_being_computed_again(handle, aws, computed):
    aws.client("events").remove_targets(Rule="outcomes", EventBusName="worker-bus", Ids=["queue"])
    aws.client("events").delete_rule(Name="outcomes", EventBusName="worker-bus")
    aws.client("events").delete_event_bus(Name="worker-bus")
    failing = handle(record("m1", GOOD))
    assert aws.stored("results/m1.json")["status"] == "ok"
    assert handle(record("m1", GOOD, attempt=2)) == failing
    assert len(computed) == 1


@pytest.fixture
def clock(monkeypatch):
    """Time that only passes by computing: a request takes as many seconds as its `groupBy` says."""
    clock = SimpleNamespace(now=0.0, share=0.0)

    class Budget:
        def __init__(self, remaining_seconds):
            self._end = clock.now + remaining_seconds

        def left_seconds(self):
            return max(0.0, self._end - clock.now)

    @contextmanager
    def stop_after(seconds):
        clock.share = seconds
        yield

    def analyse(request, _read):
        needed = float(request.options.group_by)
        clock.now += min(needed, clock.share)
        if needed > clock.share:
            raise DeadlineExceeded("stopped")
        return {"done": True}

    monkeypatch.setattr(way_queue, "Budget", Budget)
    monkeypatch.setattr(jobs, "stop_after", stop_after)
    monkeypatch.setattr(jobs, "analyse", analyse)
    return clock


def lasting(message_id, seconds):
    return record(message_id, GOOD | {"groupBy": str(seconds)})


def test_a_slow_message_does_not_take_its_neighbours_along(handle, aws, clock):
    assert handle(lasting("slow", 60), lasting("m1", 1), lasting("m2", 1), seconds=30) == ["slow"]
    assert aws.stored("results/slow.json")["error"] == "DeadlineExceeded"
    assert clock.now <= 30


def test_a_slow_message_gets_the_time_that_the_others_leave(handle, clock):
    assert handle(lasting("slow", 20), *[lasting(f"m{index}", 0.5) for index in range(4)], seconds=30) == []


def test_of_a_batch_that_is_too_large_for_the_time_as_many_as_possible_are_done(handle, clock):
    failed = handle(*[lasting(f"m{index:02}", 2) for index in range(30)], seconds=30)
    assert failed == [f"m{index:02}" for index in range(15, 30)]


def test_without_time_nothing_is_begun(handle, computed):
    assert handle(record("m1", GOOD), record("m2", GOOD), seconds=0.0) == ["m1", "m2"]
    assert computed == []


def test_without_a_bucket_events_carry_the_result(aws, invocation, monkeypatch):
    monkeypatch.setattr("analytics.services.MAX_EVENT_BYTES", 1_000)
    services = services_from({"RESULTS_BUS": "worker-bus"})
    large = {"analysis": "summary", "rows": [{f"field {index}": 1 for index in range(30)}]}
    answer = handle_queue({"Records": [record("m1", GOOD), record("m2", large)]}, 30, services, invocation)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    [(kind, detail)] = aws.published()
    assert (kind, detail["result"]["rows"]) == ("JobSucceeded", 2)


def test_an_outage_of_the_bucket_fails_the_message_and_not_the_batch(handle, monkeypatch):
    def gone(*_args, **_options):
        raise ConnectionError("no route")

    monkeypatch.setattr(Results, "write", gone)
    assert handle(record("m1", GOOD), record("m2", BAD)) == ["m1", "m2"]


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"Records": [{"eventSource": "aws:s3"}]}, {"Records": "x"}])
def test_other_events_are_not_taken_for_a_batch(event):
    assert not is_queue_event(event)


def test_the_budgets_error_names_what_mends_it(handle, capsys, monkeypatch):
    def endless(*_):
        while True:
            pass

    monkeypatch.setattr(jobs, "analyse", endless)
    handle(record("slow", GOOD), seconds=0.2)
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["error"], line["level"]) == (DeadlineExceeded.__name__, "ERROR")
    assert "send fewer rows or give the function a longer timeout" in line["reason"]
