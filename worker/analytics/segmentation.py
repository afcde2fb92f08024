"""Customer segments by k-means on standardised features."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from .errors import InvalidRequest, show
from .features import is_running_number
from .request import SegmentsOptions
from .table import Table

# Tried when the caller names no number.
SEGMENTS_TRIED = range(2, 9)
# The silhouette compares all pairs of rows: beyond this many, a sample of them.
SCORED_ROWS = 2_000
# k-means++ runs for one answer, of which the best is kept.
STARTS = 3
# The same request gives the same segments.
SEED = 0
# Rows that differ by less, in standard deviations, are the same to k-means.
DECIMALS = 9
# What a silhouette says about the structure of the data (Kaufman and Rousseeuw 1990, p. 88).
STRUCTURES = ((0.7, "strong"), (0.5, "reasonable"), (0.25, "weak"))


def _features(table: Table, wanted: list[str] | None) -> list[str]:
    if wanted is None:
        if not table.numeric:
            raise InvalidRequest(["rows: have no field with numbers to form segments by"])
        return [name for name in table.numeric if not is_running_number(table.frame[name])] or table.numeric
    faults = [f"features: {show(name)} is not a field with numbers" for name in wanted if name not in table.numeric]
    if faults:
        raise InvalidRequest(faults)
    return wanted


def _number_of_segments(wanted: int | None, distinct: int) -> list[int]:
    """The numbers of segments to try. k-means needs more different rows than segments for a silhouette to exist."""
    if wanted is None:
        tried = [k for k in SEGMENTS_TRIED if k < distinct]
        if not tried:
            raise InvalidRequest([f"rows: {distinct} different complete rows are too few, segments need at least 3"])
        return tried
    if wanted >= distinct:
        raise InvalidRequest([f"segments = {wanted}: must be below the number of different complete rows, {distinct}"])
    return [wanted]


def _sample(points: np.ndarray, must: np.ndarray) -> np.ndarray:
    """Row numbers: all of them, or SCORED_ROWS at random and those that must be there."""
    if len(points) <= SCORED_ROWS:
        return np.arange(len(points))
    return np.union1d(np.random.default_rng(SEED).choice(len(points), SCORED_ROWS, replace=False), must)


def _labels(points: np.ndarray, k: int) -> np.ndarray:
    return KMeans(n_clusters=k, n_init=STARTS, random_state=SEED).fit_predict(points)


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    # However small a segment is, one row of it takes part: the score needs two segments at least.
    rows = _sample(points, np.unique(labels, return_index=True)[1])
    return float(silhouette_score(points[rows], labels[rows]))


def _silhouettes(points: np.ndarray, candidates: list[int]) -> dict[int, float]:
    """The silhouette of each number of segments, on a sample that has enough different rows for each of them."""
    different = np.unique(points.round(DECIMALS), axis=0, return_index=True)[1]
    sample = points[_sample(points, different[: max(candidates) + 1])]
    return {k: _silhouette(sample, _labels(sample, k)) for k in candidates}


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Renumbers the segments from the largest to the smallest; of equal ones the one that appears first."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-counts[i], first[i]))
    rank = {names[index]: position for position, index in enumerate(order)}
    return np.array([rank[label] for label in labels])


def _structure(silhouette: float) -> str:
    return next((name for least, name in STRUCTURES if silhouette > least), "none")


def segment(table: Table, options: SegmentsOptions | None = None) -> dict:
    """
    Assigns each row to one of `segments` groups; without a number, to the one of 2 to 8 with the best silhouette (-1 to
    1). Rows that miss a feature belong to no group (null). Centres are means in the features' own units, `standardised`
    tells them in standard deviations from the mean of all. k-means++: https://scikit-learn.org/stable/modules/clustering.html#k-means
    """
    options = options or SegmentsOptions()
    names = _features(table, options.features)
    data = table.frame[names]
    complete = data.notna().all(axis=1)
    known = data[complete]
    points = StandardScaler().fit_transform(known.to_numpy()) if len(known) else known.to_numpy()
    candidates = _number_of_segments(options.segments, len(np.unique(points.round(DECIMALS), axis=0)))
    tried = _silhouettes(points, candidates) if len(candidates) > 1 else {}
    labels = _by_size(_labels(points, max(tried, key=tried.get) if tried else candidates[0]))
    silhouette = _silhouette(points, labels)

    assigned = pd.Series(labels, index=known.index)
    groups = known.groupby(assigned)
    standardised = pd.DataFrame(points, columns=names, index=known.index).groupby(assigned).mean()
    return {
        "features": names,
        "silhouette": silhouette,
        "structure": _structure(silhouette),
        "tried": [{"segments": k, "silhouette": value} for k, value in tried.items()],
        "segments": [
            {
                "segment": int(label),
                "rows": len(group),
                "share": len(group) / len(known),
                "centre": {name: float(value) for name, value in group.mean().items()},
                "standardised": {name: float(value) for name, value in standardised.loc[label].items()},
            }
            for label, group in groups
        ],
        "assignments": [None if pd.isna(label) else int(label) for label in assigned.reindex(data.index)],
        "incompleteRows": int((~complete).sum()),
    }
