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
    assert result == {
        "kind": "text",
        "count": 8,
        "missing": 1,
        "distinct": 6,
        "top": [
            {"value": "a", "count": 2},
            {"value": "b", "count": 2},
            {"value": "c", "count": 1},
            {"value": "d", "count": 1},
            {"value": "e", "count": 1},
        ],
    }


def test_columns_come_in_the_order_of_the_rows():
    result = summarise(parse_rows([{"city": "Bern", "spend": 1, "age": 2}]))
    assert list(result["columns"]) == ["city", "spend", "age"]
    assert result["rows"] == 1
