"""Panels: begun from a version, experts invited, weighed and reminded, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike_desk.records import audit, scope
from zhike_desk.records.actions.writing import Done, Refused, change, inverse, remove, restore, text
from zhike_desk.records.models import Expert, Judgement, Panel, Task, User
from zhike_desk.records.queries import ahp, value_models
from zhike_desk.records.valuing import drafting
from zhike_desk.records.viewer import Denied, Viewer

NAME = say("评议名称", "name of the panel")
MOST_WEIGHT = 10.0
DAYS_TO_JUDGE = timedelta(days=3)


def begin(name: str, base: str, experts: Sequence[int], *, by: Viewer, at: datetime) -> Done:
    """Begin a panel on a copy of a version, with experts by user number; undone, it is dropped.

    Raises Denied for a version or a person that isn't there, Refused where the name is taken.
    """
    by.need("ahp.lead")
    with transaction.atomic():
        document = value_models.text_of(base)
        made = Panel.objects.create(
            name=_free(text(name, 40, NAME)),
            kind=_kind(base, document),
            base_version=base,
            document={"toml": document},
            by_id=by.user_id,
            created_at=at,
            changed_at=at,
        )
        for user in dict.fromkeys(experts):
            _invited(made, user, by, at)
        _logged("ahp.begin", made, by, at, base=base, experts=len(set(experts)))
        gone = restore(made, ()) | {"version": made.version, "fields": {"state": "dropped"}}
        return Done(str(made.pk), undo=inverse(by, "ahp.lead", [gone], at))


def invite(panel: int, user: int, *, weight: float = 1.0, by: Viewer, at: datetime) -> Done:
    """Invite somebody to judge; undone, before they have judged anything, they are no expert of the panel any more."""
    by.need("ahp.lead")
    with transaction.atomic():
        found = led(panel, by)
        made = _invited(found, user, by, at, _weight(weight))
        _logged("ahp.invite", found, by, at, user=user)
        return Done(str(made.pk), undo=inverse(by, "ahp.lead", [remove(made)], at))


def weigh(expert: int, weight: float, *, seen: int, by: Viewer, at: datetime) -> Done:
    """Give an expert's voice a weight from 0 (heard, without a say) to 10; undone, it has the former one."""
    by.need("ahp.lead")
    with transaction.atomic():
        found = _expert(expert, by)
        step = restore(found, ("weight",)) | {"version": seen + 1}
        change(found, seen, at, weight=_weight(weight))
        _logged("ahp.weigh", found.panel, by, at, expert=expert, weight=weight)
        return Done(str(found.pk), found.version, inverse(by, "ahp.lead", [step], at))


def dismiss(expert: int, *, by: Viewer, at: datetime) -> Done:
    """Take back an invitation nobody has answered. Raises Refused where something was judged: then weight 0 keeps it on record."""
    by.need("ahp.lead")
    with transaction.atomic():
        found = _expert(expert, by)
        if Judgement.objects.filter(expert=found).exists():
            raise Refused(
                say(
                    "该专家已作出判断，不能移除；可将话语权设为 0，判断仍留档。",
                    "This expert has judged already; give the voice weight 0 instead, so that what was judged stays on record.",
                )
            )
        panel, number = found.panel, found.pk
        found.delete()
        _logged("ahp.dismiss", panel, by, at, expert=number)
        return Done(str(number))


def remind(expert: int, *, by: Viewer, at: datetime) -> Done:
    """Remind an expert who hasn't judged all: a task in their list, due in three days. Once a day at the most; not undone."""
    by.need("ahp.lead")
    with transaction.atomic():
        found = _expert(expert, by)
        if found.reminded_at is not None and at - found.reminded_at < timedelta(days=1):
            raise Refused(say("一天内已提醒过。", "They were reminded within the last day."))
        left = ahp.pairs_in(found.panel.document["toml"]) - _count(found)
        if not left:
            raise Refused(say("该专家已全部判断。", "This expert has judged every pair."))
        change(found, found.version, at, reminded_at=at)
        if found.user.staff_id:
            _task(found, left, by, at)
        _logged("ahp.remind", found.panel, by, at, expert=expert)
        return Done(str(found.pk), found.version)


def drop(panel: int, *, seen: int, by: Viewer, at: datetime) -> Done:
    """Give a panel up; undone, it goes on. Raises Refused where it is closed, or waits for a second person."""
    by.need("ahp.lead")
    with transaction.atomic():
        found = led(panel, by)
        step = restore(found, ("state",)) | {"version": seen + 1}
        change(found, seen, at, state="dropped")
        _logged("ahp.drop", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "ahp.lead", [step], at))


def led(panel: int, by: Viewer) -> Panel:
    """Return an open panel that `by` may lead; raise Denied where there is none, Refused where it is closed."""
    found = ahp.visible(by, "ahp.lead").filter(pk=panel).first()
    if found is None:
        raise Denied("ahp.lead")
    if found.state != "judging":
        raise Refused(say("评议已结束。", "This panel is closed."))
    if ahp.asked(found.pk).exists():
        raise Refused(say("已申请发布，等待复核。", "It waits for a second person to publish it."))
    return found


def compared(panel: int, result: dict[str, Any], *, at: datetime) -> None:
    """Keep what a trial of the panel's draft on the published night found; the worker's, in no one's name."""
    with transaction.atomic():
        found = Panel.objects.get(pk=panel)
        change(found, found.version, at, diff=result)
        audit.append(None, "ahp.compared", at=at, kind="panel", object_id=str(panel))


def _kind(base: str, document: str) -> str:
    try:
        model = drafting.model(drafting.checked(document))
    except UsageError as error:
        raise Refused(error.what) from error
    return "individual" if "individual" in model.kinds else "institution"


def _free(name: str) -> str:
    if Panel.objects.filter(name=name).exists():
        raise Refused(say(f"已有名为“{name}”的评议。", f"There is a panel called '{name}' already."))
    return name


def _invited(panel: Panel, user: int, by: Viewer, at: datetime, weight: float = 1.0) -> Expert:
    if user not in {p.id for p in ahp.people(by)}:
        raise Denied("ahp.lead")
    made, fresh = Expert.objects.get_or_create(
        panel=panel, user_id=user, defaults={"weight": weight, "created_at": at, "changed_at": at}
    )
    if not fresh:
        raise Refused(say("已邀请过。", "They have been invited already."))
    return made


def _expert(expert: int, by: Viewer) -> Expert:
    found = Expert.objects.select_related("panel", "user").filter(pk=expert).first()
    if found is None:
        raise Denied("ahp.lead")
    led(found.panel_id, by)
    return found


def _weight(weight: float) -> float:
    if not 0 <= weight <= MOST_WEIGHT:
        raise Refused(say("话语权应在 0 到 10 之间。", "A weight lies between 0 and 10."))
    return weight


def _count(expert: Expert) -> int:
    return Judgement.objects.filter(expert=expert, value__isnull=False).count()


def _task(expert: Expert, left: int, by: Viewer, at: datetime) -> None:
    user: User = expert.user
    Task.objects.create(
        branch_id=user.branch_id,
        kind="own",
        title=f"完成价值模型评议“{expert.panel.name}”：还有 {left} 对判断",
        reason="",
        minutes=max(5, left // 3),
        due_on=scope.day_of(at) + DAYS_TO_JUDGE,
        staff_id=user.staff_id,
        by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )


def _logged(action: str, panel: Panel, by: Viewer, at: datetime, **detail: Any) -> None:
    audit.append(
        by, action, at=at, kind="panel", object_id=str(panel.pk), detail={"panel": panel.name, **detail}
    )
