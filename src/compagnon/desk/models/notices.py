"""What somebody is told, by which way, and how they want to be told."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import Calendar
from compagnon.desk.models.messages import Message
from compagnon.desk.models.outgoing import OutgoingState
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Language, Person


class NoticeEvent(models.TextChoices):
    """What people are told of. The first ones are for who asked, the others for support."""

    OPENED = "opened", _("a request is opened for me")
    ANSWERED = "answered", _("support answers me")
    WAITS = "waits", _("support waits for my answer")
    SOLUTION = "solution", _("a solution is proposed to me")
    CLOSED = "closed", _("my request is closed")
    REOPENED = "reopened", _("support works on my request again")
    WATCHED = "watched", _("something is said on a request that I watch")
    SUPPLY = "supply", _("what I wished for moves: ordered, delivered…")
    ASSIGNED = "assigned", _("a ticket is given to me")
    TEAM = "team", _("a ticket that nobody has comes to my team")
    WROTE = "wrote", _("the user writes on one of my tickets")
    REFUSED = "refused", _("a solution of mine is refused, or a ticket of mine reopened")
    MENTION = "mention", _("a note names me")
    AUTHORITY = "authority", _("I am asked to act as the authority")
    DUE = "due", _("a commitment on one of my tickets is at risk or missed")
    APPROVAL = "approval", _("my approval is asked")
    DECIDED = "decided", _("what I asked for is approved or refused")
    LATE = "late", _("an order of mine is late")
    TASK = "task", _("a task comes to me or to my team")
    STEP = "step", _("a step of what I asked for is done")


class NoticeChannel(models.TextChoices):
    """By which way."""

    PAGE = "page", _("on the page")
    MAIL = "mail", _("by mail")
    PUSH = "push", _("on my devices")


class NoticeWay(models.TextChoices):
    """How soon."""

    NOW = "now", _("at once")
    DIGEST = "digest", _("in the digest")
    OFF = "off", _("not at all")


class NoticeState(models.TextChoices):
    """What became of what leaves; on the page a notice is simply there."""

    HELD = "held", _("held back")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("not sent")


class NoticeMail(models.Model):
    """A mail that tells several things at once, or one that no mail of the ticket tells.

    As any mail that leaves, a row found in ``sending`` after a crash is sent again under the same
    Message-ID.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recipient = models.CharField(_("recipient"), max_length=254)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    internet_id = models.CharField(max_length=250, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=OutgoingState, default=OutgoingState.WAITING
    )
    reason = models.CharField(_("why not sent"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("mail of notices")
        verbose_name_plural = _("mails of notices")
        indexes = [models.Index(fields=["person", "created_at"], name="notice_mail_person")]

    def __str__(self) -> str:
        return f"→ {self.recipient}"


class Notice(models.Model):
    """One event told to one person by one channel.

    ``key`` names the event, so that it is told once. ``is_internal``: only who works on the ticket
    may read it. What leaves (mail, push) has a ``state`` and leaves at ``due_at``.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notices")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="notices")
    event = models.CharField(
        _("event"), max_length=10, choices=NoticeEvent, db_default=NoticeEvent.MENTION
    )
    channel = models.CharField(
        _("by"), max_length=4, choices=NoticeChannel, db_default=NoticeChannel.PAGE
    )
    key = models.CharField(max_length=80, db_default="")
    is_internal = models.BooleanField(_("for support only"), db_default=True)
    actor = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("by whom")
    )
    created_at = models.DateTimeField(_("written"))
    read_at = models.DateTimeField(_("read"), null=True)
    state = models.CharField(_("state"), max_length=7, choices=NoticeState, db_default="")
    due_at = models.DateTimeField(_("leaves"), null=True)
    sent_at = models.DateTimeField(_("left"), null=True)
    mail = models.ForeignKey(NoticeMail, models.SET_NULL, null=True, related_name="notices")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "person", "channel"],
                condition=~models.Q(key=""),
                name="notice_once_each_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "id"],
                condition=models.Q(read_at=None, channel="page"),
                name="notice_unread_page",
            ),
            models.Index(fields=["person", "created_at", "id"], name="notice_person"),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="held"),
                name="notice_held",
            ),
            models.Index(fields=["created_at"], name="notice_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.ticket_id} → {self.person_id}"


class NoticePreference(models.Model):
    """How somebody wants to be told of one event by one channel; without a row, as it comes."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="notice_preferences")
    event = models.CharField(_("event"), max_length=10, choices=NoticeEvent)
    channel = models.CharField(_("by"), max_length=4, choices=NoticeChannel)
    way = models.CharField(_("how"), max_length=6, choices=NoticeWay)

    class Meta:
        verbose_name = _("preference of notices")
        verbose_name_plural = _("preferences of notices")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "event", "channel"], name="notice_preference_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(way="digest") | models.Q(channel="mail"),
                name="notice_digest_is_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.event} {self.channel}: {self.way}"


class NoticeChoice(models.Model):
    """When somebody wants to be told: the digest's hour, the hours when nothing leaves.

    Hours are of ``time_zone``, or of the person's site. ``calendar`` says on which days the digest
    leaves; a day on which it does not open is quiet, if ``quiet_closed_days``.
    """

    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_choice")
    # Read where no preference says otherwise: what was chosen before there were preferences.
    mentions_by_mail = models.BooleanField(_("by mail too, when a note names me"), default=False)
    digest_at = models.TimeField(_("the digest leaves at"), null=True)
    calendar = models.ForeignKey(
        Calendar, models.SET_NULL, null=True, related_name="+", verbose_name=_("on the days of")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="", db_default="", blank=True
    )
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_to = models.TimeField(_("quiet until"), null=True)
    quiet_closed_days = models.BooleanField(
        _("quiet all day when the calendar is closed"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_to=None)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="notice_quiet_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class PushKey(models.Model):
    """The key by which this installation signs what it pushes (RFC 8292); the newest counts."""

    public = models.CharField(max_length=100, unique=True)
    sealed = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("key of pushed notices")
        verbose_name_plural = _("keys of pushed notices")

    def __str__(self) -> str:
        return self.public


class PushSubscription(models.Model):
    """A browser that takes pushed notices for somebody.

    Its address and keys are a right to write to that browser: they are sealed, and ``digest`` (of
    the address) finds it again. ``session`` is a digest too: signing out there ends it.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="push_subscriptions")
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    label = models.CharField(_("browser"), max_length=120)
    session = models.CharField(max_length=64, blank=True, db_index=True)
    key = models.ForeignKey(PushKey, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("since"))
    sent_at = models.DateTimeField(_("last told"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("browser told")
        verbose_name_plural = _("browsers told")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label
