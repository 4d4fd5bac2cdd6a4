"""What is done to many tickets at once: asked once, each ticket done once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from compagnon.core.lookups import write_choices
from compagnon.desk.models.tickets import Ticket
from compagnon.people.models import Person


class BulkVerb(models.TextChoices):
    """What is done to each ticket."""

    ASSIGN = "assign", _("assign")
    QUALIFY = "qualify", _("qualify")
    PEND = "pend", _("put on hold")
    RESUME = "resume", _("take off hold")
    SOLVE = "solve", _("propose a solution")
    CLOSE = "close", _("close on the users’ behalf")
    CANCEL = "cancel", _("cancel")
    MERGE = "merge", _("merge into a ticket")
    LINK = "link", _("link to a ticket")
    REPLY = "reply", _("write to the users")
    NOTE = "note", _("write an internal note")
    TAG = "tag", _("put tags on, or take them off")


class BulkState(models.TextChoices):
    """Where a bulk action stands."""

    PREVIEW = "preview", _("previewed")
    WAITING = "waiting", _("waiting to begin")
    RUNNING = "running", _("under way")
    DONE = "done", _("finished")
    STOPPED = "stopped", _("stopped halfway")


class BulkRun(models.Model):
    """An action on many tickets, as its author asked for it and saw its preview."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    verb = models.CharField(_("action"), max_length=10, choices=BulkVerb)
    # Shapes only the service reads: keys of rows and what was written once for all of them.
    values = models.JSONField(default=dict)
    only = models.JSONField(null=True)
    token_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=10, default="page")
    correlation_id = models.UUIDField()
    state = models.CharField(
        _("state"), max_length=10, choices=BulkState, default=BulkState.PREVIEW
    )
    total = models.PositiveIntegerField(_("tickets"), default=0)
    asked_at = models.DateTimeField(_("asked for on"))
    started_at = models.DateTimeField(_("begun on"), null=True)
    ended_at = models.DateTimeField(_("ended on"), null=True)
    stop_asked = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    resumed = models.PositiveSmallIntegerField(_("resumed after a crash"), default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        indexes = [models.Index(fields=["person", "asked_at", "id"], name="bulk_person")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} ({self.total})"


class BulkItemState(models.TextChoices):
    """What became of one ticket."""

    TODO = "todo", _("not done yet")
    DONE = "done", _("carried out")
    REFUSED = "refused", _("turned down")


class BulkItem(models.Model):
    """One ticket of a bulk action. It is marked in the transaction of what was done to it."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=8, choices=BulkItemState, default=BulkItemState.TODO
    )
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(_("why not"), max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ticket of a bulk action")
        verbose_name_plural = _("tickets of a bulk action")
        constraints = [
            models.UniqueConstraint(fields=["run", "ticket"], name="bulk_ticket_once"),
        ]
        indexes = [models.Index(fields=["run", "state", "id"], name="bulk_item_state")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.ticket_id} {self.state}"


write_choices(BulkRun._meta.get_field("state"))
write_choices(BulkItem._meta.get_field("state"))
