"""Examination sessions: approved, forecast, planned, summoned, held."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.core.models import StoredFile
from compagnon.people.models import Organisation, Person
from compagnon.titles.models.candidacies import Candidacy
from compagnon.titles.models.jurors import Juror
from compagnon.titles.models.referentials import Certificate, TitleVersion


class CentreApproval(models.Model):
    """The State's approval of a centre and its equipment for a title."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="approvals", verbose_name=_("training centre")
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.PROTECT, related_name="+", verbose_name=_("title")
    )
    number = models.CharField(_("number"), max_length=60)
    approved_on = models.DateField(_("approved on"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    suspended_on = models.DateField(_("suspended on"), null=True, blank=True)
    equipment = models.TextField(_("equipment"), blank=True, max_length=10_000)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("approval of a centre")
        verbose_name_plural = _("approvals of centres")
        ordering = ["-approved_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("approved_on")),
                name="approval_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SessionKind(models.TextChoices):
    """What a session is for."""

    TITLE = "title", pgettext_lazy("session", "title")
    CCP = "ccp", _("CCP")
    CCS = "ccs", _("CCS")


class Forecast(models.Model):
    """A session foreseen for a year, as it is told to the State before it begins."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("training centre")
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.PROTECT, related_name="+", verbose_name=_("title")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=SessionKind)
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    places = models.PositiveSmallIntegerField(_("candidates"), default=1)
    submitted_on = models.DateField(_("told to the State on"), null=True, blank=True)

    class Meta:
        verbose_name = _("session foreseen")
        verbose_name_plural = _("sessions foreseen")
        ordering = ["month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version_of_title", "kind", "month"], name="forecast_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class SessionState(models.TextChoices):
    """How far a session is."""

    PLANNED = "planned", pgettext_lazy("session", "planned")
    SUMMONED = "summoned", pgettext_lazy("session", "summoned")
    HELD = "held", pgettext_lazy("session", "being held")
    DELIBERATING = "deliberating", pgettext_lazy("session", "deliberating")
    CLOSED = "closed", pgettext_lazy("session", "closed")
    CANCELLED = "cancelled", pgettext_lazy("session", "cancelled")


class Session(models.Model):
    """One examination session of a centre, for a title, a CCP or a CCS."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="sessions", verbose_name=_("training centre")
    )
    version_of_title = models.ForeignKey(
        TitleVersion, models.PROTECT, related_name="sessions", verbose_name=_("title")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=SessionKind)
    certificate = models.ForeignKey(
        Certificate,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("certificate"),
    )
    forecast = models.ForeignKey(
        Forecast, models.SET_NULL, related_name="sessions", null=True, blank=True
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=300)
    is_remote = models.BooleanField(_("at a distance"), default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=SessionState, default=SessionState.PLANNED
    )
    summoned_at = models.DateTimeField(_("summoned"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="title") | models.Q(certificate__isnull=False),
                name="session_has_certificate",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-starts_at"], name="session_centre")]

    def __str__(self) -> str:
        return self.reference


class Station(models.Model):
    """A place of the session: a room, a machine."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="stations")
    name = models.CharField(_("name"), max_length=80)
    room = models.CharField(_("room"), max_length=80, blank=True)
    equipment = models.CharField(_("machine"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "name"], name="station_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Answer(models.TextChoices):
    """What a juror answered to the invitation."""

    WAITING = "waiting", pgettext_lazy("juror", "no answer yet")
    ACCEPTED = "accepted", pgettext_lazy("juror", "comes")
    DECLINED = "declined", pgettext_lazy("juror", "does not come")


class JuryMember(models.Model):
    """A juror invited to a session."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="jury")
    juror = models.ForeignKey(Juror, models.PROTECT, related_name="invitations")
    is_chair = models.BooleanField(_("chair"), default=False)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.WAITING)
    invited_at = models.DateTimeField(_("invited"), auto_now_add=True)
    summoned_at = models.DateTimeField(_("summoned"), null=True, blank=True)
    is_present = models.BooleanField(_("present"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a jury")
        verbose_name_plural = _("members of juries")
        ordering = ["-is_chair", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "juror"], name="jury_member_once"),
            models.UniqueConstraint(
                fields=["session"], condition=models.Q(is_chair=True), name="jury_one_chair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.juror}"


class Attendance(models.TextChoices):
    """Whether a candidate came."""

    AWAITED = "awaited", _("awaited")
    PRESENT = "present", _("present")
    EXCUSED = "excused", _("absent, excused")
    ABSENT = "absent", _("absent")


class Sitting(models.Model):
    """A candidate of a session: summons, attendance, identity."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="sittings")
    candidacy = models.ForeignKey(Candidacy, models.PROTECT, related_name="sittings")
    summoned_at = models.DateTimeField(_("summoned"), null=True, blank=True)
    attendance = models.CharField(
        _("attendance"), max_length=8, choices=Attendance, default=Attendance.AWAITED
    )
    identity_checked_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    notified_at = models.DateTimeField(_("result notified"), null=True, blank=True)

    class Meta:
        verbose_name = _("candidate of a session")
        verbose_name_plural = _("candidates of sessions")
        ordering = ["candidacy__person__search_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "candidacy"], name="sitting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.candidacy}"


class SlotKind(models.TextChoices):
    """What a candidate does at that time."""

    SITUATION = "situation", _("professional situation")
    TECHNICAL = "technical", _("technical interview")
    QUESTIONS = "questions", _("questioning")
    FINAL = "final", _("final interview")


class Slot(models.Model):
    """A line of the day's timetable: a candidate, a station, from when to when."""

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="slots")
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="slots", null=True, blank=True
    )
    kind = models.CharField(_("what"), max_length=9, choices=SlotKind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("slot of a timetable")
        verbose_name_plural = _("slots of timetables")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="slot_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%H:%M}"


class Incident(models.Model):
    """Something that happened during a session, as it stands in the minutes."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="incidents")
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, related_name="incidents", null=True, blank=True
    )
    is_fraud = models.BooleanField(_("report of fraud"), default=False)
    text = models.TextField(_("what happened"), max_length=5_000)
    happened_at = models.DateTimeField(_("when"))
    told_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("incident of a session")
        verbose_name_plural = _("incidents of sessions")
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
