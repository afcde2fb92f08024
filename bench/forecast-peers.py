"""Forecasts of other people's models, for bench/forecast-peers.ts.

Reads {"leads", "levels", "windows": [{"m", "values"}]} from standard input and writes one line of JSON per model and window:
{"model", "window", "quantiles": [per lead [per level]], "ms"}. A model that fails on a window says so and is left out there.
"""
import json
import math
import sys
import time
import warnings
from statistics import NormalDist

import numpy as np
from statsforecast.models import MSTL, AutoETS
from statsmodels.tsa.holtwinters import ExponentialSmoothing

warnings.filterwarnings("ignore")


def from_statsforecast(model, values, leads, levels):
    """Quantiles above the middle are the upper ends of central intervals."""
    central = [round(100 * (2 * level - 1), 6) for level in levels if level > 0.5]
    result = model.forecast(y=values, h=max(leads), level=central)
    upper = {level: result[f"hi-{c}"] for level, c in zip([q for q in levels if q > 0.5], central)}
    return [[float(upper.get(level, result["mean"])[lead - 1]) for level in levels] for lead in leads]


def auto_ets(values, _m, leads, levels):
    # A season of 288 takes minutes and is beyond ETS anyway: it chooses among the models without one, trend included.
    return from_statsforecast(AutoETS(season_length=1, model="ZZN"), values, leads, levels)


def mstl(values, m, leads, levels):
    return from_statsforecast(MSTL(season_length=[m]), values, leads, levels)


def holt_winters(values, m, leads, levels):
    """Additive, by day; normal errors with the variance of its state space form, as R's predict.HoltWinters."""
    model = ExponentialSmoothing(values, seasonal="add", seasonal_periods=m, initialization_method="heuristic")
    fit = model.fit(optimized=True, use_brute=False)
    point = fit.forecast(max(leads))
    alpha, gamma = fit.params["smoothing_level"], fit.params["smoothing_seasonal"]
    variance = float(np.mean((values - fit.fittedvalues)[m:] ** 2))
    rows = []
    for lead in leads:
        growth = 1 + sum((alpha + (gamma * (1 - alpha) if j % m == 0 else 0)) ** 2 for j in range(1, lead))
        spread = math.sqrt(variance * growth)
        rows.append([float(point[lead - 1]) + NormalDist().inv_cdf(level) * spread for level in levels])
    return rows


MODELS = {
    "statsforecast AutoETS": auto_ets,
    "statsforecast MSTL": mstl,
    "statsmodels Holt-Winters": holt_winters,
}


def main():
    task = json.load(sys.stdin)
    for i, window in enumerate(task["windows"]):
        values = np.array(window["values"], dtype=float)
        for name, model in MODELS.items():
            started = time.perf_counter()
            try:
                quantiles = model(values, window["m"], task["leads"][i], task["levels"])
            except Exception as error:  # noqa: BLE001 - a failure is a result of the comparison
                print(json.dumps({"model": name, "window": i, "error": str(error)[:200]}), flush=True)
                continue
            elapsed = 1000 * (time.perf_counter() - started)
            if not np.isfinite(quantiles).all():
                print(json.dumps({"model": name, "window": i, "error": "not finite"}), flush=True)
                continue
            print(json.dumps({"model": name, "window": i, "quantiles": quantiles, "ms": elapsed}), flush=True)


main()
