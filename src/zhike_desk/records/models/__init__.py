"""Every table of the desk. Those of `book` are what the night published and are read only; the rest are written by `records.actions`."""

from zhike_desk.records.models.approval import Approval, Deputy
from zhike_desk.records.models.audit import AuditHead, AuditRow
from zhike_desk.records.models.book import BookClient, BookIdentity, BookRelation, BookStaff, BookToken
from zhike_desk.records.models.book_facts import (
    BookAsset,
    BookAttribution,
    BookCell,
    BookClv,
    BookComplaint,
    BookDay,
    BookDetail,
    BookHolding,
    BookMarket,
    BookMeasureName,
    BookPhase,
    BookProduct,
    BookProposal,
    BookSecurity,
    BookTimeline,
    BookTransition,
)
from zhike_desk.records.models.book_ties import BookLink, BookPeer
from zhike_desk.records.models.care import Answer, Complaint, Contact, Note, Tag, Task
from zhike_desk.records.models.jobs import Job
from zhike_desk.records.models.judging import Expert, Judgement, Panel
from zhike_desk.records.models.person import ApiToken, User
from zhike_desk.records.models.publication import Pointer, Publication
from zhike_desk.records.models.setting import SavedView, Setting
from zhike_desk.records.models.standing import Assessment, Consent, Hold, Move
from zhike_desk.records.models.undoing import Inverse

__all__ = [
    "Answer",
    "ApiToken",
    "Approval",
    "Assessment",
    "AuditHead",
    "AuditRow",
    "BookAsset",
    "BookAttribution",
    "BookCell",
    "BookClient",
    "BookClv",
    "BookComplaint",
    "BookDay",
    "BookDetail",
    "BookHolding",
    "BookIdentity",
    "BookLink",
    "BookMarket",
    "BookMeasureName",
    "BookPeer",
    "BookPhase",
    "BookProduct",
    "BookProposal",
    "BookRelation",
    "BookSecurity",
    "BookStaff",
    "BookTimeline",
    "BookToken",
    "BookTransition",
    "Complaint",
    "Consent",
    "Contact",
    "Deputy",
    "Expert",
    "Hold",
    "Inverse",
    "Job",
    "Judgement",
    "Move",
    "Note",
    "Panel",
    "Pointer",
    "Publication",
    "SavedView",
    "Setting",
    "Tag",
    "Task",
    "User",
]
