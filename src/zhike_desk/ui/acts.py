"""How acts on many rows are called, with what they are given: staff by name, everything else as it was written."""

from __future__ import annotations

from collections.abc import Mapping

from zhike_desk.records import staff
from zhike_desk.ui.speech import told

ACTS: Mapping[str, tuple[str, str]] = {
    "tag.add": ("加标签“{word}”", "add the tag “{word}”"),
    "tag.remove": ("去标签“{word}”", "remove the tag “{word}”"),
    "task.add": ("建任务“{title}”，{due_on} 到期", "a task “{title}”, due {due_on}"),
    "clients.hand": ("移交给{staff_id}", "hand over to {staff_id}"),
    "tasks.done": ("任务标为完成", "mark tasks as done"),
    "tasks.move": ("任务改期到 {due_on}", "put tasks off until {due_on}"),
    "tasks.hand": ("任务交给{staff_id}", "hand tasks to {staff_id}"),
}


def in_words(act: str, arguments: Mapping[str, str]) -> str:
    """Say what a bulk act does, in the request's language."""
    given = {name: who(value) if name == "staff_id" else value for name, value in arguments.items()}
    return told(*ACTS[act]).format(**given)


def who(staff_id: str) -> str:
    """Name one of the staff; whom the night doesn't know keeps the number."""
    return staff.names({staff_id}).get(staff_id, staff_id)
