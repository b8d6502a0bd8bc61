"""The shared ground of the desk's tests: a branch whose night is published, people who work there, a database put back after each test.

    def test_a_manager_sees_own_clients(db, viewer): ...            # what it writes is rolled back
    def test_two_writers_at_once(transactional, viewer): ...        # what it commits is put back afterwards
    def test_the_page(db, signed_in): signed_in("alice").get("/clients/")

Django is set up when this file is imported, with a home folder of this process alone; the core's tests never import it.
pytest-django is not used: it would import the settings for every test of the core too. With DATABASE_URL set, everything here
runs on PostgreSQL; `-m both` picks the tests that are worth running on both.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

import desk_ground
import postgres_server
from people import PEOPLE

if TYPE_CHECKING:
    from django.test import Client

    from zhike_desk.records.viewer import Viewer

_PROCESS = Path(tempfile.mkdtemp(prefix="zhike-desk-tests-"))
atexit.register(shutil.rmtree, _PROCESS, ignore_errors=True)
NIGHT = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)


def _set_up() -> None:
    """Import the settings with a home folder of our own; leave the environment as it was."""
    ours = {
        "ZHIKE_HOME": str(_PROCESS / "home"),
        "ZHIKE_DESK_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "zhike_desk.settings",
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        django.setup()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


_set_up()


@pytest.fixture(scope="session")
def desk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give the home folder: a branch made up, its night run and published, the database migrated, the people there."""
    from django.conf import settings
    from django.db import connection, connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    from zhike_desk.records.following import follow

    home = Path(settings.HOME)
    setup_test_environment()
    connections.close_all()  # a test without the desk may have opened a database that isn't there yet
    night = desk_ground.kept_home(cache := request.config.cache.mkdir("desk-home"))
    if connection.vendor == "sqlite":
        desk_ground.lay(home, night, cache, Path(__file__), lambda: _make(home))
    else:
        shutil.copytree(night, home, dirs_exist_ok=True)
        _make(home)
    follow()
    settings.STANDING = connection.creation.serialize_db_to_string()
    yield home
    connections.close_all()
    teardown_test_environment()


def _make(home: Path) -> None:
    from django.core.management import call_command
    from django.db import connections

    from zhike_desk.records.publish import publish

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    _people()
    publish(home, NIGHT)
    connections.close_all()


def _people() -> None:
    from zhike_desk.records.models import User

    for person in PEOPLE.values():
        User.objects.create_user(
            person.username,
            password=f"{person.username}-is-here",
            role=person.role,
            staff_id=person.staff_id,
            branch_id=person.branch_id,
            display_name=person.name,
        )


@pytest.fixture
def db(desk: Path) -> Iterator[Path]:
    """Give the home folder to a test whose writes are rolled back."""
    from django.core.cache import caches
    from django.db import transaction

    from zhike_desk.records.following import follow

    follow()
    caches["memory"].clear()  # what a process remembers would outlive the rows it was read from
    with transaction.atomic():
        yield desk
        transaction.set_rollback(True)


@pytest.fixture
def transactional(desk: Path) -> Iterator[Path]:
    """Give the home folder to a test that commits, or has several connections; rows and pointer are put back afterwards."""
    from zhike_desk.records.following import follow

    follow()
    yield desk
    _put_back(desk)


@pytest.fixture(scope="module")
def lived_in(desk: Path) -> Iterator[Path]:
    """Give the home folder of a desk where a morning's work was done; put back after the module."""
    import desk_lived
    from zhike_desk.records.following import follow

    follow()
    desk_lived.morning()
    yield desk
    _put_back(desk)


def _put_back(desk: Path) -> None:
    from django.conf import settings
    from django.core.cache import cache, caches
    from django.core.management import call_command
    from django.db import connection, connections

    from zhike.base.errors import DamagedStore
    from zhike_desk.records import audit
    from zhike_desk.records.following import follow
    from zhike_desk.records.models import AuditHead, AuditRow, Pointer, Publication
    from zhike_desk.records.publish import publish

    connections.close_all()
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    connection.creation.deserialize_db_from_string(settings.STANDING)
    _count_on()
    cache.clear()
    caches["memory"].clear()
    (desk / "desk" / "keys" / audit.WITNESS).unlink(missing_ok=True)
    try:
        follow()
    except DamagedStore:  # the test published so often that the first book was swept away
        for model in (Pointer, Publication, AuditRow, AuditHead):
            model.objects.all().delete()
        publish(desk, NIGHT)
        follow()
        settings.STANDING = connection.creation.serialize_db_to_string()


def _count_on() -> None:
    """Let PostgreSQL number new rows after those put back."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    models = [m for m in apps.get_models() if m._meta.managed]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


@pytest.fixture
def viewer(db: Path) -> Callable[[str], Viewer]:
    """Return who turns a name of `people` into a viewer."""
    from zhike_desk.records.models import User
    from zhike_desk.records.viewer import Viewer

    return lambda name: Viewer.of(User.objects.get(username=name))


@pytest.fixture
def signed_in(db: Path) -> Callable[[str], Client]:
    """Return who turns a name of `people` into a browser in which they have signed in."""
    from django.test import Client

    from zhike_desk.records.models import User

    def client(name: str) -> Client:
        browser = Client()
        browser.force_login(
            User.objects.get(username=name), "allauth.account.auth_backends.AuthenticationBackend"
        )
        return browser

    return client


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the DATABASE_URL of a private PostgreSQL, empty; skip, saying so, where none is installed."""
    with postgres_server.running() as url:
        yield url
