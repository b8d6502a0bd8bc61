"""Where templates and static files lie: each page keeps its own in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage
from django.template.loaders.filesystem import Loader

_PAGES = Path(__file__).parent.parent / "pages"


def _folders(name: str) -> list[Path]:
    return sorted(p for p in _PAGES.glob(f"*/{name}") if p.is_dir())


class PageLoader(Loader):
    """Finds `<page>/<template>.html` in `pages/<page>/templates/<page>/`."""

    def get_dirs(self) -> list[str | Path]:
        """Return the template folders of all pages."""
        return [*_folders("templates")]


class PageStatic(BaseFinder):
    """Finds the static files of the pages, each in `pages/<page>/static/<page>/`."""

    def _storages(self) -> Iterator[FileSystemStorage]:
        return (FileSystemStorage(location=str(p)) for p in _folders("static"))

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Return the file at `path`, or all of them."""
        found = [s.path(path) for s in self._storages() if s.exists(path)]
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        """Yield every file with the storage it lies in."""
        for storage in self._storages():
            base = Path(storage.location)
            for path in sorted(p for p in base.rglob("*") if p.is_file()):
                yield str(path.relative_to(base)), storage


class HashedStatic(ManifestStaticFilesStorage):
    """Names carry the hash of their content; a missing map of a vendored script is no fault."""

    manifest_strict = False
    patterns = (("*.css", (r"""(?P<matched>url\((?P<quote>['"]{0,1})\s*(?P<url>.*?)(?P=quote)\))""",)),)

    def stored_name(self, name: str) -> str:
        """Return the name with its hash; the plain name before anything was collected (tests, a check of templates)."""
        return super().stored_name(name) if self.hashed_files else name
