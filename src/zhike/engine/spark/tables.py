"""Lazy tables on Spark: the same Narwhals expressions as on the embedded engine, meaning the same (`starting.MEANING`)."""

from __future__ import annotations

import logging
from typing import Any

import narwhals as nw
import pyarrow as pa

from zhike.engine.spark.refusals import refusal

Frame = nw.LazyFrame[Any]


class SparkTables:
    """Opens rows as lazy tables of a running Spark and collects them, as `Engine` does."""

    def __init__(self, context: Any, master: str) -> None:
        from pyspark.sql import SparkSession

        self._session, self._master = SparkSession(context), master
        logging.getLogger("DataFrameQueryContextLogger").setLevel(
            logging.CRITICAL
        )  # it prints what is raised anyway

    def over(self, rows: pa.Table) -> Frame:
        """Open rows in memory as a lazy table."""
        lazy: Frame = nw.from_native(self._session.createDataFrame(rows))
        return lazy

    def collect(self, frame: Frame) -> pa.Table:
        """Run a lazy table and return its rows."""
        try:
            rows: pa.Table = frame.to_native().toArrow()
        except Exception as error:
            raise refusal(error, self._master) from error
        return rows
