"""Columns as inputs of a model: which are usable, and how they become numbers without looking at the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .errors import InvalidRequest, show
from .table import Table

# A text column's rarer values are taken together.
MAX_LEVELS = 20
MISSING = "(missing)"


@dataclass(frozen=True)
class Features:
    numeric: list[str]
    text: list[str]
    # Fields that are left out, and why.
    ignored: list[dict]

    @property
    def names(self) -> list[str]:
        return self.numeric + self.text


def is_running_number(column: pd.Series) -> bool:
    """The rows counted: it would tell a model in which order they were written down."""
    return len(column) > 2 and bool((column.diff().iloc[1:] == 1).all())


def _unusable(table: Table, name: str, named: bool) -> str | None:
    column = table.frame[name]
    distinct = column.nunique()
    if distinct == 0:
        return "has no value"
    if distinct == 1 and column.notna().all():
        return "has the same value in all rows"
    if not named and name in table.numeric and is_running_number(column):
        return "counts the rows"
    if name in table.text and distinct > max(MAX_LEVELS, column.count() / 2):
        return "has a different value in most rows, like a name or a key"
    return None


def choose_features(table: Table, wanted: list[str] | None, target: str) -> Features:
    """All usable fields but the target, or those that the caller names. Raises InvalidRequest if none is left."""
    faults = [f"features: {show(name)} is not a field of the rows" for name in wanted or [] if name not in table.frame.columns]
    if target in (wanted or []):
        faults.append(f"features: {show(target)} is the target and cannot predict itself")
    if faults:
        raise InvalidRequest(faults)
    candidates = [name for name in (wanted or table.frame.columns) if name != target]
    reasons = {name: reason for name in candidates if (reason := _unusable(table, name, wanted is not None))}
    kept = [name for name in candidates if name not in reasons]
    ignored = [{"name": name, "reason": reason} for name, reason in reasons.items()]
    if not kept:
        told = "; ".join(f"{name} {reason}" for name, reason in list(reasons.items())[:5]) or "there is only the target"
        raise InvalidRequest([f"features: no field is left to predict by: {told}"])
    return Features([name for name in kept if name in table.numeric], [name for name in kept if name in table.text], ignored)


def inputs(frame: pd.DataFrame, features: Features) -> pd.DataFrame:
    """The features of rows that need not have all of them: what is absent is missing."""
    columns: dict[str, pd.Series] = {}
    for name in features.numeric:
        columns[name] = frame[name].astype("float64") if name in frame else pd.Series(np.nan, index=frame.index)
    for name in features.text:
        given = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype="object")
        columns[name] = given.where(given.notna(), MISSING).astype("object")
    return pd.DataFrame(columns, index=frame.index)


def preparation(features: Features) -> ColumnTransformer:
    """Numbers: median for missing, with a flag, then standardised. Texts: one column for each frequent value."""
    numbers: Pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    texts = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_LEVELS, sparse_output=False)
    steps = [("numbers", numbers, features.numeric), ("texts", texts, features.text)]
    return ColumnTransformer([step for step in steps if step[2]])
