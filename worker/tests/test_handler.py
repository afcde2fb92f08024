import importlib
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from emulator import WORKER
from test_way_api import GOOD, rest
from test_way_events import created, event, notified
from test_way_queue import record

from analytics import handler as module
from analytics.telemetry import Environment, process_age_ms

CONTEXT = SimpleNamespace(function_name="analytics", aws_request_id="aws-1", get_remaining_time_in_millis=lambda: 30_000)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("incoming", "way"),
    [
        (rest("{}"), "api"),
        ({"version": "2.0", "requestContext": {"http": {}}, "body": "{}"}, "api"),
        ({"httpMethod": "POST", "body": "{}"}, "api"),
        ({"Records": [record("m1", "{}")]}, "queue"),
        (event({}), "event"),
        ({"detail": {}}, "event"),
        (created("uploads/x"), "upload"),
        (notified("uploads/x"), "upload"),
        ({"analysis": "x"}, "direct"),
        ({"Records": [{"eventSource": "aws:kinesis"}]}, "direct"),
        ({}, "direct"),
        (None, "direct"),
        ([1], "direct"),
        ("text", "direct"),
    ],
)
def test_each_event_takes_its_way_and_is_logged(incoming, way, capsys, aws):
    try:
        module.handler(incoming, CONTEXT)
    except Exception as error:
        assert type(error).__name__ == "InvalidRequest"
    job, metrics = lines(capsys)
    assert (job["message"], job["way"], job["status"], job["level"], job["awsRequestId"]) == ("job", way, "invalid", "WARN", "aws-1")
    assert metrics["Failed"] == 1


def metric_names(document):
    [directive] = document["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Prewarm/Worker", [["FunctionName"]])
    return {metric["Name"] for metric in directive["Metrics"]}


ALWAYS = {"DurationMs", "ColdStart", "OnDemand", "Succeeded", "Failed"}


@pytest.mark.parametrize(
    ("kind", "cold", "on_demand"), [("on-demand", 1, 1), ("provisioned-concurrency", 0, 0), ("snap-start", 0, 0), (None, 1, 1)]
)
def test_metrics_tell_cold_starts_that_a_caller_waited_for(kind, cold, on_demand, monkeypatch, capsys):
    if kind:
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    monkeypatch.setattr(module, "ENVIRONMENT", Environment(1234.56))
    module.handler(GOOD, CONTEXT)
    module.handler(GOOD, CONTEXT)
    first, second = (line for line in lines(capsys) if "_aws" in line)
    assert (first["ColdStart"], first["OnDemand"], first["Succeeded"], first["FunctionName"]) == (cold, on_demand, 1, "analytics")
    assert metric_names(first) == ALWAYS | ({"InitMs"} if cold else set())
    assert first.get("InitMs") == (1234.6 if cold else None)
    assert first["initMs"] == 1234.6
    assert second["ColdStart"] == 0
    assert metric_names(second) == ALWAYS


def test_every_metric_has_a_value_and_a_unit(capsys):
    module.handler(GOOD, CONTEXT)
    document = lines(capsys)[-1]
    for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
        assert isinstance(document[metric["Name"]], (int, float))
        assert metric["Unit"] in ("Milliseconds", "Count")


def test_metrics_are_logged_when_the_handler_raises(capsys, monkeypatch):
    monkeypatch.setattr("analytics.jobs.analyse", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        module.handler(GOOD, CONTEXT)
    job, metrics = lines(capsys)
    assert (job["level"], job["error"], metrics["Failed"]) == ("ERROR", "ZeroDivisionError", 1)


def test_an_answer_is_strict_json():
    answer = module.handler({"analysis": "summary", "rows": [{"x": 1}, {"x": None, "y": None}]}, CONTEXT)
    json.dumps(answer, allow_nan=False)


def test_the_age_of_a_process_is_counted_from_its_start():
    # The interpreter's own start belongs to it, too.
    code = "import time; time.sleep(0.2); from analytics.telemetry import process_age_ms; print(process_age_ms())"
    age = float(subprocess.run([sys.executable, "-c", code], cwd=WORKER, capture_output=True, text=True, check=True).stdout)
    assert 200 <= age < 20_000
    assert process_age_ms() > 0


def test_a_wrong_environment_stops_the_function_at_its_start(monkeypatch):
    monkeypatch.setenv("IDEMPOTENCY_TABLE", "claims")
    with pytest.raises(ValueError, match="needs RESULTS_BUCKET"):
        importlib.reload(module)
    monkeypatch.delenv("IDEMPOTENCY_TABLE")
    importlib.reload(module)
