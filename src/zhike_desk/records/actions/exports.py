"""Exports: up to 200 masked rows at once; more, or unmasked, only when a second person approves, and then as a job."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import QuerySet

from zhike.base.measure import UNITS
from zhike.base.text import Language, say
from zhike_desk.records import audit, exported, masking, scope, settings, sheets, wording
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, one_of, text
from zhike_desk.records.exported import folder
from zhike_desk.records.models import Approval, BookClient, BookIdentity, Job, User
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import clients, nights
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.records.sheets import Column, Form, Watermark
from zhike_desk.records.viewer import Denied, Viewer

PURPOSE = say("用途", "purpose")
_CHUNK = 2_000
_LONGEST = timedelta(days=1)  # no file takes that long to make
_KINDS = {"text": "text", "choice": "text", "date": "date"}
Words = Mapping[str, Mapping[str, str]]
"""How classes are called in a file: column → value → name."""
_NO_WORDS: Words = {}


@dataclass(frozen=True, slots=True)
class File:
    """A file for whoever asked: its name, bytes, media type, rows."""

    name: str
    content: bytes
    media_type: str
    rows: int


def count(query: str, *, by: Viewer, action: str = "export.small") -> int:
    """Count the rows an export of a list (its URL's query) would have: what the viewer types to confirm it."""
    return _matching(query, by, action).count()


def small(
    query: str,
    *,
    form: Form,
    purpose: str,
    typed: int,
    words: Words = _NO_WORDS,
    language: Language = "zh",
    by: Viewer,
    at: datetime,
) -> File:
    """Return a list (its URL's query) as a file of masked rows, at most 200; `typed` must be their count.

    Raises Refused for more rows, another count, or no purpose; Denied where the viewer may take out sums only.
    """
    with transaction.atomic():
        _rows_allowed(by, "export.small")
        one_of(form, sheets.FORMS, say("格式", "format"))
        why, rows = text(purpose, 200, PURPOSE), count(query, by=by)
        most = settings.current().export.rows
        if rows > most:
            raise Refused(
                say(
                    f"共 {rows} 行，超过 {most} 行须申请审批。",
                    f"{rows} rows: more than {most} need approval.",
                )
            )
        _confirmed(typed, rows)
        mark = Watermark(by, at, why, _as_of(), language)
        columns, lines = _table(query, (), words, language, by, "export.small")
        audit.append(
            by,
            "export.small",
            at=at,
            kind="clients",
            object_id=str(rows),
            detail=_told(query, why, form, rows),
        )
        return _file("clients", form, columns, lines, mark)


def aggregated(
    name: str, *, form: Form, columns: Sequence[Column], rows: Iterable[Sequence[Any]], purpose: str,
    language: Language = "zh", by: Viewer, at: datetime,
) -> File:  # fmt: skip
    """Return a table of counts and sums, as the viewer has it on the page, as a file; it must hold no row of a client."""
    by.need("export.small")
    one_of(form, sheets.FORMS, say("格式", "format"))
    with transaction.atomic():
        why = text(purpose, 200, PURPOSE)
        made = _file(name, form, columns, rows, Watermark(by, at, why, _as_of(), language))
        audit.append(
            by, "export.small", at=at, kind="sums", object_id=name, detail=_told("", why, form, made.rows)
        )
        return made


def request(
    query: str,
    *,
    form: Form,
    identity: Sequence[str] = (),
    purpose: str,
    typed: int,
    words: Words = _NO_WORDS,
    language: Language = "zh",
    by: Viewer,
    at: datetime,
) -> Done:
    """Ask for a larger export, or one with unmasked fields (`identity`, names under `fields.reveal` of policy.yaml)."""
    with transaction.atomic():
        _rows_allowed(by, "export.large")
        one_of(form, sheets.FORMS, say("格式", "format"))
        for name in identity:
            one_of(name, policy().fields["reveal"], say("字段", "field"))
        why, rows = text(purpose, 200, PURPOSE), count(query, by=by, action="export.large")
        _confirmed(typed, rows)
        payload = {
            "query": query, "form": form, "identity": list(identity), "purpose": why, "rows": rows,
            "words": {k: dict(v) for k, v in words.items()}, "language": language,
        }  # fmt: skip
        named = [wording.IDENTITY[name] for name in identity]
        summary = say(
            f"导出 {rows} 行客户"
            + (f"，含未脱敏字段：{'、'.join(n.zh for n in named)}" if named else "（脱敏）"),
            f"export {rows} clients"
            + (f", unmasked: {', '.join(n.en for n in named)}" if named else " (masked)"),
        )
        return ask("export.large", payload, summary=summary, reason=why, by=by, at=at)


@act("export.large")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Set the job up, once a second person agrees; the worker makes the file (`produce`)."""
    by.need("export.large")
    if (rows := count(payload["query"], by=by, action="export.large")) > payload["rows"]:
        raise Refused(
            say(
                f"名单已增至 {rows} 行，超过申请的 {payload['rows']} 行，请重新申请。",
                f"There are {rows} rows now, more than the {payload['rows']} asked for; please ask anew.",
            )
        )
    approval = Approval.objects.filter(
        action="export.large", asked_by_id=by.user_id, decided_at=at, state="done"
    )
    decider = approval.values_list("decided_by__username", flat=True).first() or ""
    job = Job.objects.create(
        kind="export",
        arguments={**payload, "approved_by": decider},
        total=payload["rows"],
        by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )
    audit.append(
        by, "export.approved", at=at, kind="job", object_id=str(job.pk), detail={"approved_by": decider}
    )
    return Done(str(job.pk))


def produce(job_id: int, at: datetime, told: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Make the file of an approved export, for the worker; return what the job's result holds: its file, its rows.

    Scope is that of whoever asked, now; `told` hears how many rows are done. Raises Denied where they may no longer.
    """
    job = Job.objects.get(pk=job_id, kind="export")
    sweep(at)
    asked = job.arguments
    asker = User.objects.filter(pk=job.by_id or 0, is_active=True).first()
    if asker is None:
        raise Denied("export.large")
    by = Viewer.of(asker)
    _rows_allowed(by, "export.large")
    mark = Watermark(by, at, asked["purpose"], _as_of(), asked["language"], asked["approved_by"])
    columns, lines = _table(
        asked["query"], asked["identity"], asked["words"], asked["language"], by, "export.large"
    )
    name = f"clients-{job_id}-{secrets.token_hex(8)}.{asked['form']}"
    kept = exported.listing(_telling(lines, told), folder() / name)
    rows = sheets.write(folder() / name, asked["form"], columns, kept, mark)
    with transaction.atomic():
        detail = _told(asked["query"], asked["purpose"], asked["form"], rows) | {
            "identity": asked["identity"]
        }
        audit.append(by, "export.made", at=at, kind="job", object_id=str(job_id), detail=detail)
    return {"file": name, "rows": rows}


def download(job_id: int, *, by: Viewer, at: datetime) -> tuple[Path, str]:
    """Return the file of an export one has asked for and its media type; each download is written down.

    Raises Refused where somebody in it was frozen or erased since it was made, or it is past its time.
    """
    with transaction.atomic():
        by.need("export.large")
        job = Job.objects.filter(pk=job_id, kind="export", by_id=by.user_id, state="done").first()
        if job is None or "file" not in job.result:
            raise Denied("export.large")
        path = folder() / Path(job.result["file"]).name
        if not path.exists():
            raise Refused(say("文件已过保留期，请重新申请。", "The file is past its time; please ask anew."))
        if not exported.outward(path):
            raise Refused(
                say(
                    "文件生成之后，其中有客户不再允许导出，此文件已停止下载；请重新申请，新文件将不含这些客户。",
                    "Since the file was made, somebody in it may no longer be taken out, so it can't be downloaded; "
                    "please ask anew: they won't be in the new one.",
                )
            )
        audit.append(
            by,
            "export.download",
            at=at,
            kind="job",
            object_id=str(job_id),
            detail={"rows": job.result["rows"]},
        )
        return path, sheets.MEDIA[job.arguments["form"]]


def sweep(at: datetime) -> int:
    """Remove exported files that are past their time, and what workbooks were made in whose process was killed; return how many."""
    oldest = (at - timedelta(days=settings.current().export.keep_days)).timestamp()
    old = [p for p in folder().glob("*") if p.is_file() and p.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    lost = (at - _LONGEST).timestamp()
    left = [p for p in Path(tempfile.gettempdir()).glob("zhike-xlsx-*") if p.stat().st_mtime < lost]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(old) + len(left)


def _rows_allowed(by: Viewer, action: str) -> None:
    cell = by.need(action)
    if "aggregate" in cell.limits or cell.pseudonym:
        raise Denied(action)


def _confirmed(typed: int, rows: int) -> None:
    if rows == 0:
        raise Refused(say("没有可导出的客户。", "There is no client to export."))
    if typed != rows:
        raise Refused(say(f"请输入行数 {rows} 以确认导出。", f"Type the number of rows, {rows}, to confirm."))


def _matching(query: str, by: Viewer, action: str) -> QuerySet[BookClient]:
    """Return the clients of a list that may leave the house: who is frozen or erased never does."""
    state = clients.asked(parse_qs(query))
    return clients.matching(by, state, action).filter(frozen=False).exclude(client_id__in=scope.held())


def _table(
    query: str, identity: Sequence[str], words: Words, language: Language, by: Viewer, action: str
) -> tuple[list[Column], Iterator[list[Any]]]:
    """Return the columns of a list and its rows: number, name, phone (unmasked where `identity` says so), then what it shows."""
    state = clients.asked(parse_qs(query))
    shown = [name for name in state.shown if name != "sort_key"]
    who = ["client_id", "name", "phone", *(name for name in identity if name not in ("name", "phone"))]
    columns = [Column(_WHO[name].in_language(language), "text") for name in who]
    for name in shown:
        listed = clients.LISTED.columns[name]
        kind = cast("Any", _KINDS.get(listed.kind, "number"))
        columns.append(Column(listed.title.in_language(language), kind))
    measures = clients.measures() if state.extra else {}
    columns += [Column(_headed(measures[name], language), "number") for name in state.extra]
    sign = "-" if state.descending else ""
    rows = _matching(query, by, action).order_by(f"{sign}{state.sort}", f"{sign}client_id")
    return columns, _lines(rows, who, identity, shown, state.extra, words)


def _headed(measure: Meaning, language: Language) -> str:
    """Return the heading of a measure's column: what it is called and its unit, in which the file has it as it was computed."""
    name = measure.label.in_language(language)
    unit = UNITS.get(measure.unit, say(measure.unit, measure.unit)).in_language(language)
    return say(f"{name}（{unit}）", f"{name} ({unit})").in_language(language)


_WHO = {"client_id": say("客户号", "Client number"), **wording.IDENTITY}


def _lines(
    rows: QuerySet[BookClient],
    who: Sequence[str],
    identity: Sequence[str],
    shown: Sequence[str],
    extra: Sequence[str],
    words: Words,
) -> Iterator[list[Any]]:
    columns = ["client_id", "name", "phone", *shown]
    for chunk in _chunks(rows.values_list(*columns).iterator(chunk_size=_CHUNK)):
        ids = [row[0] for row in chunk]
        bare = _identities(ids, identity)
        more = clients.measured(ids, extra)
        for row in chunk:
            known = dict(zip(columns[:3], row[:3], strict=True)) | bare.get(row[0], {})
            values = [words.get(n, {}).get(v, v) for n, v in zip(shown, row[3:], strict=True)]
            yield [known.get(n, "") for n in who] + values + [more.get(row[0], {}).get(n) for n in extra]


def _identities(ids: list[str], identity: Sequence[str]) -> dict[str, dict[str, str]]:
    if not identity:
        return {}
    found = BookIdentity.objects.filter(client_id__in=ids).values_list("client_id", *identity)
    return {
        row[0]: {n: "" if v is None else str(v) for n, v in zip(identity, row[1:], strict=True)}
        for row in found
    }


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    held: list[tuple[Any, ...]] = []
    for row in rows:
        held.append(row)
        if len(held) == _CHUNK:
            yield held
            held = []
    if held:
        yield held


def _telling(lines: Iterator[list[Any]], told: Callable[[int], None] | None) -> Iterator[list[Any]]:
    for done, line in enumerate(lines, 1):
        if told is not None and done % _CHUNK == 0:
            told(done)
        yield line


def _file(
    name: str, form: Form, columns: Sequence[Column], rows: Iterable[Sequence[Any]], mark: Watermark
) -> File:
    with tempfile.TemporaryDirectory(prefix="zhike-export-") as aside:
        path = Path(aside) / f"{name}.{form}"
        written = sheets.write(path, form, columns, rows, mark)
        stamp = mark.at.strftime("%Y%m%d-%H%M")
        return File(f"zhike-{name}-{stamp}.{form}", path.read_bytes(), sheets.MEDIA[form], written)


def _told(query: str, purpose: str, form: str, rows: int) -> dict[str, Any]:
    return {"query": masking.query(query), "purpose": masking.struck(purpose), "form": form, "rows": rows}


def _as_of() -> Any:
    shown = nights.shown()
    return shown.as_of if shown else None
