"""The value of clients as a night publishes it: whole, explained, and by the model that is in force."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from made_up import branch
from zhike.base.errors import UsageError
from zhike.cli import main
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.models.value import Standing, default_models, default_text, ordered_of, scored, value_table
from zhike.models.value.versions import publish, versions
from zhike.run import Night, NightSettings, run_night
from zhike.run.comparing import compared
from zhike.run.explaining import explain, explain_client
from zhike.run.sources import Sources
from zhike.run.valuing import valued

ENGINE = EngineSettings(threads=1)
ASSETS_FIRST = default_text("individual").replace("individual-1", "individual-2").replace(
    '[1, 3, 2, 2],\n    ["", 1, "1/2", "1/2"],\n    ["", "", 1, 1]', '[1, 3, 2, "1/3"],\n    ["", 1, "1/2", "1/7"],\n    ["", "", 1, "1/5"]'
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("value") / "home"
    folder.mkdir()
    ingest(folder, Request(branch(300, 160) / "drop", date(2026, 1, 1), settings=ENGINE))
    return folder


@pytest.fixture(scope="module")
def night(home: Path) -> Night:
    return run_night(home, None, ENGINE)


@pytest.fixture(scope="module")
def rows(night: Night) -> pa.Table:
    return night.published.generation.read("value")


def test_everybody_with_an_open_account_is_valued_and_nobody_else(
    home: Path, night: Night, rows: pa.Table
) -> None:
    client = pq.read_table(branch(300, 160) / "drop" / "client.parquet")
    open_ = client.filter(pc.and_(pc.invert(pc.less_equal(client["closed_on"], night.as_of).fill_null(False)), pc.invert(client["frozen"].fill_null(False))))  # fmt: skip
    kinds = dict(zip(open_["client_id"].to_pylist(), open_["kind"].to_pylist(), strict=True))
    assert dict(zip(rows["client_id"].to_pylist(), rows["kind"].to_pylist(), strict=True)) == kinds
    assert set(kinds.values()) >= {"individual", "institution"}
    assert len(kinds) < client.num_rows


def test_criteria_add_up_to_the_score_and_places_follow_from_it(rows: pa.Table) -> None:
    for row in rows.to_pylist():
        assert sum(json.loads(row["criteria"]).values()) == pytest.approx(row["score"], abs=1e-4)
    for kind in ("individual", "institution"):
        own = rows.filter(pc.equal(rows["kind"], kind))
        score, rank = own["score"].to_numpy(), own["rank"].to_numpy()
        assert [1 + int((score > s).sum()) for s in score] == rank.tolist()


def test_grades_hold_their_shares_and_institutions_are_graded_among_themselves(rows: pa.Table) -> None:
    for model in default_models():
        for kind in model.kinds:
            own = rows.filter(pc.equal(rows["kind"], kind))
            if own.num_rows:
                counts = [own.filter(pc.equal(own["grade"], g)).num_rows for g in ("diamond", "platinum", "gold", "growth")]  # fmt: skip
                wanted = np.floor(np.cumsum(model.grades.shares) * own.num_rows + 0.5)
                assert (np.cumsum(counts) == wanted).all() or len(
                    set(own["score"].to_pylist())
                ) < own.num_rows
                assert set(own["model_version"].to_pylist()) == {model.version}
    assert rows.filter(pc.equal(rows["grade"], "growth")).num_rows > 10


def test_it_is_the_same_however_the_work_is_cut(home: Path, night: Night, tmp_path: Path) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("generations", "PUBLISHED", "staging")))  # fmt: skip
    cut = run_night(other, None, ENGINE, replace(NightSettings.of(other), range_rows=9_000))
    assert len(cut.published.generation.files("value")) > len(night.published.generation.files("value"))
    mine, theirs = (n.published.generation.read("value").sort_by("client_id") for n in (cut, night))
    assert mine.combine_chunks().equals(theirs.combine_chunks())


def test_a_new_model_shows_who_moves_and_then_moves_them(home: Path, night: Night, tmp_path: Path) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home"))
    publish(other, ASSETS_FIRST, "mine.toml")
    known = versions(other)
    (change,) = compared(other, known.named("individual-1"), known.named("individual-2")).changes
    after = run_night(other, None, ENGINE).published.generation
    rows = after.read("value")
    versions_used = set(rows.filter(pc.equal(rows["kind"], "individual"))["model_version"].to_pylist())
    assert versions_used == {"individual-2"}
    scores = dict(zip(rows["client_id"].to_pylist(), rows["score"].to_pylist(), strict=True))
    for mover in (*change.up, *change.down):
        assert scores[mover.client] == pytest.approx(mover.score[1])
    assert change.moved > 0
    assert any(reason.criterion == "assets" for mover in change.up for reason in mover.reasons)


def test_models_without_a_kind_in_common_are_not_compared(home: Path, night: Night) -> None:
    known = versions(home)
    with pytest.raises(UsageError, match="no kind of client in common"):
        compared(home, known.named("individual-1"), known.named("institution-1"))


def test_a_grade_is_kept_from_night_to_night_with_its_day(home: Path, night: Night, tmp_path: Path) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("generations", "PUBLISHED", "staging")))  # fmt: skip
    days = sorted(set(night.published.generation.read("market_state")["date"].to_pylist()))
    first = run_night(other, days[-30], ENGINE).published.generation.read("value")
    last = run_night(other, None, ENGINE).published.generation.read("value")
    then = {r["client_id"]: r for r in first.to_pylist()}
    kept = [
        r for r in last.to_pylist() if r["client_id"] in then and r["grade"] == then[r["client_id"]]["grade"]
    ]
    assert len(kept) > 200
    assert {r["since"] for r in kept} == {days[-30]}
    assert any(r["watch_since"] for r in last.to_pylist())


def test_a_value_reads_as_a_paragraph_and_leads_on_to_its_measures(
    home: Path, night: Night, rows: pa.Table
) -> None:
    best = rows.sort_by([("kind", "ascending"), ("rank", "ascending")])["client_id"][0].as_py()
    told = explain(home, best, "value")
    said, further = told.words
    assert said.zh.startswith("该户为")
    assert "个人客户中列第 1 名" in said.zh
    assert "place 1 of" in said.en
    assert "commission_net_6m" in further.en
    assert explain_client(home, best).value == said


def test_the_command_lists_compares_and_publishes(
    home: Path, night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, file = Path(shutil.copytree(home, tmp_path / "home")), tmp_path / "mine.toml"

    def run(*words: str) -> tuple[int, str]:
        code = main(["value", *words, "--home", str(other), "--lang", "en"])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run("new", "individual", "-o", str(file))[0] == 0
    assert run("new", "individual", "-o", str(file)) == (2, f"That file is there already.\nWhere: {file}\nNext: Choose another name.\n")  # fmt: skip
    file.write_text(ASSETS_FIRST, "utf-8")
    code, said = run("diff", "individual-1", str(file))
    assert code == 0
    assert "individual-1 → individual-2" in said
    assert "average assets +" in said
    changes = json.loads(run("diff", "individual-1", str(file), "--format", "json")[1])["changes"]
    assert changes[0]["moved"] > 0
    assert "individual-2" not in run()[1]
    assert run("publish", str(file))[0] == 0
    known = {v["version"]: v["in_force"] for v in json.loads(run("--format", "json")[1])}
    assert known == {
        "individual-1": [],
        "individual-2": ["individual"],
        "institution-1": ["institution", "product"],
    }
    assert run("show", "individual-2")[1] == ASSETS_FIRST
    code, said = run("weights", "individual-1")
    assert "current value 0.483, potential value 0.272, relationship 0.157, cost and risk 0.088" in said
    assert said.count("CR 0.00") == 8  # five nodes, and the three that variants judge otherwise
    told = json.loads(run("weights", "individual-1", "--format", "json")[1])["weights"]["trend"]
    assert told["children"]["current"]["weights"]["commission"] == pytest.approx(0.5)
    assert run("diff", "individual-1", "individual-9")[0] == 2
    assert run("publish")[0] == 2
    assert run("publish", "individual-1")[0] == 0
    assert json.loads(run("--format", "json")[1])[0]["in_force"] == ["individual"]


def test_what_diff_says_is_what_a_night_does_to_grades_that_are_held(
    home: Path, night: Night, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("generations", "PUBLISHED", "staging")))  # fmt: skip
    days = sorted(set(night.published.generation.read("market_state")["date"].to_pylist()))
    for day in (days[-60], days[-1]):
        generation = run_night(other, day, ENGINE).published.generation
    published = generation.read("value")
    assert any(r["watch_since"] for r in published.to_pylist())
    publish(other, ASSETS_FIRST, "mine.toml")
    known = versions(other)
    new = known.named("individual-2")
    (change,) = compared(other, known.named("individual-1"), new).changes
    client = Sources.of(other).rows("client")
    (own,) = valued([("individual", new)], client, generation.read("measure"), days[-1])
    logic = generation.read("logic")
    logics = dict(zip(logic["client_id"].to_pylist(), logic["logic"].to_pylist(), strict=True))
    found = scored(
        new, own.values, [logics.get(c) for c in own.clients.to_pylist()], ordered_of(new, own.values)
    )
    rows = value_table(
        own.clients, "individual", new, found, Standing(np.sort(found.score)), published, days[-1]
    )
    before = {r["client_id"]: (r["grade"], r["since"]) for r in published.to_pylist()}
    after = {r["client_id"]: (r["grade"], r["since"]) for r in rows.to_pylist()}
    moved = [c for c in after if after[c][0] != before[c][0]]
    assert change.moved == len(moved) > 0
    assert all(after[c][1] == (days[-1] if c in moved else before[c][1]) for c in after)


def test_a_generation_of_an_older_release_is_not_called_damaged(
    home: Path, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = versions(home)
    model = replace(known.named("individual-1"), bindings=tuple(replace(b, measures=("new_measure",)) for b in known.named("individual-1").bindings))  # fmt: skip
    with pytest.raises(UsageError, match="lacks measures: new_measure"):
        compared(home, known.named("individual-1"), model)


def test_check_tells_of_a_model_that_was_edited(
    home: Path, night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(shutil.copytree(home, tmp_path / "home"))
    assert main(["check", "--home", str(other), "--lang", "en"]) == 0
    assert "models of value are what was published: ok" in capsys.readouterr().out
    document = other / "models" / "value" / "individual-1.toml"
    document.write_text(document.read_text("utf-8").replace("diamond = 0.005", "diamond = 0.05"), "utf-8")
    assert main(["check", "--home", str(other), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "individual-1.toml" in said
    assert "was changed" in said
