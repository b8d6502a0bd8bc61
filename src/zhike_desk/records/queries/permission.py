"""Whether a client may be approached: what they consented to, and how often they were approached already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from zhike.base.text import Said, say
from zhike_desk.records import scope, settings
from zhike_desk.records.models import BookTimeline, Consent, Contact, Pointer
from zhike_desk.records.viewer import Viewer

SELLING = frozenset({"product", "marketing"})
"""Purposes that a client who opted out may not be approached for."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a client may be approached now (`allowed`: not must-do work; `selling`: for a product), and why not."""

    allowed: bool
    selling: bool
    contacts: int
    why: Said | None = None


def allowed(viewer: Viewer, client_ids: Iterable[str], at: datetime) -> dict[str, Permission]:
    """Return for each client of `viewer`'s among `client_ids` whether they may be approached; four queries, however many."""
    seen = scope.clients(viewer, "care.read").filter(client_id__in=list(client_ids))
    return judged(dict(seen.values_list("client_id", "opt_out")), at)


def judged(by_files: Mapping[str, bool], at: datetime, as_of: date | None = None) -> dict[str, Permission]:
    """Return the same for clients that were read within the viewer's scope already (number → opted out by the files).

    `as_of` is the day of the night that is shown, where the caller knows it: that spares a query.
    """
    rules = settings.current().care
    refused = dict(by_files)
    for client_id, given in _marketing(list(refused)):
        refused[client_id] = not given
    counts = approaches(list(refused), at - timedelta(days=rules.days), at, as_of)
    return {
        client_id: _permission(opted_out, counts[client_id], rules)
        for client_id, opted_out in refused.items()
    }


def opted_out(client_id: str, by_files: bool) -> bool:
    """Tell whether a client opted out of being sold to: by what the desk last wrote down, else by the files."""
    for _, given in _marketing([client_id]):
        return not given
    return by_files


def approaches(
    client_ids: list[str], since: datetime, until: datetime, as_of: date | None = None
) -> Counter[str]:
    """Count the contacts of each client after `since`, those that had to be made apart; told once where desk and night both know."""
    held = Contact.objects.filter(
        client_id__in=client_ids, at__gt=since, at__lte=until, undone_at__isnull=True
    ).filter(Q(task__isnull=True) | Q(task__must_do=False))
    known = as_of or _as_of()
    counts = Counter(held.exclude(_told(known)).values_list("client_id", flat=True))
    if known is not None:
        night = BookTimeline.objects.filter(
            client_id__in=client_ids, kind="contact", at__gt=since, at__lte=until
        )
        counts.update(night.values_list("client_id", flat=True))
    return counts


def told_by_night() -> Q:
    """Return what holds of a desk's contact that the published night tells too: delivered, and not after its day."""
    return _told(_as_of())


def _as_of() -> date | None:
    pointer = Pointer.objects.select_related("publication").first()
    return pointer.publication.as_of if pointer is not None else None


def _told(as_of: date | None) -> Q:
    if as_of is None:
        return Q(pk__in=[])
    return ~Q(delivered_in="") & Q(at__date__lte=as_of)


def _marketing(client_ids: list[str]) -> list[tuple[str, bool]]:
    rows = Consent.objects.filter(client_id__in=client_ids, kind="marketing")
    newest = rows.values("client_id").annotate(newest=Max("id")).values("newest")
    return list(Consent.objects.filter(id__in=newest).values_list("client_id", "given"))


def _permission(opted_out: bool, contacts: int, rules: settings.Care) -> Permission:
    full = contacts >= rules.contacts
    why = None
    if full:
        why = say(
            f"{rules.days} 天内已联系（含未接通）{contacts} 次，上限 {rules.contacts} 次",
            f"approached {contacts} times in {rules.days} days, attempts included; the limit is {rules.contacts}",
        )
    elif opted_out:
        why = say("客户已拒绝营销，不得推介产品", "the client refused marketing: no products may be offered")
    return Permission(not full, not opted_out, contacts, why)
