"""What ``people`` keeps of a person: who they are, how they sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.people import rules
from compagnon.people.models import (
    DIRECTORY_UNDER_WAY,
    Account,
    ApiToken,
    ContactPoint,
    DirectoryLink,
    DirectoryRun,
    DirectoryStep,
    Membership,
    NameWord,
    Person,
    RoleAssignment,
)


def _person(subject: Subject) -> Person:
    return Person.objects.select_related("organisation", "site").get(pk=subject.person_id)


def _told(subject: Subject) -> Iterable[Mapping[str, Any]]:
    person = _person(subject)
    yield {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "job_title": person.job_title,
        "organisation": person.organisation.name,
        "site": person.site.name if person.site else "",
        "language": person.language,
        "ease": person.ease,
        "priority_user": person.is_vip,
        "known_through": person.origin,
        "known_since": person.created_at,
        "reached_by": [
            {"kind": point.kind, "value": point.value, "main": point.is_primary}
            for point in person.contact_points.all()
        ],
        "teams": [
            member.team.name
            for member in Membership.objects.filter(person=person).select_related("team")
        ],
    }


def _forget_identity(subject: Subject) -> int:
    person = _person(subject)
    with override(person.language):
        name = gettext("Erased person %(number)s") % {"number": person.pk}
    if person.last_name == name:
        return 0
    gone, _kinds = ContactPoint.objects.filter(person=person).delete()
    NameWord.objects.filter(person=person).delete()
    RoleAssignment.objects.filter(person=person).delete()
    Membership.objects.filter(person=person).delete()
    Person.objects.filter(pk=person.pk).update(
        first_name="",
        last_name=name,
        search_name=rules.search_name("", name),
        job_title="",
        site=None,
        is_vip=False,
        is_active=False,
        version=person.version + 1,
    )
    return gone + 1


def _accounts(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for account in Account.objects.filter(person_id=subject.person_id):
        yield {
            "sign_in_address": account.email,
            "opened": account.created_at,
            "last_sign_in": account.last_login,
            "signed_in_from": [
                {"address": session.ip, "browser": session.user_agent, "seen": session.last_seen_at}
                for session in UserSession.objects.filter(user=account)
            ],
            "identities": [
                {"provider": one.provider, "subject": one.uid, "linked": one.date_joined}
                for one in SocialAccount.objects.filter(user=account)
            ],
            "passkeys": [
                {"name": key.wrap().name, "added": key.created_at, "last_used": key.last_used_at}
                for key in Authenticator.objects.filter(user=account, type="webauthn")
            ],
            "tokens": [
                {"name": token.name, "made": token.created_at, "last_used": token.last_used_at}
                for token in ApiToken.objects.filter(account=account)
            ],
        }


def _close_account(subject: Subject) -> int:
    gone = 0
    for account in Account.objects.filter(person_id=subject.person_id):
        for session in UserSession.objects.filter(user=account):
            session.end()
        # With it go its tokens, second factors, passkeys, identities, addresses and sessions.
        gone += account.delete()[0]
    return gone


def _steps_of(subject: Subject) -> QuerySet[DirectoryStep]:
    keys = DirectoryLink.objects.filter(person_id=subject.person_id).values("stable_id")
    return DirectoryStep.objects.filter(Q(person_id=subject.person_id) | Q(stable_id__in=keys))


def _entries(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for link in DirectoryLink.objects.filter(person_id=subject.person_id).select_related(
        "directory"
    ):
        yield {
            "directory": link.directory.name,
            "entry": link.dn,
            "name_there": link.login,
            "since": link.linked_at,
            "suspended": link.suspended_at,
        }


def _forget_entry(subject: Subject) -> int:
    gone, _kinds = _steps_of(subject).delete()
    return gone + DirectoryLink.objects.filter(person_id=subject.person_id).delete()[0]


def _still_there(subject: Subject) -> list[str]:
    rows = DirectoryLink.objects.filter(person_id=subject.person_id, suspended_at=None)
    return [
        gettext("The directory «%(name)s» has this person: close the account there first.")
        % {"name": link.directory.name}
        for link in rows.select_related("directory")
    ]


def _old_runs(before: datetime, most: int) -> int:
    old = DirectoryRun.objects.filter(asked_at__lt=before).exclude(state__in=DIRECTORY_UNDER_WAY)
    keys = list(old.values_list("pk", flat=True)[:most])
    return DirectoryRun.objects.filter(pk__in=keys).delete()[0]


def _old_sessions(before: datetime, most: int) -> int:
    old = UserSession.objects.filter(last_seen_at__lt=before).values_list("pk", flat=True)[:most]
    for session in UserSession.objects.filter(pk__in=list(old)):
        session.end()
    return len(old)


register(
    Holding(
        key="people.identity",
        order=95,
        title=_("Identity and ways to be reached"),
        concerned=_("Users, technicians, representatives, trainees, jurors"),
        content=_(
            "Name, job, organisation, site, language, ease with computers, addresses, numbers"
        ),
        purpose=_("To know who asks, to answer, and to say who did what"),
        basis=Basis.CONTRACT,
        recipients=_("The support centre; the representatives of the person’s organisation"),
        count=lambda subject: 1 + ContactPoint.objects.filter(person_id=subject.person_id).count(),
        export=_told,
        erase=_forget_identity,
        models=(
            "people.person",
            "people.contactpoint",
            "people.nameword",
            "people.membership",
            "people.roleassignment",
        ),
        stays=_("An empty record under a number, so that the journal and past requests hold."),
    ),
    Holding(
        key="people.account",
        order=90,
        title=_("Account, sessions and tokens"),
        concerned=_("Those who sign in"),
        content=_(
            "Sign-in address, password’s hash, second factor, passkeys, identifiers at identity "
            "providers, addresses and browsers of sessions"
        ),
        purpose=_("To let in those who may, and nobody else"),
        basis=Basis.CONTRACT,
        recipients=_("Administrators"),
        since=_("the last sign-in, for sessions"),
        days=365,
        count=lambda subject: Account.objects.filter(person_id=subject.person_id).count(),
        export=_accounts,
        erase=_close_account,
        expire=_old_sessions,
        models=("people.account", "people.apitoken"),
    ),
    Holding(
        key="people.directory",
        order=85,
        title=_("Entries of directories, and what synchronisations changed"),
        concerned=_("Whoever is in a directory that is read"),
        content=_("Name in the directory, place of the entry, fields before and after"),
        purpose=_(
            "To keep people as their organisation’s directory says, and to show what changed"
        ),
        basis=Basis.CONTRACT,
        recipients=_("Whoever manages directories"),
        since=_("the synchronisation"),
        days=90,
        count=lambda subject: (
            _steps_of(subject).count()
            + DirectoryLink.objects.filter(person_id=subject.person_id).count()
        ),
        export=_entries,
        erase=_forget_entry,
        hindrances=_still_there,
        expire=_old_runs,
        models=("people.directorylink", "people.directorystep"),
    ),
)
