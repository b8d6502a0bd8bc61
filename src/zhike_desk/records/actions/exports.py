"""Exports: up to 200 masked rows at once; more, or unmasked, only when a second person approves, and then as a job."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from zhike.base.text import Language, say
from zhike_desk.records import audit, exported, masking, settings, sheets, wording
from zhike_desk.records.actions import jobs
from zhike_desk.records.actions.asking import act, ask
from zhike_desk.records.actions.writing import Done, Refused, one_of, text
from zhike_desk.records.exported import folder
from zhike_desk.records.models import Approval, Job, User
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import nights, outgoing
from zhike_desk.records.queries.outgoing import Words
from zhike_desk.records.sheets import Column, Form, Watermark
from zhike_desk.records.viewer import Denied, Viewer

PURPOSE = say("用途", "purpose")
_LONGEST = timedelta(days=1)  # no file takes that long to make
_NO_WORDS: Words = {}


@dataclass(frozen=True, slots=True)
class File:
    """A file for whoever asked: its name, bytes, media type, rows."""

    name: str
    content: bytes
    media_type: str
    rows: int


def count(query: str, *, of: str = "clients", by: Viewer, action: str = "export.small") -> int:
    """Count the rows an export of a list (its URL's query) would have: what the viewer types to confirm it."""
    return outgoing.LISTS[of].matching(query, by, action).count()


def small(
    query: str,
    *,
    of: str = "clients",
    form: Form,
    purpose: str,
    typed: int,
    words: Words = _NO_WORDS,
    language: Language = "zh",
    by: Viewer,
    at: datetime,
) -> File:
    """Return a list of clients or of tasks (its URL's query) as a file of masked rows, at most 200; `typed` must be their count.

    Raises Refused for more rows, another count, or no purpose; Denied where the viewer may take out sums only.
    """
    with transaction.atomic():
        _rows_allowed(by, "export.small")
        one_of(form, sheets.FORMS, say("格式", "format"))
        why, rows = text(purpose, 200, PURPOSE), count(query, of=of, by=by)
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
        asked = outgoing.Asked(query, (), words, language)
        columns, lines = outgoing.LISTS[of].table(asked, by, "export.small")
        detail = _told(query, why, form, rows)
        audit.append(by, "export.small", at=at, kind=of, object_id=str(rows), detail=detail)
        return _file(of, form, columns, lines, mark)


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
    of: str = "clients",
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
        why, rows = text(purpose, 200, PURPOSE), count(query, of=of, by=by, action="export.large")
        _confirmed(typed, rows)
        payload = {
            "of": of, "query": query, "form": form, "identity": list(identity), "purpose": why, "rows": rows,
            "words": {k: dict(v) for k, v in words.items()}, "language": language,
        }  # fmt: skip
        named = [wording.IDENTITY[name] for name in identity]
        what = outgoing.LISTS[of].says(rows)
        summary = say(
            f"导出 {what.zh}"
            + (f"，含未脱敏字段：{'、'.join(n.zh for n in named)}" if named else "（脱敏）"),
            f"export {what.en}" + (f", unmasked: {', '.join(n.en for n in named)}" if named else " (masked)"),
        )
        return ask("export.large", payload, summary=summary, reason=why, by=by, at=at)


@act("export.large")
def _carry_out(payload: Mapping[str, Any], by: Viewer, at: datetime) -> Done:
    """Set the job up, once a second person agrees; the worker makes the file (`produce`)."""
    by.need("export.large")
    rows = count(payload["query"], of=payload.get("of", "clients"), by=by, action="export.large")
    if rows > payload["rows"]:
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
    approved = {"approved_by": decider}
    told = ("export.approved", approved)
    return Done(
        jobs.line_up("export", {**payload, **approved}, total=payload["rows"], told=told, by=by, at=at)
    )


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
    of = asked.get("of", "clients")
    wanted = outgoing.Asked(asked["query"], asked["identity"], asked["words"], asked["language"])
    columns, lines = outgoing.LISTS[of].table(wanted, by, "export.large")
    name = f"{of}-{job_id}-{secrets.token_hex(8)}.{asked['form']}"
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
        raise Refused(say("没有可导出的内容。", "There is nothing to export."))
    if typed != rows:
        raise Refused(say(f"请输入行数 {rows} 以确认导出。", f"Type the number of rows, {rows}, to confirm."))


def _telling(lines: Iterator[list[Any]], told: Callable[[int], None] | None) -> Iterator[list[Any]]:
    for done, line in enumerate(lines, 1):
        if told is not None and done % outgoing.CHUNK == 0:
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
