"""Tags: keeping an organisation's vocabulary, putting tags on tickets and taking them off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk import tags
from compagnon.desk.choosing import chosen
from compagnon.desk.models import Macro, SavedView, Tag, Ticket, TicketTag
from compagnon.desk.models.tags import fold
from compagnon.desk.services.changing import apply, lock
from compagnon.people.models import Organisation

KEEP, MANAGE = "phrase.keep", "desk.configure"
MOST_ON_TICKET = 30
MOST_OF_ORGANISATION = 1000


@service("tag.create")
def create_tag(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    values: Mapping[str, Any] | None = None,
) -> Tag:
    """Add a tag to an organisation's vocabulary.

    Args:
        values: other columns of :class:`Tag`: colour, who sees it, when it is put by itself.

    Raises:
        Refused: the actor's role does not let them add tags there.
        Invalid: no name, or a value that does not fit.
        Conflict: the organisation has that tag already, or a thousand.
    """
    _check(actor, KEEP, organisation)
    held = Tag.objects.filter(organisation=organisation).order_by().values("pk")
    if held[:MOST_OF_ORGANISATION].count() >= MOST_OF_ORGANISATION:
        raise Conflict(
            _("This organisation has %(limit)d tags: merge some first.")
            % {"limit": MOST_OF_ORGANISATION}
        )
    row = Tag(organisation=organisation, name=name, **(values or {}))
    _save(row)
    journal.record(actor=actor, verb="tag.create", subject=row, after={"is_public": row.is_public})
    return row


@service("desk.import")
def ensure_tags(
    *, actor: Actor, organisation: Organisation, names: Sequence[str]
) -> dict[str, Tag]:
    """Give tags by their folded names, for who brings a past; those that are not there are added.

    Raises:
        Refused: see :func:`create_tag`.
    """
    known = {row.folded: row for row in tags.vocabulary(organisation)}
    for name in names:
        if fold(name) and fold(name) not in known and len(known) < MOST_OF_ORGANISATION:
            row = create_tag(actor=actor, organisation=organisation, name=name)
            known[row.folded] = row
    return known


@service("tag.change")
def change_tag(
    *,
    actor: Actor,
    tag: Tag,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Tag:
    """Rename a tag, give it another colour, or say anew who sees it and when it is put by itself.

    Raises:
        NotFound: the actor does not see it.
        Refused: they do not configure the desk there.
        Stale: it was changed meanwhile.
        Invalid, Conflict: see :func:`create_tag`; its organisation does not change.
    """
    row = _locked(actor, tag.pk)
    if expected_version is not None and expected_version != row.version:
        raise Stale(_("Somebody changed it since you opened it: look at it again."))
    if values.get("organisation", row.organisation) != row.organisation:
        raise Invalid(fields={"organisation": [_("A tag stays with its organisation.")]})
    before, after = journal.changes({name: getattr(row, name) for name in values}, dict(values))
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    _save(row)
    journal.record(
        actor=actor,
        verb="tag.change",
        subject=row,
        before={name: value for name, value in before.items() if name in JOURNALED},
        after={name: value for name, value in after.items() if name in JOURNALED}
        | {"fields": sorted(after)},
    )
    return row


# Names and words may say anything of anybody: the row holds them.
JOURNALED = frozenset({"colour", "is_public", "is_active", "on_channel"})


@service("tag.merge")
def merge_tags(*, actor: Actor, tag: Tag, into: Tag) -> Tag:
    """Make two tags one: what bears the first bears the second from now on, and the first is gone.

    Macros and saved views that named the first name the second.

    Raises:
        NotFound, Refused: as :func:`change_tag`, for both.
        Invalid: the same twice, or the second is not offered wherever the first is.
    """
    found = {key: _locked(actor, key) for key in sorted({tag.pk, into.pk})}
    row, kept = found[tag.pk], found[into.pk]
    if row.pk == kept.pk:
        raise Invalid(fields={"into": [_("Choose another tag.")]})
    if kept.organisation_id not in tags.above(row.organisation):
        raise Invalid(
            _("“%(tag)s” is not offered on the tickets of %(organisation)s.")
            % {"tag": kept, "organisation": row.organisation},
            fields={"into": [_("Choose a tag of the same organisation, or of one above it.")]},
        )
    both = TicketTag.objects.filter(tag=kept).values("ticket_id")
    TicketTag.objects.filter(tag=row, ticket_id__in=both).delete()
    moved = TicketTag.objects.filter(tag=row).update(tag=kept)
    _rename_in_macros(row.pk, kept.pk)
    _rename_in_views(row.pk, kept.pk)
    journal.record(
        actor=actor,
        verb="tag.merge",
        subject=kept,
        after={"merged_tag_id": row.pk, "tickets": moved},
    )
    row.delete()
    return kept


@service("tag.delete")
def remove_tag(*, actor: Actor, tag: Tag) -> None:
    """Delete a tag: it goes from every ticket that bears it.

    Raises:
        NotFound, Refused: as :func:`change_tag`.
    """
    row = _locked(actor, tag.pk)
    _rename_in_macros(row.pk, None)
    _rename_in_views(row.pk, None)
    taken = TicketTag.objects.filter(tag=row).count()
    journal.record(actor=actor, verb="tag.delete", subject=row, before={"tickets": taken})
    row.delete()


@service("ticket.tag")
def tag_ticket(
    *,
    actor: Actor,
    ticket_id: int,
    add: Iterable[Tag | str] = (),
    remove: Iterable[Tag] = (),
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Put tags on a ticket and take others off; what is so already stays so.

    Args:
        add: tags, or names: one that the vocabulary does not hold is added to it.

    Raises:
        NotFound, Refused, Stale: see :func:`changing.lock`; or a new name, without the right to
            add tags.
        Invalid: a tag of another organisation, an empty name, or more than thirty.
    """
    ticket = lock(
        actor=actor, ticket_id=ticket_id, verb="ticket.qualify", expected_version=expected_version
    )
    at = at or timezone.now()
    held = set(TicketTag.objects.filter(ticket=ticket).values_list("tag_id", flat=True))
    gone = sorted({one.pk for one in remove} & held)
    wanted = {one.pk for one in _named(actor, ticket, add)}
    new = sorted(wanted - held)
    if not new and not gone:
        return ticket
    if len(held | wanted) - len(gone) > MOST_ON_TICKET:
        raise Invalid(_("A ticket has at most %(limit)d tags.") % {"limit": MOST_ON_TICKET})
    TicketTag.objects.filter(ticket=ticket, tag_id__in=gone).delete()
    _put(actor, ticket, new, at)
    after = {name: keys for name, keys in (("tags_added", new), ("tags_removed", gone)) if keys}
    return apply(actor=actor, ticket=ticket, verb="ticket.tag", at=at, after=after)


def put_by_rule(*, actor: Actor, ticket: Ticket, at: datetime) -> list[int]:
    """Put on the tags whose conditions a ticket meets. The caller has it locked, or just made it.

    What somebody took off comes back only if the ticket is qualified again.
    """
    rows = tags.vocabulary(ticket.organisation).filter(is_active=True).select_related("on_category")
    found = [row.pk for row in rows if row.is_by_itself and _fits(row, ticket)]
    if not found:
        return []
    held = set(TicketTag.objects.filter(ticket=ticket).values_list("tag_id", flat=True))
    new = sorted(set(found) - held)[: max(0, MOST_ON_TICKET - len(held))]
    if new:
        program = Actor.system("tags", source=actor.source, correlation_id=actor.correlation_id)
        _put(program, ticket, new, at)
        journal.record(
            actor=program, verb="ticket.tag", subject=ticket, after={"tags_added": new},
            occurred_at=at,
        )  # fmt: skip
    return new


def _fits(row: Tag, ticket: Ticket) -> bool:
    if row.on_category is not None:
        path = ticket.category.path if ticket.category else ""
        if not path.startswith(row.on_category.path):
            return False
    if row.on_channel and row.on_channel != ticket.channel:
        return False
    words = [fold(word.strip()) for word in row.on_words.split(",") if word.strip()]
    title = fold(ticket.title)
    return not words or any(
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", title) for word in words if word
    )


def _put(actor: Actor, ticket: Ticket, keys: Sequence[int], at: datetime) -> None:
    TicketTag.objects.bulk_create(
        [TicketTag(ticket=ticket, tag_id=key, added_by_id=actor.id, added_at=at) for key in keys]
    )


def _named(actor: Actor, ticket: Ticket, add: Iterable[Tag | str]) -> list[Tag]:
    """Give the tags of these rows and names, the unknown names added to the vocabulary."""
    given = list(add)
    if not given:
        return []
    known = {row.pk: row for row in tags.vocabulary(ticket.organisation)}
    # The nearest organisation's first, where one above has the same name.
    nearest = sorted(known.values(), key=lambda row: len(row.organisation.path))
    by_name = {row.folded: row for row in nearest}
    found: list[Tag] = []
    for one in given:
        if isinstance(one, Tag):
            if one.pk not in known:
                # The refusal names it, and a macro may name any key: only what the actor sees.
                chosen(Tag, actor, one.pk, "add")
                raise Invalid(
                    _("“%(tag)s” is not a tag of %(organisation)s.")
                    % {"tag": one, "organisation": ticket.organisation},
                    fields={"add": [_("Choose a tag of the ticket’s organisation.")]},
                )
            found.append(one)
            continue
        name = " ".join(one.split())
        row = by_name.get(fold(name))
        if row is None:
            row = create_tag(actor=actor, organisation=ticket.organisation, name=name)
            by_name[row.folded] = row
            known[row.pk] = row
        found.append(row)
    return found


def _check(actor: Actor, verb: str, organisation: Organisation) -> None:
    if not (actor.is_system or actor.scope.allows(verb, organisation.pk)
            or actor.scope.allows(MANAGE, organisation.pk)):  # fmt: skip
        raise Refused(_("Your role does not let you add or change tags of this organisation."))


def _locked(actor: Actor, key: int) -> Tag:
    rows = Tag.objects.select_for_update(of=("self",)).select_related("organisation")
    row = get_visible(Tag, actor, rows, pk=key)
    _check(actor, MANAGE, row.organisation)
    return row


def _save(row: Tag) -> None:
    try:
        row.full_clean(exclude=["folded"])
    except ValidationError as error:
        raise from_django(error) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(
            _("This organisation has the tag “%(name)s” already.") % {"name": row.name}
        ) from error


def _rename_in_macros(key: int, into: int | None) -> None:
    """Have macros name another tag, or none; JSON is read here, as databases ask it otherwise."""
    for macro in Macro.objects.select_for_update(of=("self",)).order_by("pk"):
        changed = False
        for name in ("tags_add", "tags_remove"):
            keys = macro.steps.get(name) or []
            if key in keys:
                left = [one for one in keys if one not in {key, into}]
                macro.steps[name] = [*left, into] if into else left
                changed = True
        if changed:
            macro.version += 1
            macro.save(update_fields=["steps", "version"])


def _rename_in_views(key: int, into: int | None) -> None:
    for view in SavedView.objects.select_for_update(of=("self",)).order_by("pk"):
        if view.filters.get("tag") == key:
            view.filters.pop("tag")
            if into is not None:
                view.filters["tag"] = into
            view.version += 1
            view.save(update_fields=["filters", "version"])
