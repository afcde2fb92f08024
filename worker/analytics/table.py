"""Rows from the outside, checked and typed. Every fault is collected, so that a caller mends a request once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_FAULTS = 20
# Beyond this a float64 no longer tells whole numbers apart, and squares of larger ones overflow.
MAX_MAGNITUDE = 1e15


class InvalidRequest(Exception):
    """The caller's mistake: one line for each fault, naming the field, its value and what it has to be."""

    def __init__(self, faults: list[str]):
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Table:
    """Rows as columns. Numeric columns are float64 with NaN for missing, text columns are objects with None."""

    frame: pd.DataFrame
    numeric: list[str]
    text: list[str]


def show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _kind(value: object) -> str | None:
    """`number`, `text`, `missing`, or None for what a cell cannot be. Booleans count as 0 and 1."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, int, float)):
        # False for NaN and infinity, too.
        return "number" if abs(value) <= MAX_MAGNITUDE else None
    return None


def _row_faults(rows: list) -> list[str]:
    faults = []
    for index, row in enumerate(rows):
        if len(faults) >= MAX_FAULTS:
            break
        if not isinstance(row, dict) or not row:
            faults.append(f"rows[{index}] = {show(row)}: must be an object with at least one field")
            continue
        for name, value in row.items():
            if _kind(value) is None:
                faults.append(f"rows[{index}].{name} = {show(value)}: must be a number up to {MAX_MAGNITUDE:g}, a text, true, false or null")
    return faults[:MAX_FAULTS]


def _column_kinds(rows: list[dict]) -> tuple[dict[str, str], list[str]]:
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
                faults.append(f"rows[{index}].{name} = {show(value)}: must be a {known} like the values before it")
    return kinds, faults[:MAX_FAULTS]


def parse_rows(rows: object) -> Table:
    """Checks `rows`, a list of flat objects, and returns them as a table. Raises InvalidRequest."""
    if not isinstance(rows, list) or not rows:
        raise InvalidRequest([f"rows = {show(rows)}: must be a list of at least one object"])
    if len(rows) > MAX_ROWS:
        raise InvalidRequest([f"rows: has {len(rows)} entries, at most {MAX_ROWS} are allowed"])
    faults = _row_faults(rows)
    if faults:
        raise InvalidRequest(faults)
    kinds, faults = _column_kinds(rows)
    if len(kinds) > MAX_COLUMNS:
        faults.append(f"rows: have {len(kinds)} different fields, at most {MAX_COLUMNS} are allowed")
    if faults:
        raise InvalidRequest(faults)
    numeric = [name for name, kind in kinds.items() if kind == "number"]
    text = [name for name, kind in kinds.items() if kind != "number"]
    columns = {name: [row.get(name) for row in rows] for name in kinds}
    series = {name: pd.Series(values, dtype="float64" if name in numeric else "object") for name, values in columns.items()}
    return Table(pd.DataFrame(series), numeric, text)
