"""What the desk's API takes and gives. Times are UTC, durations are seconds."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, field_validator
from pydantic_core import PydanticCustomError

from compagnon.core.api import Body, FilterLookup, Id, ListQuery
from compagnon.desk.api.schemas_tags import Tagged
from compagnon.desk.links import sheet_link
from compagnon.desk.models import Attachment, Message, Ticket
from compagnon.desk.policies import is_support
from compagnon.desk.services.writing import TEXT_MAX, Upload

Kind = Literal["incident", "service_request"]
StateName = Literal["new", "open", "pending", "solved", "closed", "cancelled"]
ChannelName = Literal["mail", "phone", "portal", "api", "alert", "desk"]
QueueName = Literal["mine", "team", "unassigned", "breaching", "open", "solved", "all"]
Level = Annotated[int, Field(ge=1, le=3)]
# PostgreSQL keeps no NUL: it is refused at the door rather than dropped behind it.
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX, pattern=r"^[^\x00]*$")]
ShortText = Annotated[str, Field(max_length=5000, pattern=r"^[^\x00]*$")]
Item = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$", examples=["IMP-042"])]
Seconds = Annotated[int, Field(ge=0, le=31 * 24 * 3600, examples=[1800])]
FILE_MAX = 3_500_000


class Named(Schema):
    """A row by its key, with the name that a page shows."""

    id: int
    name: str

    @staticmethod
    def resolve_name(obj: Any) -> str:
        """The row's own text."""
        return str(obj)


class TicketOut(Tagged):
    """A ticket, as lists and verbs show it."""

    id: int
    reference: str = Field(examples=["000123"])
    kind: Kind
    title: str
    state: StateName
    pending_reason: str
    wait_reason: Named | None
    pending_until: datetime | None
    priority: int = Field(description="1 is the most urgent, 5 the least.")
    impact: int
    urgency: int
    channel: ChannelName
    organisation: Named
    requester: Named
    beneficiary: Named
    team: Named | None
    assignee: Named | None
    category: Named | None
    service: Named | None
    request_type_id: int | None
    affected_item: str
    asset_id: int | None
    site: Named | None
    opened_at: datetime
    activity_at: datetime
    taken_at: datetime | None
    first_response_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    close_after: datetime | None
    due_at: datetime | None = Field(
        description="The nearest running commitment; told to who works on the ticket only."
    )
    awaits_answer: bool
    reopen_count: int
    version: int

    @staticmethod
    def resolve_due_at(obj: Ticket, context: Any) -> datetime | None:
        """Nothing for others than support: an agreement between its teams may be the nearest."""
        return obj.due_at if is_support(context["request"].actor, obj) else None


class AttachmentOut(Schema):
    """A file of a message."""

    id: int
    name: str
    media_type: str
    bytes: int
    is_inline: bool
    url: str

    @staticmethod
    def resolve_media_type(obj: Attachment) -> str:
        """What the content is, whatever its sender called it."""
        return obj.file.media_type

    @staticmethod
    def resolve_bytes(obj: Attachment) -> int:
        """Its size."""
        return obj.file.size

    @staticmethod
    def resolve_url(obj: Attachment) -> str:
        """Where to fetch it."""
        return f"/api/v1/attachments/{obj.pk}/content"


class MessageOut(Schema):
    """A message of the timeline."""

    id: int
    kind: Literal["description", "reply", "note", "solution", "refusal", "escalation"]
    is_public: bool
    from_support: bool
    author: Named | None
    channel: ChannelName
    text: str
    quoted: str
    occurred_at: datetime
    attachments: list[AttachmentOut]

    @staticmethod
    def resolve_attachments(obj: Message) -> list[Attachment]:
        """Its files."""
        return list(obj.attachments.all())


class TicketEntryOut(Schema):
    """An entry of the journal."""

    id: int
    verb: str = Field(examples=["ticket.take"])
    occurred_at: datetime
    recorded_at: datetime
    source: str
    actor_id: int | None
    actor_label: str
    before: dict[str, Any]
    after: dict[str, Any]
    correlation_id: str

    @staticmethod
    def resolve_correlation_id(obj: Any) -> str:
        """As text."""
        return str(obj.correlation_id)


class SolutionOut(Schema):
    """A solution and what became of it."""

    id: int
    kind: Literal["permanent", "workaround"]
    state: Literal["proposed", "accepted", "refused", "elapsed", "withdrawn"]
    text: str
    proposed_at: datetime
    answered_at: datetime | None

    @staticmethod
    def resolve_text(obj: Any) -> str:
        """The message that proposed it."""
        return str(obj.message.text)


class EscalationOut(Schema):
    """A handing over."""

    id: int
    kind: Literal["functional", "hierarchical", "transfer"]
    from_team: Named | None
    to_team: Named | None
    to_person: Named | None
    reason: str
    tried: str
    needed: str
    occurred_at: datetime


class WorkTaskOut(Schema):
    """A task of a ticket."""

    id: int
    ticket_id: int
    title: str
    details: str
    mode: Literal["remote", "on_site"]
    state: Literal["held", "todo", "done", "cancelled"]
    team: Named | None = Field(description="Whose task it is, where a plan made it.")
    assignee: Named | None
    site: Named | None
    planned_start: datetime | None
    planned_seconds: int
    spent_seconds: int
    travel_seconds: int
    done_at: datetime | None
    version: int


class SheetOut(Schema):
    """An intervention sheet."""

    id: int
    task_id: int
    report: str
    prepared_at: datetime
    signed_name: str
    signed_at: datetime | None
    remarks: str
    digest: str = Field(description="SHA-256 of what was signed; empty until then.")
    sign_url: str = Field(
        description="Where its user may sign it on their own phone: told to support, until then."
    )

    @staticmethod
    def resolve_sign_url(obj: Any, context: Any) -> str:
        """The link is the right itself: it goes to who may send it to the user."""
        told = obj.signed_at is None and is_support(context["request"].actor, obj.task.ticket)
        return sheet_link(obj) if told else ""


class OutgoingOut(Schema):
    """A mail that a ticket sent."""

    id: int
    ticket_id: int
    event: str
    recipient: str
    state: Literal["waiting", "sending", "sent", "failed", "suppressed"]
    reason: str
    attempts: int
    resent: bool
    message_id: str
    created_at: datetime
    sent_at: datetime | None

    @staticmethod
    def resolve_message_id(obj: Any) -> str:
        """The Message-ID header."""
        return str(obj.internet_id)


class TicketQuery(ListQuery):
    """Which tickets, in which order."""

    queue: Annotated[QueueName, Field(description="The list that technicians work from.")] = "all"
    state: StateName | None = None
    kind: Kind | None = None
    priority: Annotated[int | None, Field(ge=1, le=5)] = None
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    requester: Annotated[Id | None, FilterLookup("requester_id")] = None
    assignee: Annotated[Id | None, FilterLookup("assignee_id")] = None
    team: Annotated[Id | None, FilterLookup("team_id")] = None
    category: Annotated[Id | None, FilterLookup("category_id")] = None
    tag: Annotated[Id | None, Field(description="Those that bear this tag, as you see it.")] = None
    opened_after: Annotated[AwareDatetime | None, FilterLookup("opened_at__gte")] = None
    opened_before: Annotated[AwareDatetime | None, FilterLookup("opened_at__lt")] = None
    active_after: Annotated[AwareDatetime | None, FilterLookup("activity_at__gte")] = None
    reference: Annotated[
        str | None, Field(max_length=60, pattern=r"^[^\x00]*$", description="Exactly this one.")
    ] = None
    q: Annotated[
        str | None, Field(max_length=200, pattern=r"^[^\x00]*$", description="Words to find.")
    ] = None
    followed: Annotated[bool, Field(description="Only those of organisations that you follow.")] = (
        False
    )
    ordering: Literal[
        "activity_at",
        "-activity_at",
        "opened_at",
        "-opened_at",
        "priority",
        "-priority",
        "due_at",
        "-due_at",
        "id",
        "-id",
    ] = "-activity_at"

    columns = {"opened_at": "id"}

    def filter_queue(self, _value: str) -> Any:
        """Needs the actor: see the route."""
        from django.db.models import Q

        return Q()

    filter_q = filter_tag = filter_queue
    filter_reference = filter_queue
    filter_followed = filter_queue


class PlainQuery(ListQuery):
    """The rows in the order they were made, or the reverse."""

    ordering: Literal["id", "-id"] = "id"


class MessageQuery(ListQuery):
    """Which messages, in which order."""

    kind: Literal["description", "reply", "note", "solution", "refusal", "escalation"] | None = None
    ordering: Literal["occurred_at", "-occurred_at"] = "occurred_at"


class EntryQuery(ListQuery):
    """Which entries, in which order."""

    verb: Annotated[str | None, Field(max_length=60, pattern=r"^[a-z_.]*$")] = None
    ordering: Literal["occurred_at", "-occurred_at"] = "occurred_at"


class WorkTaskQuery(ListQuery):
    """Which tasks, in which order."""

    state: Literal["held", "todo", "done", "cancelled"] | None = None
    assignee: Annotated[Id | None, FilterLookup("assignee_id")] = None
    planned_after: Annotated[AwareDatetime | None, FilterLookup("planned_start__gte")] = None
    planned_before: Annotated[AwareDatetime | None, FilterLookup("planned_start__lt")] = None
    ordering: Literal["planned_start", "-planned_start", "id", "-id"] = "planned_start"


class FileIn(Body):
    """A file to attach: at most 3.5 MB here; larger ones go through the page or by mail."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    content_base64: Annotated[str, Field(max_length=FILE_MAX * 4 // 3 + 4)]

    @field_validator("content_base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise PydanticCustomError("not_base64", "This must be base64.") from None
        return value

    def upload(self) -> Upload:
        """As a service takes it."""
        return Upload(self.name, base64.b64decode(self.content_base64))


Files = Annotated[list[FileIn], Field(max_length=20)]


class OpenIn(Body):
    """A new ticket. Without a requester, it is the caller's own."""

    title: Title = Field(examples=["L’imprimante du deuxième étage ne répond plus"])
    text: Text = Field(examples=["Elle affiche « hors ligne » depuis ce matin."])
    kind: Kind = "incident"
    requester_id: Id | None = None
    beneficiary_id: Id | None = None
    service_id: Id | None = None
    request_type_id: Id | None = None
    category_id: Id | None = None
    team_id: Id | None = None
    impact: Level = 3
    urgency: Level = 2
    affected_item: Item = ""
    asset_id: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    channel: Literal["api", "phone", "alert", "desk"] = "api"
    files: Files = []


class QualifyIn(Body):
    """What to change; a field left out stays as it is, ``null`` empties it where it may be."""

    title: Title | None = None
    kind: Kind | None = None
    category_id: Id | None = None
    service_id: Id | None = None
    request_type_id: Id | None = None
    beneficiary_id: Id | None = None
    impact: Level | None = None
    urgency: Level | None = None
    affected_item: Item | None = None


class AssignIn(Body):
    """Whom to give it to; neither gives it to nobody."""

    team_id: Id | None = None
    assignee_id: Id | None = None


class WriteIn(Body):
    """A text, Markdown, with files."""

    text: Text
    files: Files = []


class ReasonIn(Body):
    """Why."""

    reason: Text


class SolveIn(Body):
    """A solution to propose."""

    text: Text
    kind: Literal["permanent", "workaround"] = "permanent"
    seen_message_id: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class EscalateIn(Body):
    """To whom, why, what was tried, what is needed."""

    to_team_id: Id
    reason: ShortText = Field(min_length=1)
    tried: ShortText = Field(min_length=1)
    needed: ShortText = ""


class TransferIn(Body):
    """To which desk, and why."""

    to_team_id: Id
    reason: ShortText = Field(min_length=1)


class AuthorityIn(Body):
    """Whom to ask, and why."""

    to_person_id: Id
    reason: ShortText = Field(min_length=1)


class PlanIn(Body):
    """A task to plan."""

    title: Title
    details: ShortText = ""
    mode: Literal["remote", "on_site"] = "remote"
    assignee_id: Id | None = None
    site_id: Id | None = None
    planned_start: AwareDatetime | None = None
    planned_seconds: Seconds = 0


class CompleteIn(Body):
    """What it took."""

    spent_seconds: Seconds
    travel_seconds: Seconds = 0
    activity_id: Id | None = None
    note: ShortText = ""


class SheetIn(Body):
    """What was done, as the user will read it before signing."""

    report: ShortText = Field(min_length=1)


class SignIn(Body):
    """The user's signature: a PNG picture of at most 200 kB."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    signature_base64: Annotated[
        str, Field(max_length=270_000, description="Empty: the typed name is the signature.")
    ] = ""
    remarks: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""

    @field_validator("signature_base64")
    @classmethod
    def _is_base64(cls, value: str) -> str:
        return FileIn._is_base64(value)

    def picture(self) -> bytes:
        """The picture's bytes."""
        return base64.b64decode(self.signature_base64)


def shown(ticket: Ticket) -> Ticket:
    """Give the ticket as verbs return it: read again, with its names."""
    return Ticket.objects.select_related(
        "organisation",
        "requester",
        "beneficiary",
        "team",
        "assignee",
        "category",
        "service",
        "site",
        "wait_reason",
    ).get(pk=ticket.pk)
