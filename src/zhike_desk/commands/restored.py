"""The process that restores: its settings stand on the home being built, whatever the command's own stood on."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zhike.base.errors import ZhikeError

SOURCE = "ZHIKE_DESK_RESTORE"
ANSWER = "restored "


def main() -> int:
    """Restore what the environment names; print one line that says what came of it."""
    folder, stones, home = map(Path, json.loads(os.environ[SOURCE]))
    built = Path(os.environ["ZHIKE_HOME"])
    answer: dict[str, Any]
    try:
        answer = _restored(folder, stones, built, home)
    except ZhikeError as error:
        answer = {"zh": error.sentence("zh"), "en": error.sentence("en")}
    finally:
        shutil.rmtree(built, ignore_errors=True)
    print(ANSWER + json.dumps(answer, ensure_ascii=False))
    return 0


def _restored(folder: Path, stones: Path, built: Path, home: Path) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike_desk.settings")
    shutil.rmtree(built, ignore_errors=True)
    _lay_out(folder, built)
    import django

    django.setup()
    from django.db import connections
    from django.utils import timezone

    from zhike_desk.records import tombstones
    from zhike_desk.records.safekeeping import restoring

    restoring.refuse_present(home)
    manifest = restoring.manifest_of(folder)
    restoring.lay_out(folder, built, manifest)
    before = tombstones.read(Path(manifest["log"]["home"]) / "desk" / "keys" / tombstones.FILE)
    erased = {**before, **tombstones.read(stones)}
    found = restoring.bring_back(folder, manifest, erased, timezone.now())
    connections.close_all()
    restoring.give_name(built, home)
    return asdict(found)


def _lay_out(folder: Path, built: Path) -> None:
    """Bring the keys first: the settings read one of them as they are imported, and would make another where there is none."""
    keys = folder / "keys"
    if keys.is_dir():
        shutil.copytree(keys, built / "desk" / "keys")


if __name__ == "__main__":
    sys.exit(main())
