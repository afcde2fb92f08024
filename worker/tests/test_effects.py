"""Reference values: published examples where there are some, else simulation or another formula."""

import math

import numpy as np
import pytest
from scipy import stats

from analytics import effects


def test_wilson_interval_of_newcombes_example():
    # Newcombe (1998), table I: 81/263, 15/148 and 0/20
    assert effects.wilson_interval(81, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert effects.wilson_interval(15, 148, 0.95) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert effects.wilson_interval(0, 20, 0.95) == pytest.approx((0, 0.1611), abs=1e-4)
    assert effects.wilson_interval(20, 20, 0.95)[1] == 1


def test_difference_of_shares_of_newcombes_example():
    # Newcombe (1998), table II, method 10: 56/70 - 48/80 and 9/10 - 3/10
    assert effects.share_difference((56, 70), (48, 80), 0.95) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert effects.share_difference((9, 10), (3, 10), 0.95) == pytest.approx((0.6, 0.1705, 0.8090), abs=1e-4)
    assert effects.share_difference((10, 10), (0, 10), 0.95)[2] == 1


def test_odds_ratio_agrees_with_scipy():
    table = np.array([[30, 12], [18, 41]])
    expected = stats.contingency.odds_ratio(table, kind="sample")
    interval = expected.confidence_interval(0.95)
    assert effects.odds_ratio(table, 0.95) == pytest.approx((expected.statistic, interval.low, interval.high))


def test_an_empty_cell_gives_a_finite_odds_ratio():
    assert all(math.isfinite(value) for value in effects.odds_ratio(np.array([[5, 0], [3, 9]]), 0.95))


def test_hedges_g_by_hand():
    # means 5 and 3, pooled variance (2 * 1 + 2 * 1) / 4 = 1, correction 1 - 3 / 15
    g, low, high = effects.hedges_g(np.array([4.0, 5, 6]), np.array([2.0, 3, 4]), 0.95)
    assert g == pytest.approx(2 * 0.8)
    assert (low + high) / 2 == pytest.approx(g)
    assert high - g == pytest.approx(1.959964 * math.sqrt(6 / 9 + 1.6**2 / 12), rel=1e-6)


def test_superiority_counts_pairs_and_half_of_the_ties():
    first, second = np.array([1.0, 2, 2, 5]), np.array([2.0, 0, 3])
    pairs = [(a > b) + (a == b) / 2 for a in first for b in second]
    value, low, high = effects.superiority(first, second, 0.95)
    assert value == pytest.approx(sum(pairs) / len(pairs))
    assert 0 < low < value < high < 1


def test_complete_separation_has_an_open_interval():
    value, low, high = effects.superiority(np.arange(10.0) + 100, np.arange(20.0), 0.95)
    assert (value, high) == (1, 1)
    assert low == pytest.approx(1 - (1 - 0.05**0.1))


def coverage(draw, interval, truth, times=1_000):
    random = np.random.default_rng(1)
    hits = sum(low <= truth <= high for low, high in (interval(*draw(random)) for _ in range(times)))
    return hits / times


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_the_interval_of_superiority_covers_the_truth(shift):
    truth = stats.norm.cdf(shift / math.sqrt(2))
    found = coverage(
        lambda random: (random.normal(shift, size=40), random.normal(size=60)),
        lambda first, second: effects.superiority(first, second, 0.9)[1:],
        truth,
    )
    assert 0.87 < found < 0.93


def test_the_interval_of_the_kolmogorov_distance_covers_the_truth():
    truth = 2 * stats.norm.cdf(0.25) - 1
    found = coverage(
        lambda random: (random.normal(0.5, size=80), random.normal(size=80)),
        lambda a, b: effects.kolmogorov_interval(stats.ks_2samp(a, b).statistic, (80, 80), 0.9),
        truth,
    )
    assert found > 0.9


def test_noncentrality_of_chi_square_is_where_the_statistic_is_the_quantile():
    low, high = effects.chi_square_noncentrality(20.0, 3, 0.95)
    assert stats.ncx2.cdf(20, 3, low) == pytest.approx(0.975)
    assert stats.ncx2.cdf(20, 3, high) == pytest.approx(0.025)
    assert effects.chi_square_noncentrality(1.0, 3, 0.95)[0] == 0


@pytest.mark.parametrize("statistic", [0.0, 1e3, 1e5, 4e6])
def test_noncentrality_holds_for_any_size_of_statistic(statistic):
    low, high = effects.chi_square_noncentrality(statistic, 4, 0.95)
    assert 0 <= low <= statistic <= high + 10
    if statistic > 1e4:
        assert high - low == pytest.approx(2 * 1.96 * 2 * math.sqrt(statistic), rel=0.05)


@pytest.mark.parametrize("freedom", [30.0, 1_999.0, 2_001.0, 1e5])
def test_explained_variance_is_between_its_bounds(freedom):
    value, low, high = effects.explained_variance(5.0, (3, freedom), 0.95)
    assert value == pytest.approx(15 / (15 + freedom))
    assert 0 < low < value < high < 1


def test_explained_variance_does_not_jump_where_the_approximation_begins():
    exact = effects.explained_variance(5.0, (3, 2_000), 0.95)
    assert effects.explained_variance(5.0, (3, 2_001), 0.95) == pytest.approx(exact, rel=0.02)
