import random

import pytest

from analytics.segmentation import MAX_SEGMENTS, segment
from analytics.table import InvalidRequest, parse_rows

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
        segment(parse_rows(rows), **options)
    return caught.value.faults


@pytest.mark.parametrize("wanted", [3, None])
def test_separate_groups_are_found_with_and_without_their_number(wanted):
    rows = customers()
    result = segment(parse_rows(rows), wanted)
    assert [item["rows"] for item in result["segments"]] == [60, 40, 20]
    by_segment = {(row["customer"], label) for row, label in zip(rows, result["assignments"], strict=True)}
    assert by_segment == {("new", 0), ("regular", 1), ("top", 2)}
    assert result["silhouette"] > 0.8
    assert result["incompleteRows"] == 0


def test_centres_are_means_in_the_units_of_the_features():
    rows = customers()
    top = [row for row in rows if row["customer"] == "top"]
    centre = segment(parse_rows(rows), 3)["segments"][2]["centre"]
    assert centre["spend"] == pytest.approx(sum(row["spend"] for row in top) / len(top))
    assert centre["visits"] == pytest.approx(sum(row["visits"] for row in top) / len(top))


def test_shares_add_up_and_every_row_is_assigned():
    result = segment(parse_rows(customers()), 5)
    assert sum(item["share"] for item in result["segments"]) == pytest.approx(1)
    assert sorted(set(result["assignments"])) == [0, 1, 2, 3, 4]


def test_the_same_request_gives_the_same_answer():
    assert segment(parse_rows(customers())) == segment(parse_rows(customers()))


def test_a_unit_of_measurement_does_not_matter():
    rows = customers()
    cents = [{**row, "spend": row["spend"] * 100} for row in rows]
    assert segment(parse_rows(rows), 4)["assignments"] == segment(parse_rows(cents), 4)["assignments"]


def test_only_the_named_features_count():
    rows = [{**row, "noise": index % 7} for index, row in enumerate(customers())]
    result = segment(parse_rows(rows), 3, ["spend", "visits"])
    assert result["features"] == ["spend", "visits"]
    assert result["assignments"] == segment(parse_rows(customers()), 3)["assignments"]


def test_incomplete_rows_belong_to_no_segment():
    rows = customers()
    rows[5] = {**rows[5], "visits": None}
    result = segment(parse_rows(rows), 3)
    assert result["assignments"][5] is None
    assert result["incompleteRows"] == 1
    assert sum(item["rows"] for item in result["segments"]) == len(rows) - 1


def test_a_constant_feature_does_no_harm():
    rows = [{**row, "country": 1} for row in customers()]
    assert segment(parse_rows(rows), 3)["assignments"] == segment(parse_rows(customers()), 3)["assignments"]


def test_a_segment_of_one_row_among_thousands_is_scored():
    rows = [{"spend": 1.0 + (index % 10) / 1e3} for index in range(5_000)] + [{"spend": 1e6}]
    result = segment(parse_rows(rows), 2)
    assert [item["rows"] for item in result["segments"]] == [5_000, 1]
    assert result["silhouette"] > 0.99


def test_a_rare_value_among_thousands_of_equal_rows_makes_no_number_of_segments_impossible():
    rows = [{"spend": 0}] * 9_000 + [{"spend": value} for value in (1, 2, 3)]
    assert [item["rows"] for item in segment(parse_rows(rows))["segments"]][0] >= 9_000


@pytest.mark.parametrize("wanted", [1, 0, -3, MAX_SEGMENTS + 1, 2.5, True, "3", [3]])
def test_the_number_of_segments_is_checked(wanted):
    assert faults_of(customers(), segments=wanted)[0].startswith("segments = ")


def test_more_segments_than_different_rows_are_refused():
    rows = [{"spend": index % 3} for index in range(30)]
    assert faults_of(rows, segments=3) == ["segments = 3: must be below the number of different complete rows, 3"]
    assert faults_of([{"spend": 1}] * 9) == ["rows: 1 different complete rows are too few, segments need at least 3"]


@pytest.mark.parametrize(
    ("features", "fault"),
    [
        (["spend", "age"], "features: 'age' is not a field with numbers"),
        (["customer"], "features: 'customer' is not a field with numbers"),
        (["spend", "spend"], "must not name a field twice"),
        ([], "must be a list of at least one field name"),
        ("spend", "must be a list of at least one field name"),
        ([1], "must be a list of at least one field name"),
    ],
)
def test_features_are_checked(features, fault):
    assert fault in faults_of(customers(), features=features)[0]


def test_rows_without_numbers_cannot_be_segmented():
    assert faults_of([{"name": "a"}, {"name": "b"}]) == ["rows: have no field with numbers to form segments by"]
