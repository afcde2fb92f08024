"""How good probabilities are, on rows that were not learned from."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss

from .effects import superiority, wilson_interval
from .json_values import interval, number

CONFIDENCE = 0.95
BINS = 10
# Keeps logits finite; the loss of a wrong certainty then is 14, not infinite.
LEAST = 1e-6


def _bins(outcome: np.ndarray, predicted: np.ndarray) -> list[np.ndarray]:
    """Row numbers by predicted probability, in at most ten parts of equal size; the lowest first."""
    order = np.argsort(predicted, kind="stable")
    return [part for part in np.array_split(order, min(BINS, len(outcome))) if len(part)]


def _reliability(outcome: np.ndarray, predicted: np.ndarray, bins: list[np.ndarray]) -> list[dict]:
    return [
        {
            "rows": len(rows),
            "predicted": float(predicted[rows].mean()),
            "observed": float(outcome[rows].mean()),
            "observedInterval": interval(*wilson_interval(int(outcome[rows].sum()), len(rows), CONFIDENCE)),
        }
        for rows in bins
    ]


def _slope_and_intercept(outcome: np.ndarray, predicted: np.ndarray) -> dict:
    """Cox's recalibration (1958): 1 and 0 are perfect; a slope below 1 means too extreme. Null if nothing varies."""
    clipped = predicted.clip(LEAST, 1 - LEAST)
    logits = np.log(clipped / (1 - clipped)).reshape(-1, 1)
    if np.ptp(logits) < 1e-9:
        return {"slope": None, "intercept": None}
    fit = LogisticRegression(C=np.inf, max_iter=500).fit(logits, outcome)
    return {"slope": number(fit.coef_[0, 0]), "intercept": number(fit.intercept_[0])}


def held_out_metrics(outcome: np.ndarray, predicted: np.ndarray) -> dict:
    """Discrimination, calibration and, for campaigns, what the best-rated tenth of the rows yields against the average."""
    base = float(outcome.mean())
    bins = _bins(outcome, predicted)
    reliability = _reliability(outcome, predicted, bins)
    area, low, high = superiority(predicted[outcome == 1], predicted[outcome == 0], CONFIDENCE)
    error = sum(part["rows"] * abs(part["predicted"] - part["observed"]) for part in reliability) / len(outcome)
    return {
        "rows": len(outcome),
        "positives": int(outcome.sum()),
        "areaUnderRoc": {"value": area, **interval(low, high)},
        "averagePrecision": float(average_precision_score(outcome, predicted)),
        "brierScore": float(brier_score_loss(outcome, predicted)),
        "brierScoreOfBaseRate": base * (1 - base),
        "logLoss": float(log_loss(outcome, predicted.clip(LEAST, 1 - LEAST))),
        "logLossOfBaseRate": float(-(base * np.log(base) + (1 - base) * np.log(1 - base))),
        "calibrationError": float(error),
        "calibration": _slope_and_intercept(outcome, predicted),
        "topTenthLift": float(outcome[bins[-1]].mean() / base),
        "reliability": reliability,
    }
