"""What is erased with a person: all that people of the desk wrote about them."""

from __future__ import annotations

from datetime import datetime

from zhike_desk.records.models import Contact, Note, Tag, Task


def forget(client_id: str, at: datetime) -> None:
    """Erase what people wrote about a client, in the caller's transaction; the rows stay, as numbers of the branch's work."""
    Note.objects.filter(client_id=client_id).update(text="", removed_at=at)
    Tag.objects.filter(client_id=client_id).delete()
    Task.objects.filter(client_id=client_id).update(title="—", reason="", outcome="")
    Contact.objects.filter(client_id=client_id).update(outcome="")
