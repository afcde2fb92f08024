"""Numbers for an answer in JSON, which knows no NaN and no infinity: what is not defined is null."""

from __future__ import annotations

import math


def number(value: float) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None


def interval(low: float, high: float) -> dict:
    return {"low": number(low), "high": number(high)}
