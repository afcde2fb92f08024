import json
import random

import numpy as np
import pytest
from scipy import stats

from analytics.errors import InvalidRequest
from analytics.request import SummaryOptions
from analytics.summary import summarise
from analytics.table import parse_rows


def compare(rows, group_by="group", confidence=0.95):
    return summarise(parse_rows(rows), SummaryOptions(group_by, confidence))


def found_tests(result, column):
    return {test["test"]: test for test in result["comparisons"][column]["tests"]}


def samples(*parameters, size=60):
    """Rows of groups a, b, c, ... from normal distributions (mean, deviation)."""
    generator = random.Random(11)
    return [
        {"group": "abcdef"[index], "x": generator.gauss(mean, deviation)}
        for index, (mean, deviation) in enumerate(parameters)
        for _ in range(size)
    ]


def split(rows):
    return [np.array([row["x"] for row in rows if row["group"] == name]) for name in sorted({row["group"] for row in rows})]


def test_two_groups_of_numbers_get_the_tests_of_scipy():
    rows = samples((10, 2), (11, 3))
    first, second = split(rows)
    found = found_tests(compare(rows), "x")
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert found["welch-t"]["statistic"] == pytest.approx(welch.statistic)
    assert found["welch-t"]["pValue"] == pytest.approx(welch.pvalue)
    assert found["welch-t"]["difference"]["value"] == pytest.approx(first.mean() - second.mean())
    assert found["welch-t"]["difference"]["low"] == pytest.approx(welch.confidence_interval(0.95).low)
    ranks = stats.mannwhitneyu(first, second)
    assert found["mann-whitney"]["pValue"] == pytest.approx(ranks.pvalue)
    assert found["mann-whitney"]["effect"]["value"] == pytest.approx(2 * ranks.statistic / 3600 - 1)
    assert found["kolmogorov-smirnov"]["statistic"] == pytest.approx(stats.ks_2samp(first, second).statistic)
    for test in found.values():
        assert test["effect"]["low"] <= test["effect"]["value"] <= test["effect"]["high"]


def test_more_groups_get_welchs_and_kruskals_analysis_of_variance():
    rows = samples((10, 1), (10, 5), (12, 2))
    found = found_tests(compare(rows), "x")
    expected = stats.f_oneway(*split(rows), equal_var=False)
    assert found["welch-anova"]["statistic"] == pytest.approx(expected.statistic)
    assert found["welch-anova"]["pValue"] == pytest.approx(expected.pvalue)
    assert found["kruskal-wallis"]["pValue"] == pytest.approx(stats.kruskal(*split(rows)).pvalue)
    assert 0 < found["welch-anova"]["effect"]["low"] < found["welch-anova"]["effect"]["high"] < 1


def test_no_difference_is_found_where_there_is_none_and_one_where_there_is():
    same, other = samples((5, 1), (5, 1)), samples((5, 1), (6.5, 1))
    assert all(test["adjustedPValue"] > 0.05 for test in found_tests(compare(same), "x").values())
    assert all(test["adjustedPValue"] < 1e-6 for test in found_tests(compare(other), "x").values())


def conversions(a, b):
    """(converted, all) of two variants."""
    return [{"group": name, "bought": index < hits} for name, (hits, total) in (("a", a), ("b", b)) for index in range(total)]


def test_conversions_of_an_ab_test_are_compared_as_shares():
    found = found_tests(compare(conversions((48, 80), (56, 70))), "bought")
    assert list(found) == ["chi-square"]
    test = found["chi-square"]
    expected = stats.chi2_contingency([[32, 14], [48, 56]], correction=False)
    assert test["pValue"] == pytest.approx(expected.pvalue)
    # Newcombe (1998), the other way round
    assert test["difference"] == pytest.approx({"value": -0.2, "low": -0.3339, "high": -0.0524}, abs=1e-4)
    assert test["outcome"] == 1
    assert test["oddsRatio"]["value"] == pytest.approx((48 / 32) / (56 / 14))
    assert test["effect"]["value"] == pytest.approx((expected.statistic / 150) ** 0.5)


def test_few_conversions_get_the_exact_test():
    test = found_tests(compare(conversions((1, 12), (6, 11))), "bought")["fisher-exact"]
    assert test["pValue"] == pytest.approx(stats.fisher_exact([[1, 6], [11, 5]]).pvalue)
    assert test["statistic"] == pytest.approx((1 / 11) / (6 / 5))


def test_rare_values_of_a_text_are_taken_together():
    rows = [{"group": "ab"[index % 2], "city": f"c{index % 30}"} for index in range(600)] + [{"group": "a", "city": "c0"}] * 9
    comparison = compare(rows)["comparisons"]["city"]
    values = comparison["groups"][0]["values"]
    assert len(values) <= 21
    assert sum(sum(group["values"].values()) for group in comparison["groups"]) == 609


def test_names_that_never_repeat_are_not_tested():
    rows = [{"group": "ab"[index % 2], "customer": f"k{index}"} for index in range(60)]
    assert compare(rows)["comparisons"]["customer"] == {"groups": [], "tests": []}


def test_holms_adjustment_by_hand():
    rows = [{**row, "noise": index * 7 % 13} for index, row in enumerate(samples((5, 1), (5.6, 1)))]
    result = compare(rows)
    tests = sorted((test for item in result["comparisons"].values() for test in item["tests"]), key=lambda test: test["pValue"])
    assert len(tests) == 6
    running = 0
    for index, test in enumerate(tests):
        running = max(running, min(1, test["pValue"] * (6 - index)))
        assert test["adjustedPValue"] == pytest.approx(running)


def test_groups_are_counted_and_rows_without_one_left_out():
    rows = [{"group": None, "x": 1e9}, *samples((0, 1), (0, 1), size=5)]
    result = compare(rows)
    assert result["groups"] == [{"group": "a", "rows": 5}, {"group": "b", "rows": 5}]
    assert result["ungroupedRows"] == 1
    assert all(group["mean"] < 10 for group in result["comparisons"]["x"]["groups"])


def test_groups_may_be_numbers():
    rows = [{"group": index % 2, "x": index} for index in range(10)]
    assert [group["group"] for group in compare(rows)["groups"]] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([{"x": 1}, {"x": 2}], "groupBy = 'group': must be one of the fields of the rows"),
        ([{"group": "a", "x": 1}] * 5, "groupBy = 'group': has 1 different values, must have 2 to 20"),
        ([{"group": index} for index in range(30)], "groupBy = 'group': has 30 different values, must have 2 to 20"),
    ],
)
def test_what_cannot_group_is_named(rows, fault):
    with pytest.raises(InvalidRequest) as caught:
        compare(rows)
    assert caught.value.faults == [fault]


@pytest.mark.parametrize(
    "cells",
    [
        [1] * 8,
        [0, 0, 0, 0, 1, 1, 1, 1],
        [None] * 8,
        [None] * 7 + [3],
        [1, None, None, None, 5, None, None, None],
        [5, 5, 5, 5, 7, 7, 7, 7],
        [1e15, -1e15, 1e15, 0, 1, 1, 1, 1],
        [1e-300, 2e-300, 3e-300, 4e-300, 1, 1, 1, 2],
        ["x", None, None, None, None, None, None, "x"],
        ["x"] * 4 + ["y"] * 4,
        list("abcdefgh"),
    ],
)
@pytest.mark.parametrize("groups", [2, 4])
def test_hostile_columns_have_an_answer_in_json(cells, groups):
    rows = [{"group": "abcd"[index * groups // 8], "x": cell} for index, cell in enumerate(cells)]
    json.dumps(compare(rows), allow_nan=False)
