"""What `zhike explain` asks: a client in one view, a measure, or a published table with the way down to the delivered rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.measure import Measure
from zhike.base.text import Said, say
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.tables.sentences import told_in
from zhike.features.clients import attribution, measures
from zhike.features.clients.branchwide import RATES
from zhike.features.clients.settings import YEAR
from zhike.features.clients.sums import Want
from zhike.run.explaining.published import Page, did_you_mean, nearest, opened, page
from zhike.run.explaining.retold import Again, Retold
from zhike.run.explaining.told import Asked, ClientTold, MeasureTold, TableTold
from zhike.run.explaining.walk import asked, unique, values
from zhike.run.explaining.words import attribution_told, logic_told
from zhike.run.explaining.worth import value_of
from zhike.run.settings import NightSettings

ROWS = 3
"""Rows shown for each sum, those with the largest contributions."""
_CLOSE = 1e-9  # two ways to add the same numbers up differ by less, relative to their size
_WALKS: Mapping[str, tuple[str, ...]] = {
    "attribution": ("pnl", "market", "assets_market", "selection", "trading", "interest", "cost"),
    "logic": ("buys", "sells"),
    "stage": ("trades", "buy_amount", "sell_amount", "net"),
}
"""Published tables with a way down: the columns of client_day that they look at, over a year."""


def explain(
    home: Path, client: str, wanted: str, settings: NightSettings | None = None, rows: int = ROWS
) -> MeasureTold | TableTold:
    """Explain a measure or, where `wanted` names a published table, the client's rows of it.

    Raises UsageError for an unknown or frozen client, or an unknown name.
    """
    chosen = settings or NightSettings.of(home)
    with opened() as engine:
        found = page(home, client, engine)
        if wanted in found.tables():
            return _table(found, wanted, chosen, rows)
        known = measures(chosen.clients)
        if wanted not in known:
            raise _no_measure(wanted, [*known, *found.tables()])
        return _measure(found, known[wanted], chosen, rows)


def explain_measure(home: Path, client: str, name: str, settings: NightSettings | None = None) -> MeasureTold:
    """Explain a measure; raises UsageError as `explain` does, and where the name is that of a table."""
    found = explain(home, client, name, settings)
    if isinstance(found, TableTold):
        raise _no_measure(name, list(measures()))
    return found


def explain_table(home: Path, client: str, table: str, settings: NightSettings | None = None) -> TableTold:
    """Explain a client's rows of a published table; raises UsageError as `explain` does, and where it is a measure."""
    found = explain(home, client, table, settings)
    if isinstance(found, MeasureTold):
        raise _no_measure(table, list(_WALKS))
    return found


def explain_client(home: Path, client: str) -> ClientTold:
    """Tell who a client is, by which logic and at which stage, of what value, where profit came from, and what is proposed."""
    with opened() as engine:
        found = page(home, client, engine)
        logic, stage, card, value = (found.rows(t) for t in ("logic", "stage", "client_card", "value"))
        return ClientTold(
            client, found.generation.id, found.generation.manifest.as_of, card[0] if card else {"client_id": client},
            logic_told(logic[0]) if logic else None, stage[0] if stage else None,
            value_of(found, value[0])[0] if value else None,
            {r["window_days"]: attribution_told(r) for r in found.rows("attribution")},
            tuple(sorted(found.rows("proposal"), key=lambda p: (not p["must_do"], p["due_on"]))),
        )  # fmt: skip


def _no_measure(name: str, known: list[str]) -> UsageError:
    near = nearest(name, sorted(known))
    return UsageError(
        say(f"没有名为“{name}”的指标或结果表。", f"There is no measure or published table '{name}'."),
        next_=did_you_mean(near)
        or say(
            "指标字典：zhike export measure_dictionary -o measures.csv",
            "The dictionary of measures: zhike export measure_dictionary -o measures.csv",
        ),
    )


def _measure(found: Page, measure: Measure, settings: NightSettings, rows: int) -> MeasureTold:
    told = Retold(found, settings)
    value, detail = _published(found, measure.name)
    parts = _parts(measure, settings)
    again = told.again(measure) if measure.build else told.among_all(measure.name)
    sums = again.sums if measure.build else _sums_of(parts, told)
    lacking = told.built(measure).lacking if measure.build else ()
    wants = values(sums, unique(w for m in parts for w in told.built(m).wants))
    return MeasureTold(
        found.client, found.generation.id, told.as_of, measure.name, measure.unit, measure.meaning, measure.window_said(),
        measure.source_said(), value, detail.get("n"), detail.get("low"), detail.get("high"),
        _reason(measure, lacking) if value is None else None, again.value,
        {} if measure.build else {m.name: _published(found, m.name)[0] for m in parts},
        _notes(found, value, again), _walk(wants, told, rows),
    )  # fmt: skip


def _published(found: Page, name: str) -> tuple[float | None, Mapping[str, Any]]:
    """Return a measure as it was published, and how sure it is."""
    row = found.rows("measure")
    detail = [r for r in found.rows("measure_detail") if r["measure"] == name]
    value = row[0].get(name) if row else None
    return (None if value is None else float(value)), detail[0] if detail else {}


def _parts(measure: Measure, settings: NightSettings) -> tuple[Measure, ...]:
    """Return the measures whose sums are walked: itself, or those that a measure of all clients is made from."""
    if measure.build:
        return (measure,)
    known, stem = measures(settings.clients), measure.name.removesuffix("_drawn_12m")
    if stem == "peer_percentile_12m":
        return tuple(m for n, m in known.items() if n.startswith("return_") and n.endswith("_12m"))
    of = ("pgr", "plr") if stem == "disposition" else (stem,)
    return tuple(known[n] for n in dict.fromkeys(n for rate in of for side in RATES[rate] for n in side))


def _sums_of(parts: tuple[Measure, ...], told: Retold) -> dict[str, float | None]:
    return {name: value for part in parts for name, value in told.again(part).sums.items()}


def _walk(wants: Mapping[Want, float | None], told: Retold, rows: int) -> tuple[Asked, ...]:
    return tuple(asked(want, value, told, rows) for want, value in wants.items())


def _reason(measure: Measure, lacking: tuple[str, ...]) -> Said:
    missing = ", ".join(lacking)
    return say(f"缺少表 {missing}", f"the table {missing} was not delivered") if missing else measure.why


def _notes(found: Page, value: float | None, again: Again) -> tuple[Said, ...]:
    """Say where the data have changed since the generation, and where the number isn't found again."""
    notes = list(_changed(found))
    if not _same(value, again.value):
        notes.append(
            say(f"重新计算得 {again.value}，与发布值 {value} 不符。", f"Computed again it is {again.value}, not the published {value}.")
        )  # fmt: skip
    return tuple(notes)


def _changed(found: Page) -> tuple[Said, ...]:
    inputs, now = found.generation.manifest.inputs, manifests.load(found.home)
    if manifests.fingerprint(now) == inputs.state_sha256:
        return ()
    return (
        say(
            f"数据自发布后已变（状态 {inputs.state} → {now.state}）；以下按现有数据重算。",
            f"The data have changed since (state {inputs.state} → {now.state}); what follows stands on what there is now.",
        ),
    )


def _same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= _CLOSE * max(1.0, abs(a), abs(b))


def _table(found: Page, name: str, settings: NightSettings, rows: int) -> TableTold:
    definition, mine = found.generation.definition(name), found.rows(name)
    told, notes = Retold(found, settings), _changed(found)
    wants: dict[Want, float | None] = {}
    if name in _WALKS and mine:
        wants = {Want("client_day", c, "sum", YEAR): None for c in _WALKS[name]}
        wants = {w: _sum(told, w) for w in wants}
    if name == "attribution" and _attributed(told) != mine:
        notes += (
            say("重新计算的归因与发布值不符。", "Computed again the attribution is another than published."),
        )
    words = value_of(found, mine[0]) if name == "value" and mine else _words(name, mine)
    return TableTold(
        found.client, found.generation.id, told.as_of, name, say(definition.zh, definition.meaning),
        {c.name: say(c.zh, c.meaning) for c in definition.columns}, tuple(mine), words, notes,
        _walk(wants, told, rows),
    )  # fmt: skip


def _sum(told: Retold, want: Want) -> float:
    return float(sum(float(str(r["contribution"])) for r in told.contributions(want)))


def _attributed(told: Retold) -> list[dict[str, Any]]:
    """Return the client's attribution once more, from the ledger folded anew."""
    return list(attribution(told.ledger.client_day, told.as_of, told.calendar).to_pylist())


def _words(name: str, rows: list[dict[str, Any]]) -> tuple[Said, ...]:
    """Say in words what the rows of a table say in numbers, where it has words."""
    if name == "attribution":
        return tuple(attribution_told(r) for r in rows)
    if name == "logic" and rows:
        return tuple(
            say(f"{t.contribution:+.3f}  {t.words.zh}", f"{t.contribution:+.3f}  {t.words.en}") for t in logic_told(rows[0]).evidence
        )  # fmt: skip
    return tuple(told_in(r, "reason") for r in rows if r.get("reason"))
