"""Propensity: the calibrated probability that a customer does something, learned from rows where it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from .effects import superiority
from .errors import InvalidRequest, show
from .features import Features, choose_features, inputs, preparation
from .metrics import held_out_metrics
from .request import PropensityOptions
from .table import Table

SEED = 0
# Fewer of either outcome cannot be divided into what is learned from and what is judged by.
LEAST_OF_EACH = 20
HOLD_OUT = 0.25
FOLDS = 3
# Learning from more improves little and takes minutes: beyond it, a sample.
LEARNED_ROWS = 30_000
LEARNED_CELLS = 1_000_000
# The choice between models is made on this many.
COMPARED_ROWS = 4_000
IMPORTANCE_ROWS = 1_000
# A single field that separates the outcomes like this was most likely recorded after them.
SUSPICIOUS_AREA = 0.995
TRUE_WORDS = frozenset({"true", "yes", "y", "1"})
DECIMALS = 6


@dataclass(frozen=True)
class _Sample:
    inputs: pd.DataFrame
    outcome: np.ndarray


def _model(name: str, features: Features) -> Pipeline:
    if name == "logistic":
        estimator = LogisticRegression(C=1.0, max_iter=500)
    else:
        estimator = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=20, l2_regularization=1.0, early_stopping=False,
            random_state=SEED,
        )
    return make_pipeline(preparation(features), estimator)


def _folds() -> StratifiedKFold:
    return StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)


def _calibrated(name: str, features: Features, sample: _Sample) -> CalibratedClassifierCV:
    """The model on all of the sample; Platt's map of its log odds to probabilities is learned from predictions across folds."""
    model = CalibratedClassifierCV(_model(name, features), method="sigmoid", cv=_folds(), ensemble=False)
    return model.fit(sample.inputs, sample.outcome)


def _probabilities(model: CalibratedClassifierCV, rows: pd.DataFrame) -> np.ndarray:
    return model.predict_proba(rows)[:, 1]


def _target(table: Table, options: PropensityOptions) -> tuple[pd.Series, object]:
    """1 where the outcome is the positive one, 0 where not, NaN where it is not known; and the positive value."""
    if options.target not in table.frame.columns:
        raise InvalidRequest([f"target = {show(options.target)}: must be one of the fields of the rows"])
    column = table.frame[options.target]
    values = column.dropna().unique().tolist()
    positive = options.positive if options.positive is not None else _positive(values, options.target)
    if positive not in values:
        raise InvalidRequest([f"positive = {show(positive)}: is not a value of the target {show(options.target)}"])
    outcome = (column == positive).astype("float64").where(column.notna())
    ones, zeros = int((outcome == 1).sum()), int((outcome == 0).sum())
    if min(ones, zeros) < LEAST_OF_EACH:
        raise InvalidRequest(
            [f"target = {show(options.target)}: has {ones} rows with {show(positive)} and {zeros} with another value, needs {LEAST_OF_EACH} of each"]
        )
    return outcome, positive


def _positive(values: list, target: str) -> object:
    if len(values) == 2 and not any(isinstance(value, str) for value in values):
        return max(values)
    true = [value for value in values if isinstance(value, str) and value.lower() in TRUE_WORDS]
    if len(values) == 2 and len(true) == 1:
        return true[0]
    shown = ", ".join(show(value) for value in sorted(values, key=str)[:5])
    raise InvalidRequest([f"positive: must name the value of {show(target)} that is to be predicted; it has {len(values)}: {shown}"])


def _subsample(sample: _Sample, rows: int) -> _Sample:
    if len(sample.outcome) <= rows:
        return sample
    kept, _ = train_test_split(np.arange(len(sample.outcome)), train_size=rows, stratify=sample.outcome, random_state=SEED)
    kept.sort()
    return _Sample(sample.inputs.iloc[kept], sample.outcome[kept])


def _split(sample: _Sample) -> tuple[_Sample, _Sample]:
    positions = np.arange(len(sample.outcome))
    learned, judged = train_test_split(positions, test_size=HOLD_OUT, stratify=sample.outcome, random_state=SEED)
    return tuple(_Sample(sample.inputs.iloc[part], sample.outcome[part]) for part in (np.sort(learned), np.sort(judged)))


def _choose(wanted: str, features: Features, sample: _Sample) -> tuple[str, list[dict]]:
    """The model with the least log loss across folds. The simpler one wins a tie."""
    if wanted != "auto":
        return wanted, []
    few = _subsample(sample, COMPARED_ROWS)
    losses = {}
    for name in ("logistic", "trees"):
        predicted = cross_val_predict(_model(name, features), few.inputs, few.outcome, cv=_folds(), method="predict_proba")
        losses[name] = float(log_loss(few.outcome, predicted))
    return min(losses, key=losses.get), [{"model": name, "logLoss": loss} for name, loss in losses.items()]


def _importance(model: CalibratedClassifierCV, features: Features, judged: _Sample) -> list[dict]:
    """How much the area under the ROC curve falls when one field's values are shuffled (Breiman 2001)."""
    few = _subsample(judged, IMPORTANCE_ROWS)
    random = np.random.default_rng(SEED)
    full = roc_auc_score(few.outcome, _probabilities(model, few.inputs))
    falls = {}
    for name in features.names:
        shuffled = few.inputs.copy()
        shuffled[name] = shuffled[name].to_numpy()[random.permutation(len(shuffled))]
        falls[name] = float(full - roc_auc_score(few.outcome, _probabilities(model, shuffled)))
    return [{"name": name, "importance": fall} for name, fall in sorted(falls.items(), key=lambda item: (-item[1], item[0]))]


def _warnings(features: Features, sample: _Sample, metrics: dict) -> list[str]:
    warnings = []
    for name in features.numeric:
        column = sample.inputs[name]
        ones, zeros = (column[sample.outcome == value].dropna().to_numpy() for value in (1, 0))
        if len(ones) > 1 and len(zeros) > 1 and abs(superiority(ones, zeros, 0.95)[0] - 0.5) > SUSPICIOUS_AREA - 0.5:
            warnings.append(f"{name} alone separates the outcomes: is it known before the outcome is?")
    if metrics["areaUnderRoc"]["low"] <= 0.5:
        warnings.append("the hold-out rows do not show that this predicts better than chance")
    return warnings


def _scores(model: CalibratedClassifierCV, frame: pd.DataFrame, features: Features) -> list[float]:
    return [round(float(p), DECIMALS) for p in _probabilities(model, inputs(frame, features))]


def _check_scored(table: Table, features: Features) -> None:
    wrong = [name for name in features.numeric if name in table.text and table.frame[name].notna().any()]
    wrong += [name for name in features.text if name in table.numeric]
    if wrong:
        raise InvalidRequest(
            [f"score: {show(name)} must have {'numbers' if name in features.numeric else 'texts'} as in the rows learned from" for name in wrong]
        )


def propensity(table: Table, options: PropensityOptions, scored: Table | None = None) -> dict:
    """
    Learns from the rows that have a target, judges itself on a quarter of them that it did not see, and then learns from
    all. `scores` are the probabilities of the rows given: None where the target is known, unless there is `scored`, whose
    rows are then scored. Raises InvalidRequest.
    """
    outcome, positive = _target(table, options)
    features = choose_features(table, options.features, options.target)
    if scored is not None:
        _check_scored(scored, features)
    known = outcome.notna()
    labelled = _Sample(inputs(table.frame[known], features), outcome[known].to_numpy().astype(int))
    most = min(LEARNED_ROWS, LEARNED_CELLS // len(features.names))
    learned, judged = _split(labelled)
    learned, sample = _subsample(learned, most), _subsample(labelled, most)

    name, compared = _choose(options.model, features, learned)
    trial = _calibrated(name, features, learned)
    metrics = held_out_metrics(judged.outcome, _probabilities(trial, judged.inputs))
    model = _calibrated(name, features, sample)
    result = {
        "target": options.target,
        "positive": positive,
        "baseRate": float(labelled.outcome.mean()),
        "model": name,
        "compared": compared,
        "learnedRows": len(sample.outcome),
        "features": _importance(trial, features, judged),
        "ignored": features.ignored,
        "holdOut": metrics,
        "warnings": _warnings(features, sample, metrics),
    }
    unknown = table.frame[~known]
    if len(unknown):
        predicted = dict(zip(unknown.index, _scores(model, unknown, features), strict=True))
        result["scores"] = [predicted.get(index) for index in table.frame.index]
    if scored is not None:
        result["scored"] = _scores(model, scored.frame, features)
    return result
