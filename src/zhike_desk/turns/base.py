"""Django's backend for SQLite; who begins to write asks for the turn at even, short, random intervals."""

from __future__ import annotations

import random
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base, features

_BETWEEN = (0.002, 0.008)  # seconds; a write of ours takes about as long
_DEFAULT = 5.0  # seconds: what Python's own module waits where the settings say nothing


class DatabaseFeatures(features.DatabaseFeatures):
    """What SQLite can do, without asking: Django begins to write to find out, and takes a busy database for one that can't."""

    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose `patience`, in milliseconds, is how long it waits for whoever writes."""

    features_class = DatabaseFeatures
    patience: int = 0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, with the patience that the settings give."""
        self.patience = int(float(conn_params.get("timeout", _DEFAULT)) * 1000)
        return super().get_new_connection(conn_params)

    def wait(self, milliseconds: int) -> None:
        """Wait so long from now on."""
        self.patience = milliseconds
        self._wait(milliseconds)

    def _wait(self, milliseconds: int) -> None:
        if self.connection is not None:
            self.connection.execute(f"PRAGMA busy_timeout={milliseconds}")

    def _start_transaction_under_autocommit(self) -> None:
        until = time.monotonic() + self.patience / 1000
        self._wait(0)
        try:
            while not self._begun(until):
                time.sleep(random.uniform(*_BETWEEN))
        finally:
            self._wait(self.patience)

    def _begun(self, until: float) -> bool:
        """Try to begin; tell whether it was done. Raises what SQLite says of anything but a writer, or once it is too late."""
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            return False
        return True
