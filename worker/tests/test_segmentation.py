import random

import pytest

from analytics.errors import InvalidRequest
from analytics.request import SegmentsOptions
from analytics.segmentation import segment
from analytics.table import parse_rows

CENTRES = {"new": (20.0, 1.0), "regular": (200.0, 10.0), "top": (2_000.0, 30.0)}
SIZES = {"new": 60, "regular": 40, "top": 20}


def customers():
    """Three well separated groups, shuffled, with the group that each row came from."""
    generator = random.Random(7)
    rows = [
        {"customer": group, "spend": spend * generator.uniform(0.95, 1.05), "visits": visits * generator.uniform(0.95, 1.05)}
        for group, (spend, visits) in CENTRES.items()
        for _ in range(SIZES[group])
    ]
    generator.shuffle(rows)
    return rows


def faults_of(rows, **options):
    with pytest.raises(InvalidRequest) as caught:
        segment(parse_rows(rows), SegmentsOptions(**options))
    return caught.value.faults


@pytest.mark.parametrize("wanted", [3, None])
def test_separate_groups_are_found_with_and_without_their_number(wanted):
    rows = customers()
    result = segment(parse_rows(rows), SegmentsOptions(wanted))
    assert [item["rows"] for item in result["segments"]] == [60, 40, 20]
    by_segment = {(row["customer"], label) for row, label in zip(rows, result["assignments"], strict=True)}
    assert by_segment == {("new", 0), ("regular", 1), ("top", 2)}
    assert result["silhouette"] > 0.8
    assert result["incompleteRows"] == 0


def test_centres_are_means_in_the_units_of_the_features():
    rows = customers()
    top = [row for row in rows if row["customer"] == "top"]
    centre = segment(parse_rows(rows), SegmentsOptions(3))["segments"][2]["centre"]
    assert centre["spend"] == pytest.approx(sum(row["spend"] for row in top) / len(top))
    assert centre["visits"] == pytest.approx(sum(row["visits"] for row in top) / len(top))


def test_shares_add_up_and_every_row_is_assigned():
    result = segment(parse_rows(customers()), SegmentsOptions(5))
    assert sum(item["share"] for item in result["segments"]) == pytest.approx(1)
    assert sorted(set(result["assignments"])) == [0, 1, 2, 3, 4]


def test_the_same_request_gives_the_same_answer():
    assert segment(parse_rows(customers())) == segment(parse_rows(customers()))


def test_a_unit_of_measurement_does_not_matter():
    rows = customers()
    cents = [{**row, "spend": row["spend"] * 100} for row in rows]
    assert segment(parse_rows(rows), SegmentsOptions(4))["assignments"] == segment(parse_rows(cents), SegmentsOptions(4))["assignments"]


def test_only_the_named_features_count():
    rows = [{**row, "noise": index % 7} for index, row in enumerate(customers())]
    result = segment(parse_rows(rows), SegmentsOptions(3, ["spend", "visits"]))
    assert result["features"] == ["spend", "visits"]
    assert result["assignments"] == segment(parse_rows(customers()), SegmentsOptions(3))["assignments"]


def test_a_running_number_is_no_feature_unless_it_is_named_or_alone():
    rows = [{"number": 1000 + index, **row} for index, row in enumerate(customers())]
    assert segment(parse_rows(rows))["features"] == ["spend", "visits"]
    assert segment(parse_rows(rows), SegmentsOptions(2, ["number"]))["features"] == ["number"]
    assert segment(parse_rows([{"number": row["number"]} for row in rows]))["features"] == ["number"]


def test_incomplete_rows_belong_to_no_segment():
    rows = customers()
    rows[5] = {**rows[5], "visits": None}
    result = segment(parse_rows(rows), SegmentsOptions(3))
    assert result["assignments"][5] is None
    assert result["incompleteRows"] == 1
    assert sum(item["rows"] for item in result["segments"]) == len(rows) - 1


def test_a_constant_feature_does_no_harm():
    rows = [{**row, "country": 1} for row in customers()]
    assert segment(parse_rows(rows), SegmentsOptions(3))["assignments"] == segment(parse_rows(customers()), SegmentsOptions(3))["assignments"]


def test_a_segment_of_one_row_among_thousands_is_scored():
    rows = [{"spend": 1.0 + (index % 10) / 1e3} for index in range(5_000)] + [{"spend": 1e6}]
    result = segment(parse_rows(rows), SegmentsOptions(2))
    assert [item["rows"] for item in result["segments"]] == [5_000, 1]
    assert result["silhouette"] > 0.99


def test_a_rare_value_among_thousands_of_equal_rows_makes_no_number_of_segments_impossible():
    rows = [{"spend": 0}] * 9_000 + [{"spend": value} for value in (1, 2, 3)]
    assert [item["rows"] for item in segment(parse_rows(rows))["segments"]][0] >= 9_000


def test_more_segments_than_different_rows_are_refused():
    rows = [{"spend": index % 3} for index in range(30)]
    assert faults_of(rows, segments=3) == ["segments = 3: must be below the number of different complete rows, 3"]
    assert faults_of([{"spend": 1}] * 9) == ["rows: 1 different complete rows are too few, segments need at least 3"]


@pytest.mark.parametrize(
    ("features", "fault"),
    [
        (["spend", "age"], "features: 'age' is not a field with numbers"),
        (["customer"], "features: 'customer' is not a field with numbers"),
    ],
)
def test_features_are_checked(features, fault):
    assert fault in faults_of(customers(), features=features)[0]


def test_rows_without_numbers_cannot_be_segmented():
    assert faults_of([{"name": "a"}, {"name": "b"}]) == ["rows: have no field with numbers to form segments by"]


def test_the_numbers_of_segments_that_were_tried_are_told_and_the_best_is_taken():
    result = segment(parse_rows(customers()))
    assert [item["segments"] for item in result["tried"]] == list(range(2, 9))
    best = max(result["tried"], key=lambda item: item["silhouette"])
    assert best["segments"] == len(result["segments"]) == 3
    assert result["structure"] == "strong"


def test_noise_is_said_to_have_no_strong_structure():
    generator = random.Random(3)
    rows = [{name: generator.gauss(0, 1) for name in "abcdef"} for _ in range(400)]
    result = segment(parse_rows(rows))
    assert result["silhouette"] < 0.25
    assert result["structure"] == "none"


def test_standardised_centres_weigh_to_zero():
    result = segment(parse_rows(customers()), SegmentsOptions(3))
    for name in ("spend", "visits"):
        assert sum(item["share"] * item["standardised"][name] for item in result["segments"]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-100, 1e-12, 1, 1e15])
def test_the_magnitude_of_numbers_makes_no_difference(scale):
    rows = [{"x": scale * value} for value in [0, 0.001, 0.002, 0.5, 0.501, 1, 0.999, 0.998]]
    result = segment(parse_rows(rows), SegmentsOptions(3))
    assert result["assignments"] == [0, 0, 0, 2, 2, 1, 1, 1]


def test_values_that_differ_only_by_rounding_are_one():
    rows = [{"x": 1e14 + index / 64} for index in range(5)] + [{"x": -1e14}] * 5
    assert faults_of(rows, segments=4)[0].startswith("segments = 4: must be below the number of different complete rows")
