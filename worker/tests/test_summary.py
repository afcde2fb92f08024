import json
import random

import pytest
from scipy import stats

from analytics.summary import summarise
from analytics.table import parse_rows


def column(values, name="x"):
    return summarise(parse_rows([{name: value} for value in values]))["columns"][name]


def test_statistics_of_a_small_sample_by_hand():
    # mean 5; squared deviations 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, / 7; quartiles by linear interpolation
    result = column([2, 4, 4, 4, 5, 5, 7, 9])
    assert result["mean"] == 5
    assert result["standardDeviation"] == pytest.approx((32 / 7) ** 0.5)
    assert (result["lowerQuartile"], result["median"], result["upperQuartile"]) == (4, 4.5, 5.5)
    assert (result["minimum"], result["maximum"], result["count"], result["missing"]) == (2, 9, 8, 0)


def test_skewness_is_the_adjusted_fisher_pearson_coefficient():
    values = [1, 1, 2, 3, 5, 8, 13]
    assert column(values)["skewness"] == pytest.approx(stats.skew(values, bias=False))


def test_missing_values_are_counted_and_left_out():
    result = column([1, None, 3])
    assert (result["count"], result["missing"], result["mean"]) == (2, 1, 2)


def test_what_is_undefined_is_null():
    result = column([7])
    assert result["mean"] == 7
    assert result["standardDeviation"] is None
    assert result["skewness"] is None


def test_texts_are_counted_by_frequency_then_alphabet():
    result = column(["b", "a", "c", "a", "b", None, "d", "e", "f"])
    assert (result["kind"], result["count"], result["missing"], result["distinct"]) == ("text", 8, 1, 6)
    assert [(item["value"], item["count"]) for item in result["top"]] == [("a", 2), ("b", 2), ("c", 1), ("d", 1), ("e", 1)]
    assert result["top"][0]["share"] == 0.25


def test_columns_come_in_the_order_of_the_rows():
    result = summarise(parse_rows([{"city": "Bern", "spend": 1, "age": 2}]))
    assert list(result["columns"]) == ["city", "spend", "age"]
    assert result["rows"] == 1


def test_the_interval_of_a_mean_is_students():
    # scipy.stats.t.interval(0.95, 7, 5, sd / sqrt(8)) with sd = sqrt(32 / 7)
    interval = column([2, 4, 4, 4, 5, 5, 7, 9])["meanInterval"]
    assert interval == pytest.approx({"low": 3.212512, "high": 6.787488}, abs=1e-6)


def test_normality_is_tested_from_twenty_values_on():
    generator = random.Random(5)
    normal = [generator.gauss(0, 1) for _ in range(200)]
    assert column(normal)["normality"]["pValue"] > 0.05
    assert column([2.718**value for value in normal])["normality"]["pValue"] < 1e-6
    assert column(normal[:19])["normality"] is None
    assert column([3] * 50)["normality"] is None


@pytest.mark.parametrize("values", [[0] * 5, [1e15, -1e15] * 20, [1e-300, 2e-300] * 20, [None, 1], [True, False] * 12])
def test_every_column_has_an_answer_in_json(values):
    json.dumps(column(values), allow_nan=False)
