import pytest

from analytics.delimited import parse_csv
from analytics.errors import InvalidRequest
from analytics.table import MAX_ROWS


def column(text, name="x"):
    table = parse_csv(text)
    return table.frame[name].tolist(), name in table.numeric


def faults_of(text):
    with pytest.raises(InvalidRequest) as caught:
        parse_csv(text)
    return caught.value.faults


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiters_and_line_ends_are_told(delimiter, newline):
    text = newline.join([delimiter.join(["id", "spend"]), delimiter.join(["a", "1.5"]), delimiter.join(["b", "2"]), ""])
    table = parse_csv(text)
    assert (table.numeric, table.text) == (["spend"], ["id"])
    assert table.frame["spend"].tolist() == [1.5, 2.0]


def test_quotes_hold_delimiters_line_ends_and_quotes():
    table = parse_csv('\ufeffname,x\n"a, ""b""\nc",1\n')
    assert table.frame["name"].tolist() == ['a, "b"\nc']
    assert table.frame["x"].tolist() == [1.0]


def test_a_delimiter_inside_a_quoted_name_does_not_count():
    assert list(parse_csv('"a;b;c;d",x\n1,2\n').frame.columns) == ["a;b;c;d", "x"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2.5", "+.5", "3e2", "1."], [1.0, -2.5, 0.5, 300.0, 1.0]),
        (["true", "FALSE", "True"], [1.0, 0.0, 1.0]),
        (["1", "NA", "n/a", "-", "2"], [1.0, None, None, None, 2.0]),
        ([" 7 ", "8"], [7.0, 8.0]),
    ],
)
def test_numbers_are_told_from_all_values_of_a_column(cells, expected):
    values, numeric = column("x,y\n" + "".join(f"{cell},k\n" for cell in cells))
    assert numeric
    assert [None if value != value else value for value in values] == expected


@pytest.mark.parametrize(
    "cells",
    [["1", "two"], ["00123", "00124"], ["1234567890123456"], ["NA", "CH"], ["1_000"], ["inf", "1"], ["0x1F"], ["1,5"], ["٣"], ["2026-11-22"]],
)
def test_what_is_no_plain_number_makes_the_column_one_of_texts(cells):
    values, numeric = column("x|y\n" + "".join(f"{cell}|k\n" for cell in cells))
    assert not numeric
    assert values == cells


def test_empty_cells_are_missing_in_both_kinds():
    table = parse_csv("a,x\n,1\nb,\n")
    assert table.frame["a"].isna().tolist() == [True, False]
    assert table.frame["x"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "csv = '': must be a text with a header line"),
        (5, "csv = 5: must be a text"),
        ("a,b\n", "csv: has a header but no line of values"),
        ("a,b\n1\n", "csv line 2: has 1 fields, the header has 2"),
        ("a,b\n1,2,3\n", "csv line 2: has 3 fields, the header has 2"),
        ("a,a\n1,2\n", "csv: the header names 'a' more than once"),
        ("a,\n1,2\n", "csv: the field name '' must have 1 to 200 characters"),
        ('a,b\n"1,2\n', "csv line 2: is no CSV: unexpected end of data"),
        ("a\n1\n" + "x" * 10_001 + "\n", "csv line 3: is no CSV: field larger than field limit"),
        ("a\n1e300\n", "csv: a has the value 1e+300: must be a number up to 1e+15"),
        ("a\n1e999\n", "csv: a has the value inf: must be a number up to 1e+15"),
        ("a\n" + "1\n" * (MAX_ROWS + 5), f"csv: has {MAX_ROWS + 1} rows, at most {MAX_ROWS} are allowed"),
    ],
)
def test_faults_name_the_line_or_field(text, fault):
    assert faults_of(text)[0].startswith(fault)


def test_ragged_lines_are_listed_up_to_a_limit():
    assert len(faults_of("a,b\n" + "1\n" * 500)) == 20
