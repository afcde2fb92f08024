import signal
import time
from types import SimpleNamespace

import pytest

from analytics.budget import Budget, stop_after
from analytics.errors import DeadlineExceeded
from analytics.request import SegmentsOptions
from analytics.segmentation import segment
from analytics.table import parse_rows


def test_endless_work_is_stopped_and_says_what_mends_it():
    with pytest.raises(DeadlineExceeded, match=r"stopped after 0\.1 s.*send fewer rows"), stop_after(0.1):
        while True:
            pass


def test_a_real_fit_is_stopped():
    rows = [{f"f{column}": (index * (column + 3)) % 9_973 for column in range(12)} for index in range(20_000)]
    table = parse_rows(rows)
    with pytest.raises(DeadlineExceeded), stop_after(0.05):
        segment(table, SegmentsOptions(20))


def test_an_exception_that_is_swallowed_comes_again():
    with pytest.raises(DeadlineExceeded), stop_after(0.05):
        swallowed = 0
        while True:
            try:
                time.sleep(10)
            except DeadlineExceeded:
                swallowed += 1
                if swallowed > 1:
                    raise


def test_what_is_quick_enough_is_left_alone_and_nothing_rings_later():
    before = signal.getsignal(signal.SIGALRM)
    with stop_after(600):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_without_time_nothing_is_begun():
    with pytest.raises(DeadlineExceeded, match="no time was left to begin"), stop_after(0):
        raise AssertionError


@pytest.mark.parametrize(("remaining", "usable"), [(1, 0.9), (10, 9), (60, 58), (900, 898)])
def test_a_tenth_but_at_most_two_seconds_are_kept_back(remaining, usable, monkeypatch):
    monkeypatch.setattr("analytics.budget.time", SimpleNamespace(monotonic=lambda: 1_000.0))
    assert Budget(remaining).left_seconds() == pytest.approx(usable)


def test_no_time_is_not_less_than_no_time():
    assert Budget(-5).left_seconds() == 0
