"""Whose entry of a directory is whom, where somebody says so."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict
from compagnon.core.services import service
from compagnon.people import policies
from compagnon.people.directory.reading import folded
from compagnon.people.models import Account, Directory, DirectoryGift, DirectoryLink, Person
from compagnon.people.services import administrators, rows, sessions

VERB = "directory.manage"


@service("directory.manage")
def link(
    *, actor: Actor, directory: Directory, person: Person, stable_id: str, dn: str, login: str
) -> DirectoryLink:
    """Say by hand that an entry is a person, where the program would not decide.

    Raises:
        Refused: the actor may not, there or on the person's organisation.
        Escalation: the person holds rights that the actor does not hold.
        Conflict: the entry is somebody else's.
    """
    policies.check(actor, VERB, directory.organisation_id)
    policies.check(actor, VERB, person.organisation_id)
    policies.check_outranks(actor, person)
    row = rows.lock(person)
    other = DirectoryLink.objects.filter(directory=directory, stable_id=stable_id).first()
    if other is not None and other.person_id != row.pk:
        raise Conflict(_("This entry is %(person)s already.") % {"person": other.person})
    gifts = list(DirectoryGift.objects.filter(link__person=row))
    DirectoryLink.objects.filter(person=row).delete()
    made = make_link(
        actor=actor, directory=directory, person=row, stable_id=stable_id, dn=dn, login=login
    )
    # What the entry before gave is still a directory's to take back.
    for gift in gifts:
        gift.pk, gift.link = None, made
    DirectoryGift.objects.bulk_create(gifts)
    return made


@service("directory.manage")
def make_link(
    *, actor: Actor, directory: Directory, person: Person, stable_id: str, dn: str, login: str
) -> DirectoryLink:
    """Write that an entry is a person.

    Raises:
        Refused: the actor does not manage the person's organisation.
        Conflict: the person or the entry is linked already.
    """
    policies.check(actor, "person.manage", person.organisation_id)
    account = Account.objects.filter(person=person).first()
    made = DirectoryLink(
        directory=directory,
        person=person,
        stable_id=stable_id,
        dn=dn,
        login=login,
        login_key=folded(login)[:200],
        signs_in=account is None or not administrators.keeps_own_password(account),
        # Closed before: it comes back at the next synchronisation.
        suspended_at=None if person.is_active else timezone.now(),
    )
    rows.write(made.save)
    journal.record(
        actor=actor, verb="person.link_directory", subject=person, after={"directory": directory.pk}
    )
    return made


@service("account.manage")
def let_in_locally(*, actor: Actor, account: Account) -> None:
    """Have somebody of a directory sign in with a password of their own again.

    Raises:
        Refused: the actor does not manage accounts there.
        Escalation: the person holds rights that the actor does not hold.
    """
    policies.check(actor, "account.manage", account.person.organisation_id)
    policies.check_outranks(actor, account.person)
    found = DirectoryLink.objects.select_for_update().filter(person=account.person, signs_in=True)
    for row in found:
        row.signs_in = False
        row.save(update_fields=["signs_in"])
        sessions.end_all(actor=actor, account=account)
        journal.record(
            actor=actor,
            verb="person.unlink_directory",
            subject=account.person,
            before={"directory": row.directory_id},
        )
