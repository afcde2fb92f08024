"""Summary statistics of every column."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from .comparison import compare
from .effects import mean_interval, wilson_interval
from .json_values import interval, number
from .request import SummaryOptions
from .table import Table

TOP_VALUES = 5
# Below it the approximation behind D'Agostino and Pearson's test is poor.
NORMALITY_ROWS = 20


def _normality(values: np.ndarray) -> dict | None:
    """D'Agostino and Pearson's test of skewness and kurtosis (1973)."""
    if len(values) < NORMALITY_ROWS or np.ptp(values) == 0:
        return None
    statistic, p_value = stats.normaltest(values)
    return {"test": "dagostino-pearson", "statistic": number(statistic), "pValue": number(p_value)}


def _numeric(column: pd.Series, confidence: float) -> dict:
    """Sample statistics (n - 1 in the variance; skewness is the adjusted Fisher-Pearson coefficient); null if undefined."""
    values = column.dropna().to_numpy()
    quartiles = column.quantile([0.25, 0.5, 0.75])
    return {
        "kind": "number",
        "count": len(values),
        "missing": int(column.isna().sum()),
        "distinct": int(column.nunique()),
        "mean": number(column.mean()),
        "meanInterval": interval(*mean_interval(values, confidence)),
        "standardDeviation": number(column.std()),
        "minimum": number(column.min()),
        "lowerQuartile": number(quartiles[0.25]),
        "median": number(quartiles[0.5]),
        "upperQuartile": number(quartiles[0.75]),
        "maximum": number(column.max()),
        "skewness": number(column.skew()),
        "normality": _normality(values),
    }


def _text(column: pd.Series, confidence: float) -> dict:
    """The most frequent values first; equally frequent ones in alphabetical order."""
    counts = column.dropna().value_counts()
    total = int(column.count())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP_VALUES]
    return {
        "kind": "text",
        "count": total,
        "missing": int(column.isna().sum()),
        "distinct": len(counts),
        "top": [
            {
                "value": value,
                "count": int(count),
                "share": count / total,
                "shareInterval": interval(*wilson_interval(int(count), total, confidence)),
            }
            for value, count in ordered
        ],
    }


def summarise(table: Table, options: SummaryOptions | None = None) -> dict:
    """
    Describes each column; with `group_by`, also tests every other column for differences between the groups. Intervals
    are at `confidence`.
    """
    options = options or SummaryOptions()
    columns = {name: _numeric(table.frame[name], options.confidence) for name in table.numeric}
    columns |= {name: _text(table.frame[name], options.confidence) for name in table.text}
    summary = {
        "rows": len(table.frame),
        "confidence": options.confidence,
        "columns": {name: columns[name] for name in table.frame.columns},
    }
    if options.group_by is not None:
        summary |= compare(table, options.group_by, options.confidence)
    return summary
