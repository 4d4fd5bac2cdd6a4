"""Who watches a ticket, from its page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.desk import forms, services
from compagnon.desk.models import State
from compagnon.desk.page_verbs import PageVerb

VERBS: tuple[PageVerb, ...] = (
    PageVerb(
        "watch",
        _("Watch this ticket"),
        "eye",
        "ticket.view",
        forms.NothingForm,
        lambda a, t, v: services.watch(actor=a, ticket_id=t.pk),
        _("You receive what is said in public."),
        tuple(State),
        in_place=True,
    ),
    PageVerb(
        "unwatch",
        _("Watch no more"),
        "eye-off",
        "ticket.view",
        forms.UnwatchForm,
        lambda a, t, v: services.unwatch(actor=a, ticket_id=t.pk, person_id=v["person"]),
        _("Nothing of this ticket is sent there any more."),
        tuple(State),
        in_place=True,
    ),
    PageVerb(
        "add-watcher",
        _("Add a watcher"),
        "user-plus",
        "ticket.view",
        forms.WatcherForm,
        lambda a, t, v: services.watch(
            actor=a, ticket_id=t.pk, person_id=v["person"], by_mail=v["by_mail"]
        ),
        _("They watch the ticket."),
        tuple(State),
    ),
    PageVerb(
        "follow-copied",
        _("Add those in copy as watchers"),
        "user-plus",
        "ticket.view",
        forms.UnwatchForm,
        lambda a, t, v: services.follow_copied(actor=a, ticket_id=t.pk, person_id=v["person"]),
        _("They watch the ticket."),
        tuple(State),
        in_place=True,
    ),
    PageVerb(
        "leave-copied",
        _("Leave those in copy out"),
        "x",
        "ticket.view",
        forms.NothingForm,
        lambda a, t, v: services.leave_copied(actor=a, ticket_id=t.pk),
        _("They are not offered any more."),
        tuple(State),
        in_place=True,
    ),
)
