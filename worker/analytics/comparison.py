"""Tests of every column for differences between groups of rows, with effect sizes and intervals."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
from scipy import stats

from . import effects
from .errors import InvalidRequest, show
from .json_values import interval, number
from .table import Table

MAX_GROUPS = 20
# Rarer values of a text column are taken together.
MAX_LEVELS = 20
OTHER = "(other)"
# The exact distribution of Kolmogorov and Smirnov's distance takes seconds for more.
EXACT_ROWS = 1_000
# Below this expected count the chi-square approximation is doubted (Cochran 1954); 2 x 2 tables then get Fisher's test.
SMALL_EXPECTED = 5


def _effect(name: str, estimate: tuple[float, float, float]) -> dict:
    value, low, high = estimate
    return {"name": name, "value": number(value), **interval(low, high)}


def _welch(first: np.ndarray, second: np.ndarray, confidence: float) -> dict | None:
    if first.var() == 0 and second.var() == 0:
        return None
    result = stats.ttest_ind(first, second, equal_var=False)
    difference = result.confidence_interval(confidence)
    return {
        "test": "welch-t",
        "statistic": number(result.statistic),
        "degreesOfFreedom": number(result.df),
        "pValue": number(result.pvalue),
        "difference": {"value": number(first.mean() - second.mean()), **interval(*difference)},
        "effect": _effect("hedges-g", effects.hedges_g(first, second, confidence)),
    }


def _mann_whitney(first: np.ndarray, second: np.ndarray, confidence: float) -> dict:
    result = stats.mannwhitneyu(first, second, alternative="two-sided")
    area = effects.superiority(first, second, confidence)
    return {
        "test": "mann-whitney",
        "statistic": number(result.statistic),
        "pValue": number(result.pvalue),
        "effect": _effect("rank-biserial", tuple(2 * value - 1 for value in area)),
    }


def _kolmogorov_smirnov(first: np.ndarray, second: np.ndarray, confidence: float) -> dict:
    result = stats.ks_2samp(first, second, method="auto" if max(len(first), len(second)) <= EXACT_ROWS else "asymp")
    reach = effects.kolmogorov_interval(result.statistic, (len(first), len(second)), confidence)
    return {
        "test": "kolmogorov-smirnov",
        "statistic": number(result.statistic),
        "pValue": number(result.pvalue),
        "effect": _effect("largest-distance", (result.statistic, *reach)),
    }


def _welch_anova(samples: list[np.ndarray], confidence: float) -> dict | None:
    """Welch's analysis of variance (1951); needs every group to vary."""
    if any(sample.var() == 0 for sample in samples):
        return None
    sizes = np.array([len(sample) for sample in samples], float)
    means = np.array([sample.mean() for sample in samples])
    weights = sizes / np.array([sample.var(ddof=1) for sample in samples])
    k = len(samples)
    grand = (weights * means).sum() / weights.sum()
    imbalance = ((1 - weights / weights.sum()) ** 2 / (sizes - 1)).sum()
    statistic = (weights * (means - grand) ** 2).sum() / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * imbalance)
    freedoms = (k - 1, (k**2 - 1) / (3 * imbalance))
    return {
        "test": "welch-anova",
        "statistic": number(statistic),
        "degreesOfFreedom": [number(freedom) for freedom in freedoms],
        "pValue": number(stats.f.sf(statistic, *freedoms)),
        "effect": _effect("eta-squared", effects.explained_variance(statistic, freedoms, confidence)),
    }


def _kruskal(samples: list[np.ndarray], confidence: float) -> dict:
    result = stats.kruskal(*samples)
    total = sum(len(sample) for sample in samples)
    low, high = effects.chi_square_noncentrality(result.statistic, len(samples) - 1, confidence)
    return {
        "test": "kruskal-wallis",
        "statistic": number(result.statistic),
        "degreesOfFreedom": len(samples) - 1,
        "pValue": number(result.pvalue),
        "effect": _effect("epsilon-squared", (result.statistic / (total - 1), min(1, low / total), min(1, high / total))),
    }


def _test_numbers(samples: dict[object, np.ndarray], confidence: float) -> list[dict]:
    values = list(samples.values())
    # Without any variation there is nothing to test, and the rank tests divide by it.
    if np.ptp(np.concatenate(values)) == 0:
        return []
    if len(values) == 2:
        found = [test(*values, confidence) for test in (_welch, _mann_whitney, _kolmogorov_smirnov)]
    else:
        found = [_welch_anova(values, confidence), _kruskal(values, confidence)]
    return [test for test in found if test is not None]


def _cramers_v(statistic: float, table: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """With the interval of the noncentrality (Smithson 2003, p. 40)."""
    total, freedom = table.sum(), (table.shape[0] - 1) * (table.shape[1] - 1)
    scale = total * (min(table.shape) - 1)
    low, high = effects.chi_square_noncentrality(statistic, freedom, confidence)
    return math.sqrt(statistic / scale), min(1.0, math.sqrt(low / scale)), min(1.0, math.sqrt(high / scale))


def _two_by_two(table: np.ndarray, confidence: float) -> dict:
    """Columns are the groups; the second row is the outcome: for numbers 0 and 1, the ones."""
    totals = table.sum(axis=0)
    difference = effects.share_difference((table[1, 0], totals[0]), (table[1, 1], totals[1]), confidence)
    odds = effects.odds_ratio(table[::-1], confidence)
    value, low, high = difference
    return {"difference": {"value": number(value), **interval(low, high)}, "oddsRatio": _effect("odds-ratio", odds)}


def _test_shares(crosstab: pd.DataFrame, confidence: float) -> list[dict]:
    table = crosstab.to_numpy()
    if min(table.shape) < 2:
        return []
    result = stats.chi2_contingency(table, correction=False)
    square = table.shape == (2, 2)
    details = _two_by_two(table, confidence) | {"outcome": _plain(crosstab.index[1])} if square else {}
    found = {
        "test": "chi-square",
        "statistic": number(result.statistic),
        "degreesOfFreedom": int(result.dof),
        "pValue": number(result.pvalue),
        "smallestExpected": number(result.expected_freq.min()),
        "effect": _effect("cramers-v", _cramers_v(result.statistic, table, confidence)),
        **details,
    }
    if square and result.expected_freq.min() < SMALL_EXPECTED:
        exact = stats.fisher_exact(table[::-1])
        found |= {"test": "fisher-exact", "statistic": number(exact.statistic), "pValue": number(exact.pvalue)}
        del found["degreesOfFreedom"]
    return [found]


def _plain(value: object) -> str | float:
    return value if isinstance(value, str) else float(value)


def _label(value: object) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _describe(samples: dict[object, np.ndarray]) -> list[dict]:
    return [
        {
            "group": _plain(group),
            "count": len(values),
            "mean": number(values.mean()),
            "standardDeviation": number(values.std(ddof=1)),
            "median": number(np.median(values)),
        }
        for group, values in samples.items()
    ]


def _number_column(column: pd.Series, groups: pd.Series, confidence: float) -> tuple[list[dict], list[dict]]:
    samples = {group: values.dropna().to_numpy() for group, values in column.groupby(groups)}
    # One value has no variance; a group of it takes no part.
    samples = {group: values for group, values in samples.items() if len(values) > 1}
    if len(samples) < 2:
        return [], []
    return _describe(samples), _test_numbers(samples, confidence)


def _share_column(column: pd.Series, groups: pd.Series, confidence: float) -> tuple[list[dict], list[dict]]:
    if column.nunique() == column.count() > MAX_LEVELS:
        # Every value once: a name or a key, which says nothing about a group.
        return [], []
    frequent = sorted(column.value_counts().items(), key=lambda item: (-item[1], item[0]))[:MAX_LEVELS]
    levels = column.where(column.isna() | column.isin([value for value, _ in frequent]), OTHER)
    crosstab = pd.crosstab(levels, groups)
    described = [
        {"group": _plain(group), "count": int(counts.sum()), "values": {_label(value): int(count) for value, count in counts.items()}}
        for group, counts in crosstab.items()
    ]
    return described, _test_shares(crosstab, confidence)


def _holm(tests: list[dict]) -> None:
    """Adds Holm's adjusted p-value (1979) over all tests of the answer."""
    known = sorted((test for test in tests if test["pValue"] is not None), key=lambda test: test["pValue"])
    largest = 0.0
    for index, test in enumerate(known):
        largest = max(largest, min(1.0, test["pValue"] * (len(known) - index)))
        test["adjustedPValue"] = largest


def _groups(table: Table, name: str) -> pd.Series:
    if name not in table.frame.columns:
        raise InvalidRequest([f"groupBy = {show(name)}: must be one of the fields of the rows"])
    groups = table.frame[name]
    if not 2 <= groups.nunique() <= MAX_GROUPS:
        raise InvalidRequest([f"groupBy = {show(name)}: has {groups.nunique()} different values, must have 2 to {MAX_GROUPS}"])
    return groups


def compare(table: Table, group_by: str, confidence: float) -> dict:
    """
    Two groups: Welch's t, Mann-Whitney and Kolmogorov-Smirnov for numbers; more: Welch's analysis of variance and
    Kruskal-Wallis. Texts and numbers that are only 0 and 1: chi-square, or Fisher's exact test for few in a 2 x 2 table.
    Differences are first group less second, in sorted order. Raises InvalidRequest if there is nothing to group by.
    """
    groups = _groups(table, group_by)
    comparisons = {}
    for name in table.frame.columns:
        if name == group_by:
            continue
        column = table.frame[name]
        shares = name in table.text or set(column.dropna().unique()) <= {0.0, 1.0}
        with warnings.catch_warnings():
            # scipy tells that it falls back to an approximation, or that a group hardly varies.
            warnings.simplefilter("ignore", RuntimeWarning)
            described, tests = (_share_column if shares else _number_column)(column, groups, confidence)
        comparisons[name] = {"groups": described, "tests": tests}
    _holm([test for comparison in comparisons.values() for test in comparison["tests"]])
    counts = groups.value_counts().sort_index()
    return {
        "groupBy": group_by,
        "groups": [{"group": _plain(group), "rows": int(count)} for group, count in counts.items()],
        "ungroupedRows": int(groups.isna().sum()),
        "comparisons": comparisons,
    }
