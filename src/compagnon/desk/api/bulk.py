"""Actions on many tickets by API: previewed, begun, followed, stopped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Count, QuerySet
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.api import schemas
from compagnon.desk.bulk_choice import Choice
from compagnon.desk.forms.bulk import FORMS
from compagnon.desk.models import BulkItem, BulkItemState, BulkRun, BulkVerb
from compagnon.desk.services import bulk as services

router = Routes(tag="bulk actions")
VerbName = Literal[
    "assign", "qualify", "pend", "resume", "solve", "close", "cancel", "merge", "link", "reply",
    "note", "tag",
]  # fmt: skip
Short = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]


class BulkIn(Body):
    """What to do, and to which tickets: by key, or all those of a queue's filters.

    Give what the action needs: `team_id` or `assignee_id` to assign; `category_id`, `service_id`,
    `impact`, `urgency` to qualify; `reason`, `until` to put on hold; `text` (and `kind`) to solve,
    cancel, answer or note; `other` (and `way`) to merge or link; `add` and `remove`, keys of tags.
    """

    verb: VerbName
    ticket_ids: Annotated[list[Id], Field(max_length=10_000)] = []
    query: Annotated[str, Field(max_length=2000, examples=["queue=open&team=3"])] = ""
    team_id: Id | None = None
    assignee_id: Id | None = None
    category_id: Id | None = None
    service_id: Id | None = None
    impact: schemas.Level | None = None
    urgency: schemas.Level | None = None
    reason: Annotated[str, Field(max_length=20, pattern=r"^[-\w]*$")] = ""
    until: Annotated[str, Field(max_length=40, examples=["2026-12-01T09:00:00Z"])] = ""
    text: Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")] = ""
    kind: Literal["permanent", "workaround"] = "permanent"
    other: Short = Field(default="", description="The other ticket's number.")
    way: Annotated[str, Field(max_length=20, examples=["relates_to"])] = "relates_to"
    add: Annotated[list[Id], Field(max_length=30)] = []
    remove: Annotated[list[Id], Field(max_length=30)] = []


class BulkOut(Schema):
    """An action and how far it is."""

    id: int
    verb: VerbName
    state: Literal["preview", "waiting", "running", "done", "stopped"]
    total: int
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    resumed: int = Field(description="How often it went on after the program was interrupted.")
    version: int


class BulkCounts(BulkOut):
    """An action with what became of its tickets."""

    todo: int
    done: int
    refused: int


class BulkItemOut(Schema):
    """One ticket of an action."""

    ticket_id: int
    state: Literal["todo", "done", "refused"]
    reason: str
    done_at: datetime | None


class BulkItemQuery(ListQuery):
    """Which tickets."""

    state: Annotated[Literal["todo", "done", "refused"] | None, FilterLookup("state")] = None
    ordering: Literal["id", "-id"] = "id"


class BulkQuery(ListQuery):
    """Which actions."""

    ordering: Literal["-asked_at", "asked_at"] = "-asked_at"


def _counted(run: BulkRun) -> BulkRun:
    rows = run.items.order_by().values("state").annotate(number=Count("pk"))
    counted = Counter({row["state"]: row["number"] for row in rows})
    for state in BulkItemState:
        setattr(run, state.value, counted[state.value])
    return run


@router.index("/bulk-actions", BulkOut)
def list_bulk_actions(request: ApiRequest, query: Query[BulkQuery]) -> QuerySet[BulkRun]:
    """List your own actions on many tickets."""
    return visible(BulkRun, request.actor)


@router.create("/bulk-actions", BulkCounts, location=lambda run: f"/bulk-actions/{run.pk}")
def preview_bulk_action(request: ApiRequest, body: BulkIn) -> BulkRun:
    """Preview an action on many tickets: nothing is done until it is started."""
    given: dict[str, Any] = body.model_dump()
    for name in ("team", "assignee", "category", "service"):
        given[name] = given.pop(f"{name}_id")
    form = FORMS[body.verb](given, actor=request.actor)
    if not form.is_valid():
        fields = {
            ("verb" if name == "__all__" else name): [str(text) for text in texts]
            for name, texts in form.errors.items()
        }
        raise Invalid(fields=fields)  # type: ignore[arg-type]
    choice = Choice(keys=tuple(body.ticket_ids), query=body.query)
    run = services.preview_bulk(
        actor=request.actor,
        verb=BulkVerb(body.verb),
        values=form.values(),
        ticket_ids=choice.ticket_ids(request.actor),
    )
    return _counted(run)


@router.show("/bulk-actions/{run_id}", BulkCounts)
def get_bulk_action(request: ApiRequest, run_id: Id) -> BulkRun:
    """Read an action of yours and how far it is."""
    return _counted(get_visible(BulkRun, request.actor, pk=run_id))


@router.index("/bulk-actions/{run_id}/tickets", BulkItemOut)
def list_bulk_tickets(
    request: ApiRequest, run_id: Id, query: Query[BulkItemQuery]
) -> QuerySet[BulkItem]:
    """List the tickets of an action, with what became of each and why."""
    run = get_visible(BulkRun, request.actor, pk=run_id)
    return visible(BulkItem, request.actor, run.items.all())


@router.act("/bulk-actions/{run_id}/start", BulkCounts)
def start_bulk_action(request: ApiRequest, run_id: Id) -> BulkRun:
    """Begin an action that was previewed."""
    return _counted(services.start_bulk(actor=request.actor, run_id=run_id))


@router.act("/bulk-actions/{run_id}/stop", BulkCounts)
def stop_bulk_action(request: ApiRequest, run_id: Id) -> BulkRun:
    """Do no more tickets of an action."""
    return _counted(services.stop_bulk(actor=request.actor, run_id=run_id))


@router.act("/bulk-actions/{run_id}/read", BulkCounts)
def read_bulk_action(request: ApiRequest, run_id: Id) -> BulkRun:
    """Note that you have seen how an action ended."""
    return _counted(services.read_bulk(actor=request.actor, run_id=run_id))
