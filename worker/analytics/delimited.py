"""CSV from the outside. A file has no types: they are told from all the values of a column."""

from __future__ import annotations

import csv
import io
import re

from .errors import MAX_FAULTS, InvalidRequest, show
from .table import MAX_MAGNITUDE, MAX_ROWS, MAX_TEXT_LENGTH, Table, build_table, name_fault, show_name, size_faults

DELIMITERS = ",;\t|"
# What float() takes besides (nan, inf, 1_000) is no number that somebody wrote into a file.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
# Postcodes and customer numbers: arithmetic on them has no meaning, and as numbers they would lose digits.
IDENTIFIER = re.compile(r"0\d+|\d{16,}", re.ASCII)
BOOLEANS = {"true": 1.0, "false": 0.0}
# In a column of numbers these stand for nothing; in one of texts "NA" may be Namibia.
NOT_A_NUMBER = frozenset({"na", "n/a", "nan", "null", "none", "-"})


def _delimiter(text: str) -> str:
    """The one that the header line has most of."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    outside_quotes = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside_quotes.count)


def _read(text: str, where: str) -> tuple[list[str], list[list[str]]]:
    """The header and the records, with the fault of every record whose fields do not match the header's."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    csv.field_size_limit(MAX_TEXT_LENGTH)
    header: list[str] = []
    records: list[list[str]] = []
    faults: list[str] = []
    try:
        for record in reader:
            if not record:
                continue
            if not header:
                header = [name.strip() for name in record]
            elif len(record) != len(header):
                faults.append(f"{where} line {reader.line_num}: has {len(record)} fields, the header has {len(header)}")
            else:
                records.append(record)
            if len(faults) == MAX_FAULTS or len(records) > MAX_ROWS:
                break
    except csv.Error as error:
        faults.append(f"{where} line {reader.line_num}: is no CSV: {error}")
    if faults:
        raise InvalidRequest(faults[:MAX_FAULTS])
    return header, records


def _header_faults(header: list[str], where: str) -> list[str]:
    faults = [fault for name in header if (fault := name_fault(name, where))]
    twice = sorted({name for name in header if header.count(name) > 1})
    return faults + [f"{where}: the header names {show_name(name)!r} more than once" for name in twice]


def _numbers(cells: list[str]) -> list[float | None] | None:
    """The cells as numbers and None for missing ones, or None if the column is one of texts."""
    present = {cell for cell in cells if cell.lower() not in NOT_A_NUMBER and cell}
    if not present or any(IDENTIFIER.fullmatch(cell) for cell in present):
        return None
    if all(cell.lower() in BOOLEANS for cell in present):
        known = {cell: BOOLEANS[cell.lower()] for cell in present}
    elif all(NUMBER.fullmatch(cell) for cell in present):
        known = {cell: float(cell) for cell in present}
    else:
        return None
    return [known.get(cell) for cell in cells]


def _magnitude_fault(name: str, numbers: list[float | None], where: str) -> str | None:
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    if largest <= MAX_MAGNITUDE:
        return None
    return f"{where}: {show_name(name)} has the value {largest:g}: must be a number up to {MAX_MAGNITUDE:g}"


def parse_csv(text: object, where: str = "csv") -> Table:
    """
    Reads CSV (RFC 4180; also ; tab or | between fields) with a header line. A column is numeric if all its values are
    plain numbers or all are true or false; empty cells are missing. Raises InvalidRequest.
    """
    if not isinstance(text, str) or not text.strip():
        raise InvalidRequest([f"{where} = {show(text)}: must be a text with a header line and at least one line of values"])
    header, records = _read(text.removeprefix("\ufeff"), where)
    faults = size_faults(len(records), len(header), where) + _header_faults(header, where)
    if not faults and not records:
        faults = [f"{where}: has a header but no line of values"]
    if faults:
        raise InvalidRequest(faults[:MAX_FAULTS])
    columns: dict[str, list] = {}
    numeric: list[str] = []
    for index, name in enumerate(header):
        cells = [record[index].strip() for record in records]
        numbers = _numbers(cells)
        if numbers is None:
            columns[name] = [cell or None for cell in cells]
            continue
        numeric.append(name)
        columns[name] = numbers
        if fault := _magnitude_fault(name, numbers, where):
            faults.append(fault)
    if faults:
        raise InvalidRequest(faults[:MAX_FAULTS])
    return build_table(columns, numeric)
