"""The ticket: the record of one request."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.core.lookups import write_choices
from compagnon.desk.models.categories import Category
from compagnon.desk.models.mailboxes import Mailbox
from compagnon.park.models import Asset
from compagnon.people.models import Organisation, Person, Site, Team


class TicketKind(models.TextChoices):
    """What the requester comes for."""

    INCIDENT = "incident", _("incident")
    REQUEST = "service_request", _("service request")


class Channel(models.TextChoices):
    """How the request reached us."""

    MAIL = "mail", _("mail")
    PHONE = "phone", _("phone")
    PORTAL = "portal", _("portal")
    API = "api", _("API")
    ALERT = "alert", _("alert")
    DESK = "desk", _("at the desk")


class Impact(models.IntegerChoices):
    """How many are hurt."""

    HIGH = 1, _("a whole company or site")
    MEDIUM = 2, _("a team")
    LOW = 3, _("one person")


class Urgency(models.IntegerChoices):
    """How long it can wait."""

    HIGH = 1, _("work is stopped")
    MEDIUM = 2, _("work is hindered")
    LOW = 3, _("it can wait")


class Priority(models.IntegerChoices):
    """In which order we work; 1 first. From impact and urgency, by the organisation's matrix."""

    CRITICAL = 1, _("critical")
    HIGH = 2, _("high")
    MODERATE = 3, _("moderate")
    LOW = 4, _("low")
    PLANNED = 5, _("to be planned")


class State(models.TextChoices):
    """Where the ticket stands; the legal moves are in ``rules.TRANSITIONS``."""

    NEW = "new", _("new")
    OPEN = "open", _("in progress")
    PENDING = "pending", _("pending")
    SOLVED = "solved", _("solved")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (State.NEW, State.OPEN, State.PENDING)


class PendingReason(models.TextChoices):
    """For what a pending ticket waits; the contract says whether its clocks stop."""

    USER = "waiting_user", _("waiting for the user")
    SUPPLIER = "waiting_supplier", _("waiting for a supplier")
    APPOINTMENT = "appointment", _("waiting for the appointment")
    APPROVAL = "waiting_approval", _("waiting for the client’s approval")
    OTHER = "other", _("other reason")


class Ticket(models.Model):
    """One request, from its arrival to its closing.

    ``version`` grows by one at each change: it is the ETag, and what guards two people who answer
    at once. ``due_at`` is the nearest running commitment, kept by the services from the clocks so
    that queues are one index scan.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=TicketKind)
    title = models.CharField(_("title"), max_length=200)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    requester = models.ForeignKey(
        Person, models.PROTECT, related_name="requested_tickets", verbose_name=_("requester")
    )
    beneficiary = models.ForeignKey(
        Person, models.PROTECT, related_name="benefiting_tickets", verbose_name=_("for")
    )
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    channel = models.CharField(_("came by"), max_length=8, choices=Channel)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service"),
    )
    request_type = models.ForeignKey(
        RequestType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("request type"),
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.LOW)
    urgency = models.PositiveSmallIntegerField(
        _("urgency"), choices=Urgency, default=Urgency.MEDIUM
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.MODERATE
    )
    affected_item = models.CharField(_("affected item"), max_length=120, blank=True)
    # What the park knows of the affected item; the words above stay as they were said.
    asset = models.ForeignKey(
        Asset,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("asset"),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    assignee = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("technician"),
    )
    mailbox = models.ForeignKey(
        Mailbox,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mailbox"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    pending_reason = models.CharField(
        _("waits for"), max_length=20, choices=PendingReason, blank=True
    )
    # What an administrator called it; ``pending_reason`` is what contracts know it as.
    wait_reason = models.ForeignKey(
        "desk.WaitReason",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reason for waiting"),
    )
    pending_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    qualified_at = models.DateTimeField(_("qualified"), null=True)
    taken_at = models.DateTimeField(_("taken up"), null=True)
    first_response_at = models.DateTimeField(_("first response"), null=True)
    solved_at = models.DateTimeField(_("solved"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    close_after = models.DateTimeField(_("closes by itself after"), null=True)
    reopen_count = models.PositiveSmallIntegerField(_("reopenings"), default=0)
    escalated_at = models.DateTimeField(_("escalated to authority"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    awaits_answer = models.BooleanField(
        _("the user wrote last"),
        default=True,
        help_text=_("The last public message came from the user, and nobody has answered."),
    )
    opened_at = models.DateTimeField(_("opened"))
    activity_at = models.DateTimeField(_("last activity"))
    external_reference = models.CharField(
        _("reference elsewhere"),
        max_length=60,
        null=True,
        blank=True,
        unique=True,
    )
    # Kept by the verbs of merging: where what is said goes on.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_here",
        verbose_name=_("merged into"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=State.PENDING) | models.Q(pending_reason=""),
                name="ticket_reason_only_pending",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED) | models.Q(closed_at__isnull=False),
                name="ticket_closed_has_date",
            ),
            models.CheckConstraint(
                condition=models.Q(impact__range=(1, 3))
                & models.Q(urgency__range=(1, 3))
                & models.Q(priority__range=(1, 5)),
                name="ticket_levels_in_range",
            ),
        ]
        # Queues read open tickets only: their indexes leave out the closed ones, so that a
        # million closed tickets cost nothing. Lists read by activity, within an organisation.
        indexes = [
            models.Index(
                fields=["assignee", "activity_at"],
                condition=models.Q(state__in=["new", "open", "pending"]),
                name="ticket_open_assignee",
            ),
            models.Index(
                fields=["team", "activity_at"],
                condition=models.Q(state__in=["new", "open", "pending"]),
                name="ticket_open_team",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["new", "open", "pending"]),
                name="ticket_open_due",
            ),
            models.Index(
                fields=["activity_at", "id"],
                condition=models.Q(state__in=["new", "open", "pending"]),
                name="ticket_open_activity",
            ),
            models.Index(
                fields=["priority", "id"],
                condition=models.Q(state__in=["new", "open", "pending"]),
                name="ticket_open_priority",
            ),
            models.Index(
                fields=["close_after"],
                condition=models.Q(state="solved"),
                name="ticket_solved_closing",
            ),
            models.Index(
                fields=["pending_until"],
                condition=models.Q(state="pending"),
                name="ticket_pending_until",
            ),
            models.Index(fields=["activity_at", "id"], name="ticket_activity"),
            models.Index(fields=["organisation", "activity_at", "id"], name="ticket_org_activity"),
            models.Index(fields=["requester", "activity_at"], name="ticket_requester"),
            models.Index(fields=["beneficiary", "activity_at"], name="ticket_beneficiary"),
            models.Index(fields=["state", "activity_at", "id"], name="ticket_state_activity"),
            models.Index(fields=["priority", "activity_at", "id"], name="ticket_priority_activity"),
            # All tickets in these orders; due is what is open, so the closed ones are its end.
            models.Index(fields=["priority", "id"], name="ticket_priority"),
            models.Index(fields=["due_at", "id"], name="ticket_due"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """What people say on the phone: six digits, or the number it had in another desk."""
        return self.external_reference or f"{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to work on it."""
        return self.state in OPEN_STATES


write_choices(Ticket._meta.get_field("state"))
