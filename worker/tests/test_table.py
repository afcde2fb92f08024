import math

import pytest

from analytics.errors import MAX_FAULTS, InvalidRequest
from analytics.table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, parse_rows


def faults_of(rows):
    with pytest.raises(InvalidRequest) as caught:
        parse_rows(rows)
    return caught.value.faults


def test_columns_keep_their_order_and_get_their_kind():
    table = parse_rows([{"id": "a", "spend": 1, "vip": True}, {"id": "b", "spend": 2.5, "visits": 3}])
    assert list(table.frame.columns) == ["id", "spend", "vip", "visits"]
    assert table.numeric == ["spend", "vip", "visits"]
    assert table.text == ["id"]
    assert table.frame["spend"].tolist() == [1.0, 2.5]


def test_null_and_an_absent_field_are_both_missing():
    table = parse_rows([{"spend": None, "name": "a"}, {"spend": 4, "name": None}, {"spend": 5}])
    assert table.frame["spend"].isna().tolist() == [True, False, False]
    assert table.frame["name"].isna().tolist() == [False, True, True]


def test_a_field_that_is_never_set_is_text_without_values():
    table = parse_rows([{"note": None, "spend": 1}])
    assert table.text == ["note"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e16, 10**400, [1], {"a": 1}, "x" * 10_001])
def test_what_is_no_cell_is_refused_by_place_and_value(value):
    [fault] = faults_of([{"spend": 1}, {"spend": value}])
    assert fault.startswith("rows[1].spend = ")
    assert len(fault) < 200


@pytest.mark.parametrize("rows", [None, {}, "rows", [], 3])
def test_rows_must_be_a_list_with_something_in_it(rows):
    assert "must be a list of at least one object" in faults_of(rows)[0]


@pytest.mark.parametrize("row", [None, [], {}, "a", 1])
def test_a_row_must_be_an_object_with_a_field(row):
    assert faults_of([{"a": 1}, row])[0].startswith("rows[1] = ")


def test_a_column_does_not_change_its_kind():
    assert faults_of([{"spend": None}, {"spend": 1}, {"spend": "1"}, {"spend": 2}]) == [
        "rows[2].spend = '1': must be a number like the values before it"
    ]


def test_faults_are_collected_up_to_a_limit():
    assert len(faults_of([{"spend": math.nan}] * 3)) == 3
    assert len(faults_of([{"spend": math.nan, "visits": math.nan}] * 1000)) == MAX_FAULTS


def test_size_has_a_limit():
    assert "at most" in faults_of([{"a": 1}] * (MAX_ROWS + 1))[0]
    assert "at most" in faults_of([{f"c{i}": 1 for i in range(MAX_COLUMNS + 1)}])[0]
    assert len(parse_rows([{f"c{i}": 1 for i in range(MAX_COLUMNS)}]).numeric) == MAX_COLUMNS
    assert "cells" in faults_of([{f"c{i}": 1 for i in range(100)}] * (MAX_CELLS // 100 + 1))[0]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_field_needs_a_name_of_reasonable_length(name):
    [fault] = faults_of([{"spend": 1, name: 2}])
    assert "must have 1 to 200 characters" in fault
    assert len(fault) < 200


def test_long_names_and_values_do_not_flood_the_faults():
    assert all(len(fault) < 300 for fault in faults_of([{"n" * 150: [1] * 1000}]))
