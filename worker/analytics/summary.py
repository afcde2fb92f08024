"""Summary statistics of every column."""

from __future__ import annotations

import pandas as pd

from .table import Table

TOP_VALUES = 5


def _number(value: float) -> float | None:
    """JSON knows no NaN: a statistic that is not defined is null."""
    return None if pd.isna(value) else float(value)


def _numeric(column: pd.Series) -> dict:
    """Sample statistics (n - 1 in the variance; skewness is the adjusted Fisher-Pearson coefficient); null if undefined."""
    quartiles = column.quantile([0.25, 0.5, 0.75])
    return {
        "kind": "number",
        "count": int(column.count()),
        "missing": int(column.isna().sum()),
        "mean": _number(column.mean()),
        "standardDeviation": _number(column.std()),
        "minimum": _number(column.min()),
        "lowerQuartile": _number(quartiles[0.25]),
        "median": _number(quartiles[0.5]),
        "upperQuartile": _number(quartiles[0.75]),
        "maximum": _number(column.max()),
        "skewness": _number(column.skew()),
    }


def _text(column: pd.Series) -> dict:
    """The most frequent values first; equally frequent ones in alphabetical order."""
    counts = column.dropna().value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {
        "kind": "text",
        "count": int(column.count()),
        "missing": int(column.isna().sum()),
        "distinct": len(counts),
        "top": [{"value": value, "count": int(count)} for value, count in ordered[:TOP_VALUES]],
    }


def summarise(table: Table) -> dict:
    columns = {name: _numeric(table.frame[name]) for name in table.numeric}
    columns |= {name: _text(table.frame[name]) for name in table.text}
    return {"rows": len(table.frame), "columns": {name: columns[name] for name in table.frame.columns}}
