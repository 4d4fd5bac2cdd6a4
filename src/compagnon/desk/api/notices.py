"""What one is told, and how, by API: the same verbs as the pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.contracts.models import Calendar
from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.desk import notice_words, services
from compagnon.desk.api import schemas
from compagnon.desk.choosing import chosen
from compagnon.desk.models import (
    Notice,
    NoticeChannel,
    NoticeChoice,
    NoticeEvent,
    NoticeWay,
    PushKey,
    PushSubscription,
)
from compagnon.desk.services.notices import Timing, ways_of

router = Routes(tag="notices")

EventName = Literal[
    "opened", "answered", "waits", "solution", "closed", "reopened", "watched", "assigned",
    "team", "wrote", "refused", "mention", "authority", "due", "approval", "decided", "supply",
    "late", "task", "step",
]  # fmt: skip


class NoticeOut(Schema):
    """Something that the caller is told."""

    id: int
    event: EventName
    said: str
    ticket_id: int
    message_id: int | None
    author: schemas.Named | None
    text: str
    created_at: datetime
    read_at: datetime | None

    @staticmethod
    def resolve_said(obj: Notice) -> str:
        """What happened, in words."""
        return notice_words.line(obj)

    @staticmethod
    def resolve_author(obj: Notice) -> Any:
        """Who did it."""
        return obj.actor or (obj.message.author if obj.message else None)

    @staticmethod
    def resolve_text(obj: Notice) -> str:
        """The beginning of what was written."""
        return notice_words.excerpt(obj)


class NoticeQuery(ListQuery):
    """Which notices, in which order."""

    unread: Annotated[bool | None, FilterLookup("read_at__isnull")] = None
    event: Annotated[EventName | None, FilterLookup("event")] = None
    ordering: Literal["id", "-id"] = "-id"


class ReadIn(Body):
    """Which one was read, or those of which ticket; none given, all of them."""

    notice_id: Id | None = None
    ticket_id: Id | None = None


class ReadOut(Schema):
    """How many were unread."""

    read: int


class ChoiceIn(Body):
    """How to be told."""

    mentions_by_mail: bool


class ChoiceOut(Schema):
    """How one is told."""

    mentions_by_mail: bool


class NoticeWayOut(Schema):
    """How the caller is told of an event by a channel."""

    event: EventName
    channel: Literal["page", "mail", "push"]
    way: Literal["now", "digest", "off"]


class NoticeWaysOut(Schema):
    """How the caller is told of everything."""

    ways: list[NoticeWayOut]


class NoticeWaysIn(Body):
    """How the caller wants to be told; what is not named stays as it is."""

    ways: Annotated[
        list[NoticeWayOut],
        Field(
            max_length=60,
            examples=[[{"event": "answered", "channel": "mail", "way": "digest"}]],
        ),
    ]


class NoticeTimesOut(Schema):
    """When the caller is told."""

    digest_at: time | None
    calendar_id: int | None
    time_zone: str
    quiet_from: time | None
    quiet_to: time | None
    quiet_closed_days: bool


class NoticeTimesIn(Body):
    """When the caller wants to be told."""

    digest_at: Annotated[time | None, Field(examples=["08:00"])] = None
    calendar_id: Id | None = None
    time_zone: Annotated[str, Field(max_length=60, examples=["Europe/Paris"])] = ""
    quiet_from: Annotated[time | None, Field(examples=["20:00"])] = None
    quiet_to: Annotated[time | None, Field(examples=["07:30"])] = None
    quiet_closed_days: bool = False


class PushKeyOut(Schema):
    """What a browser is given when it subscribes (``applicationServerKey``)."""

    public: str


class BrowserKeys(Schema):
    """The keys that a browser made for its subscription, in base64url."""

    p256dh: Annotated[
        str,
        Field(
            max_length=100,
            examples=[
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
            ],
        ),
    ]
    auth: Annotated[str, Field(max_length=40, examples=["BTBZMqHH6r4Tts7J_aSIgg"])]


class PushSubscriptionIn(Body):
    """A browser's subscription, as ``PushSubscription.toJSON()`` gives it."""

    endpoint: Annotated[str, Field(max_length=500, examples=["https://push.example/send/dGVzdA"])]
    keys: BrowserKeys


class PushSubscriptionOut(Schema):
    """A browser that is told."""

    id: int
    label: str
    created_at: datetime
    sent_at: datetime | None


@router.index("/notices", NoticeOut)
def list_notices(request: ApiRequest, query: Query[NoticeQuery]) -> QuerySet[Notice]:
    """List what you were told, on tickets that you may read."""
    rows = visible(Notice, request.actor).filter(channel=NoticeChannel.PAGE)
    return rows.select_related("message__author", "actor")


@router.act("/notices/read", ReadOut)
def read_notices(request: ApiRequest, body: ReadIn) -> ReadOut:
    """Mark one of your notices as read, those of a ticket, or all of them."""
    return ReadOut(read=services.read_notices(actor=request.actor, **body.model_dump()))


@router.act("/notices/choice", ChoiceOut)
def choose_notices(request: ApiRequest, body: ChoiceIn) -> ChoiceOut:
    """Choose whether a note that names you comes by mail too."""
    choice = services.choose_notices(actor=request.actor, mentions_by_mail=body.mentions_by_mail)
    return ChoiceOut(mentions_by_mail=choice.mentions_by_mail)


@router.show("/notice-ways", NoticeWaysOut)
def read_notice_ways(request: ApiRequest) -> NoticeWaysOut:
    """Read how you are told of each event by each channel."""
    return _ways(request)


@router.act("/notice-ways", NoticeWaysOut)
def choose_notice_ways(request: ApiRequest, body: NoticeWaysIn) -> NoticeWaysOut:
    """Choose how you are told of events; what is not named stays as it is."""
    services.choose_ways(
        actor=request.actor,
        ways={
            (NoticeEvent(one.event), NoticeChannel(one.channel)): NoticeWay(one.way)
            for one in body.ways
        },
    )
    return _ways(request)


def _ways(request: ApiRequest) -> NoticeWaysOut:
    return NoticeWaysOut(
        ways=[
            NoticeWayOut(event=event.value, channel=channel.value, way=way.value)  # type: ignore[arg-type]
            for (event, channel), way in ways_of(request.actor).items()
        ]
    )


@router.show("/notice-times", NoticeTimesOut)
def read_notice_times(request: ApiRequest) -> NoticeChoice:
    """Read when you are told: the digest's hour, the quiet hours."""
    return visible(NoticeChoice, request.actor).first() or NoticeChoice()


@router.act("/notice-times", NoticeTimesOut)
def choose_notice_times(request: ApiRequest, body: NoticeTimesIn) -> NoticeChoice:
    """Choose when you are told; what is left out is as if you had never chosen it."""
    values = body.model_dump()
    calendar = chosen(Calendar, request.actor, values.pop("calendar_id"), "calendar_id")
    return services.choose_times(actor=request.actor, timing=Timing(calendar=calendar, **values))


@router.act("/push-key", PushKeyOut)
def ask_push_key(request: ApiRequest) -> PushKey:
    """Give the key with which a browser subscribes; the first who asks has it made."""
    if request.actor.id is None:
        raise Invalid(_("Only a person has notices."))
    return services.ensure_push_key(actor=request.actor)


@router.index("/push-subscriptions", PushSubscriptionOut)
def list_push_subscriptions(
    request: ApiRequest, query: Query[schemas.PlainQuery]
) -> QuerySet[PushSubscription]:
    """List your browsers that are told."""
    return visible(PushSubscription, request.actor)


@router.create("/push-subscriptions", PushSubscriptionOut, within=True)
def subscribe_browser(request: ApiRequest, body: PushSubscriptionIn) -> PushSubscription:
    """Have a browser told; again, for the same browser, nothing is added."""
    session = getattr(request, "session", None)
    return services.subscribe(
        actor=request.actor,
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        label=request.headers.get("User-Agent", "")[:120],
        session_key=(session.session_key or "") if session is not None else "",
    )


@router.remove("/push-subscriptions/{subscription_id}")
def unsubscribe_browser(request: ApiRequest, subscription_id: Id) -> None:
    """Have one of your browsers told nothing more."""
    services.unsubscribe(actor=request.actor, subscription_id=subscription_id)
