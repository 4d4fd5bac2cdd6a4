"""What can be done between tickets from a ticket's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.actor import Actor
from compagnon.desk import forms, services
from compagnon.desk.models import OPEN_STATES, LinkKind, SolutionKind, State, Ticket
from compagnon.desk.page_verbs import PageVerb, Values, version


def _link(actor: Actor, ticket: Ticket, values: Values) -> object:
    way: str = values["way"]
    return services.link_tickets(
        actor=actor,
        ticket_id=ticket.pk,
        other_id=values["other"].pk,
        kind=LinkKind(way.removeprefix("-")),
        inverse=way.startswith("-"),
        **version(values),
    )


VERBS: tuple[PageVerb, ...] = (
    PageVerb(
        "link",
        _("Link to another ticket"),
        "link",
        "ticket.qualify",
        forms.LinkForm,
        _link,
        _("The tickets are linked."),
        tuple(State),
    ),
    PageVerb(
        "unlink",
        _("Take the link away"),
        "link-off",
        "ticket.qualify",
        forms.UnlinkForm,
        lambda a, t, v: services.unlink_tickets(
            actor=a, ticket_id=t.pk, link_id=v["link"], **version(v)
        ),
        _("The link is taken away."),
        tuple(State),
        in_place=True,
    ),
    PageVerb(
        "solve-children",
        _("Solve the open parts together"),
        "circle-check",
        "ticket.solve",
        forms.SolveChildrenForm,
        lambda a, t, v: services.solve_children(
            actor=a, ticket_id=t.pk, text=v["text"], kind=SolutionKind(v["kind"])
        ),
        _("The solution is proposed on every open part."),
        tuple(State),
    ),
    PageVerb(
        "merge",
        _("Merge into another ticket"),
        "git-merge",
        "ticket.close",
        forms.MergeForm,
        lambda a, t, v: services.merge_tickets(
            actor=a, ticket_id=t.pk, into_id=v["other"].pk, reason=v["reason"], **version(v)
        ),
        _("The ticket is merged; its people follow the other one."),
        OPEN_STATES,
    ),
    PageVerb(
        "unmerge",
        _("Undo the merge"),
        "arrow-back-up",
        "ticket.close",
        forms.NothingForm,
        lambda a, t, v: services.unmerge_ticket(actor=a, ticket_id=t.pk, **version(v)),
        _("The merge is undone: the ticket is what it was."),
        (State.CANCELLED,),
        in_place=True,
        needless=lambda _actor, ticket: ticket.merged_into_id is None,
    ),
    PageVerb(
        "split",
        _("Make a ticket of this message"),
        "arrows-exchange",
        "ticket.qualify",
        forms.SplitForm,
        lambda a, t, v: services.split_message(actor=a, ticket_id=t.pk, message_id=v["message"]),
        _("A ticket of its own is made, and linked to this one."),
        tuple(State),
        in_place=True,
    ),
)
