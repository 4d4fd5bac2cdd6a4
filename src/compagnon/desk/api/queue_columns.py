"""The columns of the queue by API: those that there are, one's own choice."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, Routes
from compagnon.desk import queue_columns
from compagnon.desk.services.queue_columns import choose_columns

router = Routes(tag="tickets")


class QueueColumnOut(Schema):
    """A column that the queue can show."""

    name: str
    label: str


class QueueColumnsOut(Schema):
    """What your queues show, in this order; `chosen` says whether you chose it."""

    columns: list[str]
    chosen: bool
    offered: list[QueueColumnOut]


class QueueColumnsIn(Body):
    """What your queues show from now on, in this order; null: what they showed at first."""

    columns: Annotated[
        list[Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")]] | None,
        Field(max_length=40, examples=[["priority", "request", "state", "assignee"]]),
    ]


@router.show("/queue-columns", QueueColumnsOut)
def get_queue_columns(request: ApiRequest) -> dict[str, Any]:
    """Read which columns your queues show, and which there are."""
    return _told(queue_columns.own(request.actor))


@router.act("/queue-columns", QueueColumnsOut)
def choose_queue_columns(request: ApiRequest, body: QueueColumnsIn) -> dict[str, Any]:
    """Choose which columns your queues show, on whichever device, and their order."""
    choose_columns(actor=request.actor, columns=body.columns)
    return _told(queue_columns.own(request.actor))


def _told(own: list[str] | None) -> dict[str, Any]:
    return {
        "columns": own or list(queue_columns.AT_FIRST),
        "chosen": own is not None,
        "offered": [{"name": one.name, "label": str(one.label)} for one in queue_columns.COLUMNS],
    }
