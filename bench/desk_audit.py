"""How fast the log of acts is verified and appended to: `python bench/desk_audit.py [ROWS]`, in a home folder of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from time import process_time


def main() -> None:
    """Append rows, then verify them; print both, in rows a second."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory(prefix="zhike-audit-") as home:
        os.environ |= {"ZHIKE_HOME": home, "DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _measure(rows)


def _measure(rows: int) -> None:
    from django.db import connection, transaction

    from zhike_desk.records import audit
    from zhike_desk.records.viewer import Viewer

    alice, at = Viewer(1, "alice", "manager"), datetime(2025, 7, 2, tzinfo=UTC)
    start = process_time()
    for first in range(0, rows, 1_000):
        with transaction.atomic():
            for number in range(first, min(first + 1_000, rows)):
                audit.append(
                    alice,
                    "contact.log",
                    at=at,
                    kind="client",
                    object_id=str(number),
                    detail={"medium": "phone"},
                )
    _told("appended (1,000 a transaction)", rows, process_time() - start)
    start = process_time()
    broken = audit.verify()
    _told(f"verified, {len(broken)} breaks, on {connection.vendor}", rows, process_time() - start)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_auditrow SET detail = '{}' WHERE seq = %s", [rows // 2])
    print(f"one cell changed in the middle: {audit.verify()}")


def _told(what: str, rows: int, seconds: float) -> None:
    print(f"{what}: {rows:,} rows in {seconds:.2f} s of CPU, {rows / seconds:,.0f} a second")


if __name__ == "__main__":
    main()
