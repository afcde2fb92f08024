"""Effect sizes with confidence intervals, vectorised where they meet samples. Arrays hold no NaN."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize, stats


def z(confidence: float) -> float:
    return float(stats.norm.ppf((1 + confidence) / 2))


def mean_interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Student's interval for the mean; not defined for fewer than two values."""
    if len(values) < 2:
        return math.nan, math.nan
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def wilson_interval(count: int, total: int, confidence: float) -> tuple[float, float]:
    """Wilson's score interval for a share (Wilson 1927). In [0, 1] for any count."""
    if total == 0:
        return math.nan, math.nan
    critical = z(confidence)
    share, spread = count / total, critical**2 / total
    half = critical * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    low, high = (share + spread / 2 - half) / (1 + spread), (share + spread / 2 + half) / (1 + spread)
    return max(0.0, low) if count else 0.0, min(1.0, high) if count < total else 1.0


def share_difference(first: tuple[int, int], second: tuple[int, int], confidence: float) -> tuple[float, float, float]:
    """The difference of two shares, each (count, total), with Newcombe's hybrid score interval (1998, method 10)."""
    p, q = first[0] / first[1], second[0] / second[1]
    (p_low, p_high), (q_low, q_high) = wilson_interval(*first, confidence), wilson_interval(*second, confidence)
    low = p - q - math.hypot(p - p_low, q_high - q)
    return p - q, max(-1.0, low), min(1.0, p - q + math.hypot(p_high - p, q - q_low))


def odds_ratio(table: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Of a 2 x 2 table of counts, by Woolf's logarithm, with 1/2 added to each cell if one is empty (Haldane, Anscombe)."""
    cells = table + 0.5 if (table == 0).any() else table.astype(float)
    logarithm = math.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0]))
    half = z(confidence) * math.sqrt((1 / cells).sum())
    return math.exp(logarithm), math.exp(logarithm - half), math.exp(logarithm + half)


def hedges_g(first: np.ndarray, second: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """
    The standardised difference of means, corrected for small samples, with the normal interval of Hedges and Olkin
    (1985, p. 86). Not defined where neither group varies.
    """
    n, m = len(first), len(second)
    pooled = math.sqrt(((n - 1) * first.var(ddof=1) + (m - 1) * second.var(ddof=1)) / (n + m - 2))
    if pooled == 0:
        return math.nan, math.nan, math.nan
    g = (1 - 3 / (4 * (n + m) - 9)) * (first.mean() - second.mean()) / pooled
    half = z(confidence) * math.sqrt((n + m) / (n * m) + g**2 / (2 * (n + m)))
    return g, g - half, g + half


def superiority(first: np.ndarray, second: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """
    P(first > second) + P(equal) / 2, which is the area under the ROC curve, with DeLong's variance (1988) on the scale
    of the logit, where the interval keeps within 0 and 1.
    """
    n, m = len(first), len(second)
    together = stats.rankdata(np.concatenate([first, second]))
    placed_first = (together[:n] - stats.rankdata(first)) / m
    placed_second = 1 - (together[n:] - stats.rankdata(second)) / n
    area = float(placed_first.mean())
    if not 0 < area < 1:
        # Complete separation has no variance to go by: the rule of three for the smaller group.
        reach = 1 - (1 - confidence) ** (1 / min(n, m))
        return area, max(0.0, area - reach), min(1.0, area + reach)
    variance = placed_first.var(ddof=1) / n + placed_second.var(ddof=1) / m
    logit = math.log(area / (1 - area))
    half = z(confidence) * math.sqrt(variance) / (area * (1 - area))
    return area, _logistic(logit - half), _logistic(logit + half)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def kolmogorov_interval(statistic: float, sizes: tuple[int, int], confidence: float) -> tuple[float, float]:
    """
    For the largest distance of two distribution functions: both empirical ones lie within their bands of Dvoretzky,
    Kiefer, Wolfowitz and Massart (1990) at (1 + confidence) / 2 each. Conservative.
    """
    reach = sum(math.sqrt(math.log(4 / (1 - confidence)) / (2 * size)) for size in sizes)
    return max(0.0, statistic - reach), min(1.0, statistic + reach)


def _noncentrality(cdf: Callable[[float], float], probability: float, limit: float) -> float:
    """The noncentrality at which the statistic is this quantile; 0 if even the central distribution is beyond."""
    if cdf(0.0) <= probability:
        return 0.0
    return float(optimize.brentq(lambda value: cdf(value) - probability, 0.0, limit, xtol=1e-9 * max(limit, 1), maxiter=200))


def _both(cdf: Callable[[float], float], statistic: float, scale: float, confidence: float) -> tuple[float, float]:
    limit = 2 * statistic + 100 + 20 * math.sqrt(scale + statistic)
    tail = (1 - confidence) / 2
    return _noncentrality(cdf, 1 - tail, limit), _noncentrality(cdf, tail, limit)


def chi_square_noncentrality(statistic: float, freedom: int, confidence: float) -> tuple[float, float]:
    """The interval of the noncentrality behind a chi-square statistic, by inversion (Smithson 2003)."""

    def cdf(noncentrality: float) -> float:
        if freedom + noncentrality < 1e4:
            return float(stats.ncx2.cdf(statistic, freedom, noncentrality))
        # The series of the exact one needs as many terms as the noncentrality is large.
        return float(stats.norm.cdf(statistic, freedom + noncentrality, math.sqrt(2 * (freedom + 2 * noncentrality))))

    return _both(cdf, statistic, freedom, confidence)


def explained_variance(statistic: float, freedoms: tuple[float, float], confidence: float) -> tuple[float, float, float]:
    """
    Eta squared of an F statistic, F d1 / (F d1 + d2), with the interval of its noncentrality c as c / (c + d1 + d2 + 1),
    by inversion (Steiger 2004), for which d1 F is taken as chi-square where the denominator has many degrees of freedom.
    """
    d1, d2 = freedoms
    if d2 > 2_000:
        low, high = chi_square_noncentrality(statistic * d1, int(d1), confidence)
    else:
        low, high = _both(lambda c: float(stats.ncf.cdf(statistic, d1, d2, c)), statistic * d1 * (1 + 10 / d2), d1 + d2, confidence)
    total = d1 + d2 + 1
    return statistic * d1 / (statistic * d1 + d2), low / (low + total), high / (high + total)
