"""Reads of ``people``: whose scope reaches how far, who is behind an address, pickers."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from compagnon.core.actor import Actor, ActorKind, Grant, Scope, Source
from compagnon.core.visibility import visible
from compagnon.people import rules
from compagnon.people.models import (
    Account,
    ContactKind,
    ContactPoint,
    Membership,
    NameWord,
    Organisation,
    Person,
    RoleAssignment,
)

PICKED = 20
MOST_WORDS = 5


def begins(field: str, text: str) -> Q:
    """Filter on the beginning of a field that holds folded text, by its index.

    SQLite's LIKE ignores case and so cannot use the index: a range says the same. PostgreSQL has
    a ``varchar_pattern_ops`` index beside each of these fields, made for LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + "\U0010ffff"})
    return Q(**{f"{field}__startswith": text})


def subtree(organisation: Organisation) -> QuerySet[Organisation]:
    """Give the organisation and all that is below it."""
    return Organisation.objects.filter(begins("path", organisation.path))


def scope_of(
    person: Person,
    *,
    only: frozenset[str] | None = None,
    known_to_be: frozenset[str] = frozenset(),
) -> Scope:
    """Build how far a person sees and acts, from roles and teams, in three queries.

    Args:
        only: keep no other verbs (those of a token), neither on what is the person's own.
        known_to_be: the :mod:`.facts` read with the account.
    """
    held: dict[str, set[str]] = {}
    for path, given in RoleAssignment.objects.filter(person=person).values_list(
        "organisation__path", "role__verbs"
    ):
        verbs = frozenset(given) if only is None else only.intersection(given)
        if verbs:
            held.setdefault(path, set()).update(verbs)
    return Scope(
        person_id=person.pk,
        organisation_id=person.organisation_id,
        team_ids=frozenset(
            Membership.objects.filter(person=person).values_list("team_id", flat=True)
        ),
        grants=_spread(held),
        only=only,
        facts=known_to_be,
    )


def _spread(held: dict[str, set[str]]) -> tuple[Grant, ...]:
    """Spread verbs held on some organisations over their subtrees."""
    if not held:
        return ()
    roots = {path for path in held if path.count("/") == 2}
    wanted = Q(parent__isnull=True)
    for path in held.keys() - roots:
        wanted |= begins("path", path)
    found = dict(Organisation.objects.filter(wanted).values_list("path", "pk"))
    # The one root holds every organisation: «everywhere» needs no filter in what follows.
    alone = sum(path.count("/") == 2 for path in found) == 1
    if roots and not alone:
        below = Q()
        for path in roots:
            below |= begins("path", path)
        found.update(Organisation.objects.filter(below).values_list("path", "pk"))
    return tuple(
        Grant(
            frozenset(verbs),
            None
            if path in roots and alone
            else frozenset(key for other, key in found.items() if other.startswith(path)),
        )
        for path, verbs in sorted(held.items())
    )


def may_enter(account: Account) -> bool:
    """Tell whether the account, its person and their organisation are all active."""
    person = account.person
    return account.is_active and person.is_active and person.organisation.is_active


def actor_for(
    person: Person,
    *,
    source: Source,
    correlation_id: uuid.UUID | None = None,
    only: frozenset[str] | None = None,
    token_id: int | None = None,
    known_to_be: frozenset[str] = frozenset(),
) -> Actor:
    """Build the actor that a person is, coming through that door."""
    return Actor(
        kind=ActorKind.PERSON,
        id=person.pk,
        label=str(person),
        source=source,
        scope=scope_of(person, only=only, known_to_be=known_to_be),
        token_id=token_id,
        correlation_id=correlation_id or uuid.uuid4(),
    )


def person_by_email(address: str) -> Person | None:
    """Find the person whose contact point is that address, whatever the case."""
    value = rules.normal_email(address) or address.strip().lower()
    point = (
        ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=value)
        .select_related("person__organisation")
        .first()
    )
    return point.person if point else None


def named(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Keep the persons that answer to every word: the beginning of a word of their name, of a mail
    address or of a phone number.

    The longest word is looked up in indexes, the others are checked on what it found.
    """
    text = text.replace("\0", " ")
    if number := rules.beginning_of_phone(text):
        points = ContactPoint.objects.filter(begins("value", number))
        return rows.filter(pk__in=points.values("person_id"))
    typed = text.split()[:MOST_WORDS]
    if not typed:
        return rows
    longest = max(typed, key=len)
    typed.remove(longest)
    rows = rows.filter(_looked_up(longest))
    for word in typed:
        rows = rows.filter(_checked(word))
    return rows


def _looked_up(word: str) -> Q:
    parts = sorted(rules.words(word), key=len)
    if parts and len(word) == 1:
        # One letter begins a third of all words: only last names, in their own order.
        return begins("search_name", parts[-1])
    points = ContactPoint.objects.filter(begins("value", word.lower()[:254]))
    found = points.order_by().values("person_id")
    if not parts:
        return Q(pk__in=found)
    # One set of keys: an «or» between two would read every person.
    known = NameWord.objects.filter(begins("word", parts[-1])).values("person_id")
    if len(parts) == 1:
        return Q(pk__in=known.union(found))
    # «Jean-Pierre» is two words of a name.
    both = Q(pk__in=known)
    for part in parts[:-1]:
        both &= _has_word(part)
    return both | Q(pk__in=found)


def _checked(word: str) -> Q:
    has_words = Q()
    for part in rules.words(word):
        has_words &= _has_word(part)
    if has_words and len(word) < 3:
        return has_words
    reached = ContactPoint.objects.filter(
        begins("value", word.lower()[:254]), person=OuterRef("pk")
    )
    return has_words | Q(Exists(reached)) if has_words else Q(Exists(reached))


def _has_word(word: str) -> Q:
    return Q(search_name__startswith=word) | Q(search_name__contains=f" {word}")


def below(organisation_ids: Collection[int]) -> QuerySet[Organisation]:
    """Give these organisations and all below them."""
    line = Q(pk__in=[])
    for top in Organisation.objects.filter(pk__in=list(organisation_ids)):
        line |= Q(path__startswith=top.path)
    return Organisation.objects.filter(line).order_by()


def pick_persons(
    actor: Actor,
    text: str,
    *,
    organisation_id: int | None = None,
    within: Collection[int] = (),
) -> list[Person]:
    """Give at most 20 active persons that the actor sees and that answer to the words typed.

    Args:
        organisation_id: only those of one organisation.
        within: only those of these organisations or of those below them.
    """
    rows = visible(Person, actor).filter(is_active=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    if within:
        rows = rows.filter(organisation__in=below(within))
    found = named(rows, text[:200]).select_related("organisation")
    return list(found.order_by("search_name", "id")[:PICKED])


def names_of(actor: Actor, person_ids: Iterable[int]) -> dict[int, str]:
    """Name persons by their keys, as far as the actor sees them; in one query."""
    rows = visible(Person, actor).filter(pk__in=set(person_ids))
    return {person.pk: str(person) for person in rows}


def main_email(person: Person) -> str:
    """Give the address we write to, the main one first; empty if there is none."""
    return (
        ContactPoint.objects.filter(person=person, kind=ContactKind.EMAIL)
        .order_by("-is_primary", "id")
        .values_list("value", flat=True)
        .first()
        or ""
    )


def main_emails(person_ids: Iterable[int]) -> dict[int, str]:
    """Give the address we write to for each of these persons, in one query."""
    found: dict[int, str] = {}
    for key, value in (
        ContactPoint.objects.filter(person_id__in=list(person_ids), kind=ContactKind.EMAIL)
        .order_by("-is_primary", "id")
        .values_list("person_id", "value")
    ):
        found.setdefault(key, value)
    return found
