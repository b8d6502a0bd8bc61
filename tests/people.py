"""The people of the desk's tests: one of each role, and a manager and clients of another branch."""

from __future__ import annotations

from dataclasses import dataclass

BRANCH = "3101"
OTHER = "3102"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in; `staff_id` ties them to the clients they work with."""

    username: str
    role: str
    name: str
    staff_id: str = ""
    branch_id: str = BRANCH


PEOPLE = {
    person.username: person
    for person in (
        Person("alice", "manager", "韩爱丽", "E0002"),
        Person("bob", "head", "沈博", "E0001"),
        Person("charlie", "manager", "曹查理", "E0004", OTHER),
        Person("dora", "compliance", "朵拉"),
        Person("erin", "analyst", "艾琳"),
        Person("frank", "admin", "弗兰克"),
        Person("grace", "adviser", "冯格蕾", "E0003"),
        Person("heidi", "head", "海蒂", "E0090", OTHER),
    )
}
