"""Making organisations, changing them, moving them in the tree, closing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.people import policies, queries, rules
from compagnon.people.errors import Cycle
from compagnon.people.models import MailDomain, Organisation, OrganisationKind
from compagnon.people.services import rows

UNKNOWN_SENDERS = "unknown-senders"
MOST_DOMAINS = 50


class OrganisationChanges(TypedDict, total=False):
    """What may be changed of an organisation; a key that is absent stays as it is."""

    name: str
    kind: str
    language: str
    time_zone: str


@service("organisation.manage")
def create(
    *,
    actor: Actor,
    name: str,
    parent: Organisation | None = None,
    kind: str = OrganisationKind.CLIENT,
    language: str = "fr",
    time_zone: str = "Europe/Paris",
    domains: Sequence[str] = (),
) -> Organisation:
    """Add an organisation below ``parent`` (``None``: a root of its own).

    Raises:
        Refused: the actor does not manage the parent (for a root: every organisation).
        Invalid: a value is not valid, or a sister has that name.
        Conflict: the parent is closed, or a mail domain is another organisation's.
    """
    policies.check(actor, "organisation.manage", parent.pk if parent else None)
    if parent is not None:
        # Locked, so that it is not moved between reading its path and writing ours.
        parent = _open(rows.lock(parent))
    made = Organisation(
        parent=parent,
        name=rows.clean_text("name", name),
        kind=kind,
        language=language,
        time_zone=time_zone,
    )
    _place(made, parent)
    _set_domains(made, domains)
    journal.record(
        actor=actor,
        verb="organisation.create",
        subject=made,
        organisation_id=made.pk,
        after={"name": made.name, "kind": made.kind, "parent": made.parent_id},
    )
    return made


@service("organisation.manage")
def change(
    *,
    actor: Actor,
    organisation: Organisation,
    changes: OrganisationChanges,
    expected_version: int | None = None,
) -> Organisation:
    """Change an organisation's name, kind, language or time zone.

    Raises:
        Refused: the actor does not manage it.
        Invalid: a value is not valid.
        Stale: it has another version than expected.
    """
    policies.check(actor, "organisation.manage", organisation.pk)
    row = rows.lock(organisation, expected_version=expected_version)
    revision = rows.revise(row, changes, allowed=OrganisationChanges.__annotations__)
    if revision.names:
        rows.keep(row, fields=revision.names)
        _record(actor, "organisation.change", row, revision.before, revision.after)
    return row


@service("organisation.manage")
def set_domains(
    *, actor: Actor, organisation: Organisation, domains: Sequence[str]
) -> Organisation:
    """Choose the mail domains whose unknown senders belong to the organisation.

    Raises:
        Refused: the actor does not manage it.
        Invalid: one of them is not a domain.
        Conflict: one of them is another organisation's.
    """
    policies.check(actor, "organisation.manage", organisation.pk)
    row = rows.lock(organisation)
    before = sorted(row.mail_domains.values_list("name", flat=True))
    _set_domains(row, domains)
    after = sorted(row.mail_domains.values_list("name", flat=True))
    if before != after:
        rows.keep(row, fields=())
        _record(actor, "organisation.change", row, {"domains": before}, {"domains": after})
    return row


@service("organisation.manage")
def move(
    *,
    actor: Actor,
    organisation: Organisation,
    parent: Organisation | None,
    expected_version: int | None = None,
) -> Organisation:
    """Put an organisation, with all that is below it, under another parent (``None``: a root).

    Raises:
        Refused: the actor does not manage it, its parent and the new parent.
        Cycle: the new parent is the organisation itself or below it.
        Conflict: the new parent is closed, or nobody would administer a whole tree any more.
        Invalid: the tree would be too deep, or a sister has that name.
        Stale: it has another version than expected.
    """
    from compagnon.people.services import administrators

    # One lock for every move: two that cross could otherwise close a circle between them.
    list(Organisation.objects.select_for_update().filter(parent=None).order_by("pk"))
    row = rows.lock(organisation, expected_version=expected_version)
    for key in (row.pk, row.parent_id, parent.pk if parent else None):
        policies.check(actor, "organisation.manage", key)
    parent = _open(rows.lock(parent)) if parent else None
    if (parent.pk if parent else None) == row.parent_id:
        return row
    if parent and rules.is_within(parent.path, row.path):
        raise Cycle(_("Choose a parent that is not below this organisation."))
    old_path, old_parent = row.path, row.parent_id
    new_path = rules.child_path(parent.path if parent else None, row.pk)
    below = list(queries.subtree(row).values_list("path", flat=True))
    deepest = max(path.count("/") for path in below) - old_path.count("/") + new_path.count("/")
    _check_depth(deepest)
    row.parent = parent
    with administrators.one_must_be_left():
        rows.keep(row, fields=["parent"])
    # The database rewrites the beginning of every path of the subtree, in one statement.
    queries.subtree(row).update(path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)))
    row.path = new_path
    _record(actor, "organisation.move", row, {"parent": old_parent}, {"parent": row.parent_id})
    return row


@service("organisation.manage")
def deactivate(*, actor: Actor, organisation: Organisation) -> Organisation:
    """Close an organisation and all that is below it: nobody of it can sign in any more.

    Nothing is deleted, and :func:`reactivate` undoes it.

    Raises:
        Refused: the actor does not manage it.
        Conflict: the actor belongs to it, or an open organisation's last administrator does.
    """
    from compagnon.people.services import administrators

    policies.check(actor, "organisation.manage", organisation.pk)
    row = rows.lock(organisation)
    own = Organisation.objects.filter(pk=actor.scope.organisation_id or 0).first()
    if own is not None and rules.is_within(own.path, row.path):
        raise Conflict(_("You belong to this organisation: somebody else has to close it."))
    closed = list(queries.subtree(row).filter(is_active=True).values_list("pk", flat=True))
    if not closed:
        return row
    with administrators.one_must_be_left():
        queries.subtree(row).update(is_active=False, version=F("version") + 1)
    row.refresh_from_db()
    _record(actor, "organisation.deactivate", row, {"is_active": True}, {"closed": sorted(closed)})
    return row


@service("organisation.manage")
def reactivate(*, actor: Actor, organisation: Organisation) -> Organisation:
    """Open an organisation again; those below it that were closed stay so.

    Raises:
        Refused: the actor does not manage it.
        Conflict: what it is part of is closed.
    """
    policies.check(actor, "organisation.manage", organisation.pk)
    row = rows.lock(organisation)
    if row.is_active:
        return row
    if row.parent is not None:
        _open(row.parent)
    row.is_active = True
    rows.keep(row, fields=["is_active"])
    _record(actor, "organisation.reactivate", row, {"is_active": False}, {"is_active": True})
    return row


def unknown_senders(actor: Actor) -> Organisation:
    """Give the organisation where unknown senders go, made on first use below the provider."""
    found = Organisation.objects.filter(code=UNKNOWN_SENDERS).first()
    if found is not None:
        return found
    provider = provider_root()
    made = Organisation(
        parent=provider,
        name=str(_("Unknown senders")),
        kind=OrganisationKind.CLIENT,
        code=UNKNOWN_SENDERS,
    )
    try:
        with transaction.atomic():
            _place(made, provider)
    except (IntegrityError, Conflict, Invalid):
        # Somebody else made it at the same moment; if not, the name is taken and it must be said.
        if found := Organisation.objects.filter(code=UNKNOWN_SENDERS).first():
            return found
        raise
    journal.record(
        actor=actor,
        verb="organisation.create",
        subject=made,
        organisation_id=made.pk,
        after={"code": made.code, "parent": made.parent_id},
    )
    return made


def provider_root() -> Organisation | None:
    """Give the first provider of support at the top of the tree."""
    return (
        Organisation.objects.filter(parent=None, kind=OrganisationKind.PROVIDER)
        .order_by("pk")
        .first()
    )


def _open(organisation: Organisation) -> Organisation:
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed: open it again first."))
    return organisation


def _check_depth(slashes: int) -> None:
    if slashes - 1 > rules.MAX_DEPTH:
        message = _("At most %(most)s organisations may be one below another.")
        raise rows.wrong("parent", message % {"most": rules.MAX_DEPTH})


def _place(row: Organisation, parent: Organisation | None) -> None:
    """Save a new organisation: its path holds its key, so it is known only after."""
    _check_depth((parent.path if parent else "/").count("/") + 1)
    rows.keep(row)
    row.path = rules.child_path(parent.path if parent else None, row.pk)
    row.save(update_fields=["path"])


def _set_domains(row: Organisation, domains: Sequence[str]) -> None:
    wanted: set[str] = set()
    for text in domains:
        name = rules.normal_domain(text)
        if name is None:
            message = _("«%(text)s» is not a mail domain, such as example.fr.")
            raise rows.wrong("domains", message % {"text": text[:80]})
        wanted.add(name)
    if len(wanted) > MOST_DOMAINS:
        raise rows.wrong("domains", _("At most %(most)s.") % {"most": MOST_DOMAINS})
    taken = MailDomain.objects.filter(name__in=wanted).exclude(organisation=row).first()
    if taken is not None:
        message = _("The domain %(name)s is given to another organisation.")
        raise Conflict(message % {"name": taken.name}, fields={"domains": [taken.name]})
    row.mail_domains.exclude(name__in=wanted).delete()
    held = set(row.mail_domains.values_list("name", flat=True))
    fresh = [MailDomain(organisation=row, name=name) for name in sorted(wanted - held)]
    rows.write(lambda: MailDomain.objects.bulk_create(fresh))


def _record(
    actor: Actor, verb: str, row: Organisation, before: journal.Values, after: journal.Values
) -> None:
    journal.record(
        actor=actor, verb=verb, subject=row, organisation_id=row.pk, before=before, after=after
    )
