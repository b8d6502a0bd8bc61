"""Rows that fail a check, noted with the values that show it: one cell, or the cells that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.catalogue import check as check_called
from zhike.datacentre.columns import Problem, Problems, Typed
from zhike.datacentre.masks import masked
from zhike.datacentre.plain import plain
from zhike.datacentre.tables.definition import Level, Table

_CELL = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Faults:
    """Takes what is wrong with typed rows of `table`; `names` are the file's own names of its columns.

    Each value is masked by the level of its own column, however many columns one finding shows.
    """

    table: Table
    typed: Mapping[str, Typed]
    names: Mapping[str, str]
    problems: Problems

    def add(
        self,
        check: str,
        column: str,
        rows: npt.NDArray[np.bool_],
        shown: str = "",
        **computed: npt.NDArray[np.float64],
    ) -> None:
        """Note the rows that `rows` marks; `shown` says what shows the fault, by default the cell of `column`.

        In `shown`, `{low}` is the column's name in the file and its cell, or, of `computed`, only the number.
        """
        where = np.flatnonzero(rows)
        if len(where):
            told = where[:1] if check_called(check).summed else where
            values = self._told(shown, told, computed) if shown else self._cells(column, told)
            self.problems.found.append(Problem(check, self._name(column), where, values.to_pylist()))

    def _name(self, column: str) -> str:
        return self.names.get(column, column)

    def _told(
        self, shown: str, rows: npt.NDArray[np.int64], computed: Mapping[str, npt.NDArray[np.float64]]
    ) -> pa.Array:
        parts: list[object] = []
        for i, part in enumerate(_CELL.split(shown)):  # words, column, words, column, …
            if i % 2 == 0:
                parts.append(part)
            elif part in computed:
                parts.append(pa.array([_figure(v) for v in computed[part][rows]], pa.string()))
            else:
                parts += [f"{self._name(part)} ", self._cells(part, rows)]
        return pc.binary_join_element_wise(*parts, "")

    def _cells(self, column: str, rows: npt.NDArray[np.int64]) -> pa.Array:
        texts = pc.fill_null(plain(self.typed[column].array.take(pa.array(rows))), "")
        level = self.table.column(column).level
        if level is not Level.IDENTITY:
            return texts
        return pa.array([masked(t, level) for t in texts.to_pylist()], pa.string())


def _figure(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
