"""Spark: the same tasks in the executors of a cluster. Imported only where it was asked for.

Its modules start it (`starting`), spread tasks over it (`cluster`, `errands`) and say in a sentence what it refuses (`refusals`).
"""

from zhike.engine.spark.cluster import Spark

__all__ = ["Spark"]
