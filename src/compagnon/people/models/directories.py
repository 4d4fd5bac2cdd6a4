"""Directories (LDAP, Active Directory) that people and groups are taken from."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compagnon.people.models.organisations import Language, Organisation
from compagnon.people.models.persons import Person
from compagnon.people.models.roles import Role
from compagnon.people.models.teams import Team


class DirectoryKind(models.TextChoices):
    """Whose habits a directory has."""

    OPENLDAP = "openldap", _("OpenLDAP and others (inetOrgPerson)")
    ACTIVE = "active", _("Active Directory")


class DirectorySchedule(models.TextChoices):
    """When a directory is read by itself."""

    MANUAL = "manual", _("only when somebody asks")
    NIGHTLY = "nightly", _("each night")
    EVERY = "every", _("every so many minutes")


class Directory(models.Model):
    """A directory: where it is, how it is read, what may come of it.

    It acts for who set it last (``set_by``): it gives, changes and suspends nothing that they may
    not (``None``: the program, by a command). The password is sealed (``core.sealing``).
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="directories", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=DirectoryKind, default=DirectoryKind.OPENLDAP
    )
    url = models.CharField(_("address"), max_length=300)
    start_tls = models.BooleanField(_("StartTLS"), default=False)
    ca_certificate = models.TextField(_("authority’s certificate"), blank=True, max_length=60_000)
    bind_dn = models.CharField(_("reading account"), max_length=500, blank=True)
    bind_password = models.TextField(blank=True, editable=False)
    base = models.CharField(_("base"), max_length=500)
    group_base = models.CharField(_("base of groups"), max_length=500, blank=True)
    people_filter = models.CharField(_("filter for people"), max_length=1000)
    group_filter = models.CharField(_("filter for groups"), max_length=1000, blank=True)
    is_subtree = models.BooleanField(_("with everything below the base"), default=True)
    # Names of attributes by what they hold, those of ``directory.types.Attributes``.
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True)
    page_size = models.PositiveIntegerField(
        _("entries a page"), default=500, validators=[MaxValueValidator(5000)]
    )
    most_people = models.PositiveIntegerField(
        _("most people"),
        default=20_000,
        validators=[MinValueValidator(1), MaxValueValidator(200_000)],
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        _("seconds to wait"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    ceiling_percent = models.PositiveSmallIntegerField(
        _("most people suspended at once (%)"), default=10, validators=[MaxValueValidator(100)]
    )
    schedule = models.CharField(
        _("synchronised"), max_length=8, choices=DirectorySchedule, default=DirectorySchedule.MANUAL
    )
    every_minutes = models.PositiveIntegerField(
        _("minutes between two"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(10_080)],
    )
    opens_accounts = models.BooleanField(_("its people may sign in"), default=True)
    signs_in = models.BooleanField(_("with their password of the directory"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)
    next_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(_("last reading"), null=True, blank=True)
    ok_at = models.DateTimeField(_("last success"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("directory")
        verbose_name_plural = _("directories")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DirectoryRule(models.Model):
    """What being in a group of the directory gives: a team, or a role on an organisation.

    ``group`` is what somebody typed, a name or a distinguished name; once it was found,
    ``group_id`` follows it wherever it goes.
    """

    directory = models.ForeignKey(Directory, models.CASCADE, related_name="rules")
    group = models.CharField(_("group"), max_length=500)
    group_id = models.CharField(max_length=100, blank=True, editable=False)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    role = models.ForeignKey(
        Role, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("role")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on organisation"),
    )
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("group of a directory")
        verbose_name_plural = _("groups of directories")
        ordering = ["group", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=False, role=None, organisation=None)
                | models.Q(team=None, role__isnull=False, organisation__isnull=False),
                name="directory_rule_one_gift",
            ),
        ]

    def __str__(self) -> str:
        return self.group


class DirectoryLink(models.Model):
    """A person of a directory, known for ever by ``stable_id``, wherever the entry goes.

    ``suspended_at``: it left the directory, or was closed there. ``signs_in`` is false for one who
    was given back a password of their own.
    """

    directory = models.ForeignKey(Directory, models.CASCADE, related_name="links")
    person = models.OneToOneField(Person, models.CASCADE, related_name="directory_link")
    stable_id = models.CharField(max_length=100)
    dn = models.CharField(_("entry"), max_length=1000, blank=True)
    login = models.CharField(_("name in the directory"), max_length=150, blank=True)
    login_key = models.CharField(max_length=200, blank=True, db_index=True)
    signs_in = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True)
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("link to a directory")
        verbose_name_plural = _("links to directories")
        constraints = [
            models.UniqueConstraint(fields=["directory", "stable_id"], name="directory_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.directory_id} {self.stable_id}"


class DirectoryGift(models.Model):
    """What the directory gave somebody, and so takes back; nothing else is taken back."""

    link = models.ForeignKey(DirectoryLink, models.CASCADE, related_name="gifts")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("gift of a directory")
        verbose_name_plural = _("gifts of directories")
        constraints = [
            models.UniqueConstraint(
                fields=["link", "team"],
                condition=models.Q(team__isnull=False),
                name="directory_gift_team_once",
            ),
            models.UniqueConstraint(
                fields=["link", "role", "organisation"],
                condition=models.Q(role__isnull=False),
                name="directory_gift_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id}: {self.team_id or self.role_id}"


class DirectoryRunState(models.TextChoices):
    """Where a synchronisation stands."""

    WAITING = "waiting", pgettext_lazy("directory", "waiting")
    READING = "reading", pgettext_lazy("directory", "reading the directory")
    READY = "ready", pgettext_lazy("directory", "previewed")
    APPLYING = "applying", pgettext_lazy("directory", "under way")
    DONE = "done", pgettext_lazy("directory", "done")
    STALE = "stale", pgettext_lazy("directory", "overtaken")
    FAILED = "failed", pgettext_lazy("directory", "failed")


DIRECTORY_UNDER_WAY = (
    DirectoryRunState.WAITING,
    DirectoryRunState.READING,
    DirectoryRunState.APPLYING,
)


class DirectoryRun(models.Model):
    """A preview, and the synchronisation that came of it.

    ``digest`` names the plan: it is applied only while another reading gives the same.
    """

    directory = models.ForeignKey(Directory, models.CASCADE, related_name="runs")
    state = models.CharField(
        _("state"), max_length=8, choices=DirectoryRunState, default=DirectoryRunState.WAITING
    )
    # Asked to be carried out as soon as it is read: by schedule or by a command.
    goes_on = models.BooleanField(default=False)
    is_applied = models.BooleanField(default=False)
    is_confirmed = models.BooleanField(_("confirmed above the ceiling"), default=False)
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    read_at = models.DateTimeField(_("read"), null=True)
    started_at = models.DateTimeField(_("begun"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    people = models.PositiveIntegerField(_("people in the directory"), default=0)
    groups = models.PositiveIntegerField(_("groups in the directory"), default=0)
    counts = models.JSONField(default=dict)
    losses = models.PositiveIntegerField(default=0)
    linked = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("synchronisation of a directory")
        verbose_name_plural = _("synchronisations of directories")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory"],
                condition=models.Q(state__in=["waiting", "reading", "applying"]),
                name="directory_run_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["directory", "asked_at", "id"], name="directory_run_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.directory_id} {self.state}"


class DirectoryAction(models.TextChoices):
    """What a step does."""

    RESTORE = "restore", pgettext_lazy("directory", "brought back")
    LINK = "link", pgettext_lazy("directory", "recognised by mail address")
    CHANGE = "change", pgettext_lazy("directory", "changed")
    CREATE = "create", pgettext_lazy("directory", "added")
    SUSPEND = "suspend", pgettext_lazy("directory", "suspended")
    LEAVE = "leave", pgettext_lazy("directory", "out of a team")
    TAKE = "take", pgettext_lazy("directory", "a role less")
    JOIN = "join", pgettext_lazy("directory", "into a team")
    GIVE = "give", pgettext_lazy("directory", "a role more")
    CONFLICT = "conflict", pgettext_lazy("directory", "left alone")


class DirectoryStepState(models.TextChoices):
    """What became of a step."""

    TODO = "todo", pgettext_lazy("directory step", "not done yet")
    DONE = "done", pgettext_lazy("directory step", "done")
    REFUSED = "refused", pgettext_lazy("directory step", "refused")


class DirectoryStep(models.Model):
    """One step of a plan; marked in the transaction of what it did."""

    run = models.ForeignKey(DirectoryRun, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    action = models.CharField(max_length=8, choices=DirectoryAction)
    stable_id = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    changes = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    code = models.CharField(max_length=40, blank=True)
    state = models.CharField(
        max_length=8, choices=DirectoryStepState, default=DirectoryStepState.TODO
    )
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a synchronisation")
        verbose_name_plural = _("steps of synchronisations")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="directory_step_once"),
        ]
        indexes = [
            models.Index(fields=["run", "action", "id"], name="directory_step_action"),
            models.Index(fields=["run", "state", "position"], name="directory_step_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.position} {self.action}"
