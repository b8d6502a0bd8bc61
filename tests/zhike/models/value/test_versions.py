"""A version that was published never changes, and the next night goes by what is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.base.errors import DamagedStore, UsageError
from zhike.models.value import default_text
from zhike.models.value.versions import in_force, keep, publish, versions

SECOND = (
    default_text("individual").replace("individual-1", "individual-2").replace("[1, 2, 3, 5]", "[1, 3, 3, 5]")
)


def test_without_anything_published_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert {k: m.version for k, m in in_force(tmp_path).by_kind} == {
        "individual": "individual-1", "institution": "institution-1", "product": "institution-1",
    }  # fmt: skip


def test_what_is_published_is_in_force_and_the_one_before_is_kept(tmp_path: Path) -> None:
    publish(tmp_path, SECOND, "mine.toml")
    found = versions(tmp_path)
    assert found.kinds("individual-2") == ("individual",)
    assert found.kinds("individual-1") == ()
    assert dict(in_force(tmp_path).by_kind)["individual"].document == SECOND
    kept = {p.name for p in (tmp_path / "models" / "value").glob("*.toml")}
    assert kept == {"individual-1.toml", "individual-2.toml", "institution-1.toml"}
    publish(tmp_path, found.documents["individual-1"], "back")
    assert versions(tmp_path).kinds("individual-1") == ("individual",)


def test_the_same_again_changes_nothing_and_other_words_under_the_same_name_are_refused(
    tmp_path: Path,
) -> None:
    publish(tmp_path, SECOND, "mine.toml")
    publish(tmp_path, SECOND, "mine.toml")
    with pytest.raises(UsageError, match="published with other words"):
        publish(tmp_path, SECOND + "\n# changed\n", "mine.toml")
    with pytest.raises(UsageError, match="published with other words"):
        publish(tmp_path, default_text("individual") + "\n# changed\n", "mine.toml")
    assert dict(in_force(tmp_path).by_kind)["individual"].document == SECOND


def test_what_a_run_used_stays_known_by_its_name(tmp_path: Path) -> None:
    keep(tmp_path, in_force(tmp_path))
    assert (tmp_path / "models" / "value" / "individual-1.toml").read_text("utf-8") == default_text(
        "individual"
    )


@pytest.mark.parametrize("spoil", ["changed", "digit", "gone", "index", "number", "kind", "version"])
def test_a_damaged_model_is_told_of_before_anything_is_valued_by_it(tmp_path: Path, spoil: str) -> None:
    publish(tmp_path, SECOND, "mine.toml")
    folder = tmp_path / "models" / "value"
    document, index = folder / "individual-2.toml", folder / "versions.json"
    if spoil == "changed":
        document.write_text("version = 1", "utf-8")
    elif spoil == "digit":
        document.write_text(SECOND.replace("diamond = 0.005", "diamond = 0.006"), "utf-8")
    elif spoil == "gone":
        document.unlink()
    elif spoil == "index":
        index.write_text("{", "utf-8")
    else:
        found = index.read_text("utf-8")
        spoilt = {
            "number": "5",
            "kind": found.replace('"individual":', '"person":'),
            "version": found.replace(':"individual-2"', ':"individual-9"'),
        }[spoil]
        assert spoilt != found
        index.write_text(spoilt, "utf-8")
    with pytest.raises(DamagedStore, match="missing or was changed"):
        in_force(tmp_path)


def test_a_model_for_another_kind_is_never_in_force_for_people(tmp_path: Path) -> None:
    publish(tmp_path, SECOND, "mine.toml")
    index = tmp_path / "models" / "value" / "versions.json"
    index.write_text(
        index.read_text("utf-8").replace('"individual":"individual-2"', '"individual":"institution-1"'),
        "utf-8",
    )
    assert versions(tmp_path).active["individual"] == "institution-1"
    with pytest.raises(DamagedStore):
        in_force(tmp_path)


def test_a_kill_between_the_document_and_the_index_leaves_nothing_published(tmp_path: Path) -> None:
    publish(tmp_path, SECOND, "mine.toml")
    third = SECOND.replace("individual-2", "individual-3")
    (tmp_path / "models" / "value" / "individual-3.toml").write_text(third + "# half a thought\n", "utf-8")
    assert "individual-3" not in versions(tmp_path).documents
    publish(tmp_path, third, "mine.toml")
    assert versions(tmp_path).documents["individual-3"] == third


def test_line_ends_don_t_make_other_words(tmp_path: Path) -> None:
    publish(tmp_path, SECOND.replace("\n", "\r\n"), "mine.toml")
    publish(tmp_path, SECOND, "mine.toml")
    assert versions(tmp_path).documents["individual-2"] == SECOND


def test_a_version_that_is_gone_is_told_of_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(DamagedStore, match="missing"):
        versions(tmp_path).named("individual-7")
