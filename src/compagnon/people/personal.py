"""What ``people`` keeps of a person: who they are, how they sign in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.people import rules
from compagnon.people.models import (
    Account,
    ApiToken,
    ContactPoint,
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
        # With it go its tokens, second factors, addresses and sessions.
        gone += account.delete()[0]
    return gone


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
            "Sign-in address, password’s hash, second factor, addresses and browsers of sessions"
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
)
