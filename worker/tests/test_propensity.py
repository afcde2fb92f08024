import json
import math
import random

import numpy as np
import pytest

from analytics.errors import InvalidRequest
from analytics.metrics import held_out_metrics
from analytics.propensity import propensity
from analytics.request import PropensityOptions
from analytics.table import parse_rows

CITIES = {"Basel": 0.8, "Bern": 0.0, "Chur": -0.8}


def probability(row):
    return 1 / (1 + math.exp(-(1.3 * row["visits"] - 0.9 * row["age"] + CITIES[row["city"]] - 0.5)))


def customers(number=600, seed=1):
    """Customers whose true propensity is known."""
    generator = random.Random(seed)
    rows = []
    for index in range(number):
        row = {"key": f"k{index}", "visits": generator.gauss(0, 1), "age": generator.gauss(0, 1), "city": generator.choice(list(CITIES))}
        rows.append({**row, "bought": int(generator.random() < probability(row))})
    return rows


def learn(rows, scored=None, **options):
    options = {"target": "bought", **options}
    return propensity(parse_rows(rows), PropensityOptions(**options), parse_rows(scored, "score.rows") if scored else None)


def faults_of(rows, scored=None, **options):
    with pytest.raises(InvalidRequest) as caught:
        learn(rows, scored, **options)
    return caught.value.faults


@pytest.fixture(scope="module")
def result():
    rows = customers()
    return learn(rows, scored=[{name: row[name] for name in ("visits", "age", "city")} for row in customers(500, seed=2)])


def test_new_rows_get_their_true_propensity(result):
    truth = np.array([probability(row) for row in customers(500, seed=2)])
    scored = np.array(result["scored"])
    assert np.abs(scored - truth).mean() < 0.05
    assert np.corrcoef(scored, truth)[0, 1] > 0.95


def test_the_hold_out_is_a_quarter_and_its_metrics_are_those_of_unseen_rows(result):
    assert (result["holdOut"]["rows"], result["learnedRows"]) == (150, 600)
    # What the true probabilities reach on as many rows.
    truth = customers(20_000, seed=3)
    best = held_out_metrics(np.array([row["bought"] for row in truth]), np.array([probability(row) for row in truth]))
    area = result["holdOut"]["areaUnderRoc"]
    assert area["low"] < best["areaUnderRoc"]["value"] < area["high"]
    assert result["holdOut"]["brierScore"] < result["holdOut"]["brierScoreOfBaseRate"]
    assert result["holdOut"]["topTenthLift"] > 1.5


def test_probabilities_are_calibrated(result):
    truth = [row["bought"] for row in customers(500, seed=2)]
    metrics = held_out_metrics(np.array(truth), np.array(result["scored"]))
    assert metrics["calibrationError"] < 0.08
    assert 0.7 < metrics["calibration"]["slope"] < 1.4


def test_keys_are_left_out_and_what_matters_comes_first(result):
    assert result["ignored"] == [{"name": "key", "reason": "has a different value in most rows, like a name or a key"}]
    assert [item["name"] for item in result["features"]] == ["visits", "age", "city"]
    assert result["warnings"] == []
    assert result["model"] == "logistic"


def test_a_running_number_is_left_out_unless_it_is_named():
    rows = [{"number": 500 + index, **row} for index, row in enumerate(customers(150))]
    assert {"name": "number", "reason": "counts the rows"} in learn(rows, model="logistic")["ignored"]
    assert learn(rows, model="logistic", features=["number", "age"])["ignored"] == []


def test_noise_is_not_sold_as_a_prediction():
    generator = random.Random(9)
    rows = [{"a": generator.random(), "b": generator.random(), "bought": generator.random() < 0.3} for _ in range(400)]
    result = learn(rows, model="logistic")
    assert "the hold-out rows do not show that this predicts better than chance" in result["warnings"]
    assert abs(result["holdOut"]["areaUnderRoc"]["value"] - 0.5) < 0.15


def test_what_no_line_separates_is_learned_by_trees():
    generator = random.Random(4)
    rows = []
    for _ in range(500):
        x, y = generator.uniform(-1, 1), generator.uniform(-1, 1)
        rows.append({"x": x, "y": y, "bought": (x > 0) != (y > 0)})
    result = learn(rows)
    assert result["model"] == "trees"
    assert result["holdOut"]["areaUnderRoc"]["value"] > 0.95
    assert {item["model"] for item in result["compared"]} == {"logistic", "trees"}


def test_rows_without_an_outcome_are_scored_and_not_learned_from():
    rows = customers(200)
    for row in rows[150:]:
        row["bought"] = None
    result = learn(rows, model="logistic")
    assert result["learnedRows"] == 150
    assert result["scores"][:150] == [None] * 150
    assert all(0 < score < 1 for score in result["scores"][150:])


def test_the_same_request_gives_the_same_answer():
    assert learn(customers(150), model="logistic") == learn(customers(150), model="logistic")


def test_a_field_that_gives_the_outcome_away_is_pointed_out():
    rows = [{**row, "refund": row["bought"] * 10 + 1} for row in customers(200)]
    assert any(warning.startswith("refund alone separates the outcomes") for warning in learn(rows, model="logistic")["warnings"])


@pytest.mark.parametrize(
    ("values", "positive", "expected"),
    [((0, 1), None, 1.0), ((False, True), None, 1.0), ((1, 2), None, 2.0), (("no", "Yes"), None, "Yes"), (("stay", "leave"), "leave", "leave")],
)
def test_the_positive_value_is_told_or_named(values, positive, expected):
    rows = [{**row, "bought": values[row["bought"]]} for row in customers(150)]
    assert learn(rows, model="logistic", positive=positive)["positive"] == expected


def test_one_of_several_values_can_be_predicted():
    rows = [{**row, "bought": "gold" if row["bought"] else ("silver", "none")[index % 2]} for index, row in enumerate(customers(200))]
    result = learn(rows, model="logistic", positive="gold")
    assert result["baseRate"] == sum(row["bought"] == "gold" for row in rows) / 200


HOSTILE = {
    "gaps": lambda index: None if index % 3 else index,
    "constant": lambda index: 7,
    "empty": lambda index: None,
    "huge": lambda index: 1e15 if index % 2 else -1e15,
    "tiny": lambda index: index * 1e-300,
    "sparse text": lambda index: "x" if index == 5 else None,
    "many texts": lambda index: f"t{index % 70}",
    "long text": lambda index: "ä" * 9_000 + str(index % 2),
}


def test_hostile_fields_do_no_harm():
    rows = [{**row, **{name: value(index) for name, value in HOSTILE.items()}} for index, row in enumerate(customers(300))]
    result = learn(rows, scored=[{"visits": 1.0}, {"city": "Unknown", "huge": None}, {"other": 1}], model="logistic")
    assert {item["name"] for item in result["ignored"]} == {"key", "constant", "empty"}
    assert all(0 <= score <= 1 for score in result["scored"])
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize(
    ("change", "options", "fault"),
    [
        ({}, {"target": "sold"}, "target = 'sold': must be one of the fields of the rows"),
        ({"bought": 1}, {"positive": 1}, "target = 'bought': has 100 rows with 1 and 0 with another value, needs 20 of each"),
        ({"bought": "a"}, {}, "positive: must name the value of 'bought' that is to be predicted; it has 1: 'a'"),
        ({}, {"positive": 3}, "positive = 3: is not a value of the target 'bought'"),
        ({}, {"features": ["height"]}, "features: 'height' is not a field of the rows"),
        ({}, {"features": ["bought"]}, "features: 'bought' is the target and cannot predict itself"),
        ({"visits": 1}, {"features": ["visits"]}, "features: no field is left to predict by: visits has the same value in all rows"),
    ],
)
def test_faults_name_the_field_and_what_it_must_be(change, options, fault):
    assert faults_of([{**row, **change} for row in customers(100)], **options) == [fault]


def test_rows_to_score_must_have_the_same_kinds():
    assert faults_of(customers(100), scored=[{"visits": "many", "city": 3}]) == [
        "score: 'visits' must have numbers as in the rows learned from",
        "score: 'city' must have texts as in the rows learned from",
    ]


def test_metrics_by_hand():
    outcome, predicted = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    metrics = held_out_metrics(outcome, predicted)
    assert metrics["areaUnderRoc"]["value"] == 0.75
    assert metrics["brierScore"] == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert metrics["logLoss"] == pytest.approx(-(math.log(0.9) + math.log(0.6) + math.log(0.35) + math.log(0.8)) / 4)
    assert metrics["logLossOfBaseRate"] == pytest.approx(math.log(2))
    assert metrics["topTenthLift"] == 2
    assert [part["observed"] for part in metrics["reliability"]] == [0, 1, 0, 1]
    assert metrics["calibrationError"] == pytest.approx((0.1 + 0.65 + 0.4 + 0.2) / 4)


def test_a_model_that_is_too_sure_has_a_slope_below_one():
    generator = np.random.default_rng(0)
    logit = generator.normal(size=5_000)
    outcome = (generator.random(5_000) < 1 / (1 + np.exp(-logit))).astype(int)
    metrics = held_out_metrics(outcome, 1 / (1 + np.exp(-3 * logit - 1)))
    assert metrics["calibration"]["slope"] == pytest.approx(1 / 3, abs=0.04)
    assert held_out_metrics(outcome, np.full(5_000, 0.5))["calibration"] == {"slope": None, "intercept": None}
