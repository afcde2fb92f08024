"""Rows from the outside, checked and typed. Every fault is collected, so that a caller mends a request once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .errors import MAX_FAULTS, InvalidRequest, show

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELLS = 4_000_000
MAX_NAME_LENGTH = 200
MAX_TEXT_LENGTH = 10_000
# Beyond this a float64 no longer tells whole numbers apart, and squares of larger ones overflow.
MAX_MAGNITUDE = 1e15


@dataclass(frozen=True)
class Table:
    """Rows as columns. Numeric columns are float64 with NaN for missing, text columns are objects with None."""

    frame: pd.DataFrame
    numeric: list[str]
    text: list[str]


def size_faults(rows: int, columns: int, where: str) -> list[str]:
    faults = []
    if rows > MAX_ROWS:
        faults.append(f"{where}: has {rows} rows, at most {MAX_ROWS} are allowed")
    if columns > MAX_COLUMNS:
        faults.append(f"{where}: has {columns} different fields, at most {MAX_COLUMNS} are allowed")
    if not faults and rows * columns > MAX_CELLS:
        faults.append(f"{where}: has {rows} rows x {columns} fields, at most {MAX_CELLS} cells are allowed")
    return faults


def name_fault(name: str, where: str) -> str | None:
    if name.strip() and len(name) <= MAX_NAME_LENGTH:
        return None
    return f"{where}: the field name {show(name)} must have 1 to {MAX_NAME_LENGTH} characters"


def build_table(columns: dict[str, list], numeric: list[str]) -> Table:
    text = [name for name in columns if name not in numeric]
    series = {name: pd.Series(values, dtype="float64" if name in numeric else "object") for name, values in columns.items()}
    return Table(pd.DataFrame(series), numeric, text)


def _kind(value: object) -> str | None:
    """`number`, `text`, `missing`, or None for what a cell cannot be. Booleans count as 0 and 1."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return "text" if len(value) <= MAX_TEXT_LENGTH else None
    if isinstance(value, (bool, int, float)):
        # False for NaN and infinity, too.
        return "number" if abs(value) <= MAX_MAGNITUDE else None
    return None


def _allowed() -> str:
    return f"must be a number up to {MAX_MAGNITUDE:g}, a text up to {MAX_TEXT_LENGTH} characters, true, false or null"


def _row_faults(rows: list, where: str) -> list[str]:
    faults = []
    for index, row in enumerate(rows):
        if len(faults) >= MAX_FAULTS:
            break
        if not isinstance(row, dict) or not row:
            faults.append(f"{where}[{index}] = {show(row)}: must be an object with at least one field")
            continue
        for name, value in row.items():
            if _kind(value) is None:
                faults.append(f"{where}[{index}].{show_name(name)} = {show(value)}: {_allowed()}")
    return faults[:MAX_FAULTS]


def show_name(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."


def _column_kinds(rows: list[dict], where: str) -> tuple[dict[str, str], list[str]]:
    """The kind of each column in order of first appearance, and the cells that contradict it."""
    kinds: dict[str, str] = {}
    faults: list[str] = []
    for index, row in enumerate(rows):
        for name, value in row.items():
            kind = _kind(value)
            known = kinds.get(name, "missing")
            if known == "missing":
                kinds[name] = kind
            elif kind not in (known, "missing"):
                faults.append(f"{where}[{index}].{show_name(name)} = {show(value)}: must be a {known} like the values before it")
    return kinds, faults[:MAX_FAULTS]


def parse_rows(rows: object, where: str = "rows") -> Table:
    """Checks a list of flat objects and returns it as a table. Raises InvalidRequest."""
    if not isinstance(rows, list) or not rows:
        raise InvalidRequest([f"{where} = {show(rows)}: must be a list of at least one object"])
    # Before any cell is looked at.
    widest = max((len(row) for row in rows[: MAX_ROWS + 1] if isinstance(row, dict)), default=1)
    faults = size_faults(len(rows), widest, where) or _row_faults(rows, where)
    if faults:
        raise InvalidRequest(faults)
    kinds, faults = _column_kinds(rows, where)
    faults += size_faults(len(rows), len(kinds), where)
    faults += [fault for name in kinds if (fault := name_fault(name, where))][:MAX_FAULTS]
    if faults:
        raise InvalidRequest(faults[:MAX_FAULTS])
    numeric = [name for name, kind in kinds.items() if kind == "number"]
    return build_table({name: [row.get(name) for row in rows] for name in kinds}, numeric)
