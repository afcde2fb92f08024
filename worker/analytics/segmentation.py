"""Customer segments by k-means on standardised features."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from .table import InvalidRequest, Table, show

MAX_SEGMENTS = 20
# Tried when the caller names no number.
SEGMENTS_TRIED = range(2, 9)
# The silhouette compares all pairs of rows: beyond this many, a sample of them.
SCORED_ROWS = 2_000
# k-means++ runs for one answer, of which the best is kept.
STARTS = 3
# The same request gives the same segments.
SEED = 0


def _features(table: Table, wanted: object) -> list[str]:
    if wanted is None:
        if not table.numeric:
            raise InvalidRequest(["rows: have no field with numbers to form segments by"])
        return table.numeric
    if not isinstance(wanted, list) or not wanted or not all(isinstance(name, str) for name in wanted):
        raise InvalidRequest([f"features = {show(wanted)}: must be a list of at least one field name"])
    faults = [f"features: {show(name)} is not a field with numbers" for name in wanted if name not in table.numeric]
    if len(set(wanted)) < len(wanted):
        faults.append(f"features = {show(wanted)}: must not name a field twice")
    if faults:
        raise InvalidRequest(faults)
    return wanted


def _number_of_segments(wanted: object, distinct: int) -> list[int]:
    """The numbers of segments to try. k-means needs more different rows than segments for a silhouette to exist."""
    if wanted is None:
        tried = [k for k in SEGMENTS_TRIED if k < distinct]
        if not tried:
            raise InvalidRequest([f"rows: {distinct} different complete rows are too few, segments need at least 3"])
        return tried
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 2 <= wanted <= MAX_SEGMENTS:
        raise InvalidRequest([f"segments = {show(wanted)}: must be a whole number from 2 to {MAX_SEGMENTS}"])
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


def _best_number(points: np.ndarray, candidates: list[int]) -> int:
    """The number of segments with the best silhouette on a sample that has enough different rows for each of them."""
    different = np.unique(points, axis=0, return_index=True)[1]
    sample = points[_sample(points, different[: max(candidates) + 1])]
    return max(candidates, key=lambda k: _silhouette(sample, _labels(sample, k)))


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Renumbers the segments from the largest to the smallest; of equal ones the one that appears first."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-counts[i], first[i]))
    rank = {names[index]: position for position, index in enumerate(order)}
    return np.array([rank[label] for label in labels])


def segment(table: Table, segments: object = None, features: object = None) -> dict:
    """
    Assigns each row to one of `segments` groups; without a number, to the one of 2 to 8 with the best silhouette (-1 to
    1, above 0.5 is a clear structure). Rows that miss a feature belong to no group (null). Centres are means in the
    features' own units. k-means++: https://scikit-learn.org/stable/modules/clustering.html#k-means
    """
    names = _features(table, features)
    data = table.frame[names]
    complete = data.notna().all(axis=1)
    known = data[complete]
    candidates = _number_of_segments(segments, len(known.drop_duplicates()))
    points = StandardScaler().fit_transform(known.to_numpy())
    labels = _by_size(_labels(points, candidates[0] if len(candidates) == 1 else _best_number(points, candidates)))

    assigned = pd.Series(labels, index=known.index)
    groups = known.groupby(assigned)
    return {
        "features": names,
        "silhouette": _silhouette(points, labels),
        "segments": [
            {
                "segment": int(label),
                "rows": len(group),
                "share": len(group) / len(known),
                "centre": {name: float(value) for name, value in group.mean().items()},
            }
            for label, group in groups
        ],
        "assignments": [int(assigned[i]) if complete[i] else None for i in range(len(data))],
        "incompleteRows": int((~complete).sum()),
    }
