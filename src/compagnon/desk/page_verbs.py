"""What a verb on a ticket's page is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from compagnon.core.actor import Actor
from compagnon.desk import forms
from compagnon.desk.models import State, Ticket
from compagnon.desk.policies import is_party, may
from compagnon.desk.services.writing import Upload

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PageVerb:
    """A verb on a ticket's page.

    ``states`` are those from which it is offered, unless ``needless`` says that it would change
    nothing; the service decides in the end. ``in_place`` verbs need no words: a button does them.
    ``wide`` ones ask so much that their dialog has two columns.
    """

    name: str
    label: Promise
    icon: str
    verb: str
    form: type[forms.VerbForm]
    run: Callable[[Actor, Ticket, Values], object]
    done: Promise
    states: tuple[State, ...]
    in_place: bool = False
    danger: bool = False
    for_user: bool = False
    for_support: bool = True
    wide: bool = False
    needless: Callable[[Actor, Ticket], bool] = lambda _actor, _ticket: False

    def allowed(self, actor: Actor, ticket: Ticket) -> bool:
        """Tell whether the actor may ask for it at all, whatever the state; the service decides.

        A verb that seeing the ticket allows (to watch it) is left to its service.
        """
        if self.verb == "ticket.view" or (self.for_user and is_party(actor, ticket)):
            return True
        return may(actor, self.verb, ticket)

    def offered(self, actor: Actor, ticket: Ticket, *, support: bool) -> bool:
        """Tell whether the page offers it to this actor on this ticket now."""
        if ticket.state not in self.states or self.needless(actor, ticket):
            return False
        if support and self.for_support and may(actor, self.verb, ticket):
            return True
        return self.for_user and is_party(actor, ticket)


def version(values: Values) -> dict[str, Any]:
    return {"expected_version": values.get("version")}


def seen(values: Values) -> dict[str, Any]:
    """Give the last message that the writer had on the page; without one, the version."""
    if values.get("seen") is not None:
        return {"seen_message_id": values["seen"]}
    return version(values)


def uploads(values: Values) -> list[Upload]:
    """Give the files of a form as a service takes them."""
    return [Upload(file.name, file.read()) for file in values.get("attachments") or []]
