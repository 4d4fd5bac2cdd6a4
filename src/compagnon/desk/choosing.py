"""From the keys that a caller sends to the rows that a service takes, through visibility.

Forms and API share these, so that a key of another organisation is refused in the same words.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid
from compagnon.core.visibility import visible
from compagnon.people.models import Person, Site
from compagnon.people.queries import MOST_WORDS, PICKED, named

M = TypeVar("M", bound=Model)


def chosen(
    model: type[M], actor: Actor, key: int | None, field: str, rows: QuerySet[M] | None = None
) -> M | None:
    """Give the visible row of that key, ``None`` for no key.

    Raises:
        Invalid: there is none, or the actor does not see it; names the field.
    """
    if key is None:
        return None
    found = visible(model, actor, rows).filter(pk=key).first()
    if found is None:
        raise Invalid(
            _("One of the values you chose does not exist, or is not visible to you."),
            fields={field: [_("There is no such choice.")]},
        )
    return found


def required(model: type[M], actor: Actor, key: int, field: str) -> M:
    """Give the visible row of that key.

    Raises:
        Invalid: as :func:`chosen`.
    """
    found = chosen(model, actor, key, field)
    assert found is not None  # noqa: S101 — a key was given
    return found


def colleagues(actor: Actor, organisation_id: int) -> QuerySet[Person]:
    """Give those of an organisation whom the actor may name in a request: the colleagues of
    their own, of another one those that they see. Who has left is nobody's choice."""
    rows = Person.objects.filter(organisation_id=organisation_id, is_active=True)
    if actor.is_system or organisation_id == actor.scope.organisation_id:
        return rows
    return visible(Person, actor, rows)


def pick_colleagues(
    actor: Actor, text: str, *, beneficiary: Person | None = None, without: int | None = None
) -> list[Person]:
    """Give at most 20 persons whom a request may name and that answer to the words typed.

    Args:
        beneficiary: who receives what is asked for; the actor themselves unless given.
        without: leave out this one.
    """
    near = beneficiary.organisation_id if beneficiary else actor.scope.organisation_id
    rows = colleagues(actor, near or 0).exclude(pk=without or 0).select_related("site")
    return list(named(rows, text[:200]).order_by("search_name", "id")[:PICKED])


def sites_near(actor: Actor, organisation_id: int) -> QuerySet[Site]:
    """Give those sites of an organisation that the actor may name in a request."""
    return visible(Site, actor, Site.objects.filter(organisation_id=organisation_id))


def sites_named(rows: QuerySet[Site], text: str) -> QuerySet[Site]:
    """Keep the sites whose name holds every word, or the one that is called so."""
    words = text.replace("\0", " ").split()[:MOST_WORDS]
    exact = rows.filter(name__iexact=" ".join(words))
    if words and exact.exists():
        return exact
    for word in words:
        # SQLite folds the case of ASCII alone.
        spelt = Q()
        for one in {word, word.lower(), word.upper(), word.capitalize()}:
            spelt |= Q(name__icontains=one)
        rows = rows.filter(spelt)
    return rows


def pick_sites(actor: Actor, text: str, *, beneficiary: Person | None = None) -> list[Site]:
    """Give at most 20 sites that a request may name and whose name holds the words typed."""
    near = beneficiary.organisation_id if beneficiary else actor.scope.organisation_id
    rows = sites_named(sites_near(actor, near or 0), text[:200])
    return list(rows.order_by("name", "id")[:PICKED])


def chosen_person(actor: Actor, key: int, field: str) -> Person:
    """Give the person of that key: visible, or a colleague of the actor's own organisation.

    Raises:
        Invalid: as :func:`chosen`.
    """
    person = (
        Person.objects.select_related("organisation")
        .filter(pk=key, organisation_id=actor.scope.organisation_id or 0, is_active=True)
        .first()
    )
    return person or required(Person, actor, key, field)
