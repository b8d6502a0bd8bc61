"""What several tests of the readers share: workbooks, written whole or packed part by part."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(*listed: tuple[str, str, str]) -> str:
    """Return a part that lists relations (id, kind, target)."""
    inner = "".join(
        f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in listed
    )
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


@pytest.fixture
def parts_of() -> Callable[[str], dict[str, str]]:
    """Give a maker of the parts of a minimal workbook whose one sheet holds some rows of XML."""

    def parts(rows: str) -> dict[str, str]:
        return {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r2", "sharedStrings", "sharedStrings.xml"),
                ("r3", "styles", "styles.xml"),
            ),
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>a</t></si></sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>'
            '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">'
            f"<sheetData>{rows}</sheetData></worksheet>",
        }

    return parts


@pytest.fixture
def packed(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Give a packer of parts into a workbook."""

    def pack(parts: dict[str, Any]) -> Path:
        path = tmp_path / "book.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name, content in parts.items():
                out.writestr(name, content)
        return path

    return pack


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Give a writer of workbooks, from the rows of one sheet or a function that fills the book."""

    def write(content: Any) -> Path:
        path = tmp_path / "book.xlsx"
        book = xlsxwriter.Workbook(str(path))
        if callable(content):
            content(book)
        else:
            page = book.add_worksheet()
            for r, row in enumerate(content):
                for c, value in enumerate(row):
                    if value is not None:
                        page.write(r, c, value)
        book.close()
        return path

    return write
