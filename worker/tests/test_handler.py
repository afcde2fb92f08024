import json
import re

import pytest

from analytics.handler import analyse, handler
from analytics.table import InvalidRequest

ROWS = [{"spend": 10.0}, {"spend": 20.0}, {"spend": 60.0}]


def test_a_summary_is_answered_as_json(capsys):
    answer = handler({"analysis": "summary", "rows": ROWS}, None)
    assert answer["status"] == "ok"
    assert answer["result"]["columns"]["spend"]["mean"] == 30.0
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    line = json.loads(capsys.readouterr().out)
    assert line["status"] == "ok"
    assert line["analysis"] == "summary"
    assert line["durationMs"] > 0


def test_a_callers_mistake_is_an_answer_that_lists_the_faults(capsys):
    answer = handler({"analysis": "summary", "rows": [{"spend": float("nan")}, "text"]}, None)
    assert answer["status"] == "invalid"
    assert [fault.split(" = ")[0] for fault in answer["faults"]] == ["rows[0].spend", "rows[1]"]
    assert json.loads(capsys.readouterr().out)["faults"] == answer["faults"]


def test_a_bug_is_not_disguised_as_an_answer(monkeypatch):
    def broken(_request):
        raise ZeroDivisionError

    monkeypatch.setattr("analytics.handler.analyse", broken)
    with pytest.raises(ZeroDivisionError):
        handler({"analysis": "summary", "rows": ROWS}, None)


@pytest.mark.parametrize(
    ("request_", "fault"),
    [
        (None, "request = None: must be an object"),
        ([], "request = []: must be an object"),
        ({}, "analysis = None: must be one of segments, summary"),
        ({"analysis": ["summary"], "rows": ROWS}, "analysis = ['summary']: must be one of"),
        ({"analysis": "forecast", "rows": ROWS}, "analysis = 'forecast': must be one of"),
        ({"analysis": "summary"}, "rows = None: must be a list"),
        ({"analysis": "summary", "rows": ROWS, "segments": 2}, "segments: is not a field of a summary request"),
        ({"analysis": "segments", "rows": ROWS, "clusters": 2}, "clusters: is not a field of a segments request"),
    ],
)
def test_a_wrong_request_is_named(request_, fault):
    with pytest.raises(InvalidRequest, match="^" + re.escape(fault)):
        analyse(request_)
