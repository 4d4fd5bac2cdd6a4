"""Who sees which rows of ``people``.

A person sees the persons, sites and teams of the organisations on which a role gives them
``person.view``; always themselves, their own organisation and its sites, and their own teams.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.people.models import (
    Account,
    ApiToken,
    ContactPoint,
    Directory,
    DirectoryGift,
    DirectoryLink,
    DirectoryRule,
    DirectoryRun,
    DirectoryStep,
    Erasure,
    IdentityProvider,
    KeepingTerm,
    MailDomain,
    Membership,
    NameWord,
    Organisation,
    Person,
    Role,
    RoleAssignment,
    Site,
    Team,
)

VIEW = "person.view"


def within(scope: Scope, verb: str, field: str, own: Q) -> Q | None:
    """Give the filter «own, or on an organisation where the scope has the verb».

    ``None`` means that everything passes. With no verb at all the filter is ``own`` alone, so
    that the database uses the index of a key and not a scan.
    """
    reach = scope.organisations(verb)
    if reach is None:
        return None
    return own | Q(**{f"{field}__in": reach}) if reach else own


def _keep(rows: QuerySet[Any], condition: Q | None) -> QuerySet[Any]:
    return rows if condition is None else rows.filter(condition)


@rule(Organisation)
def organisations(scope: Scope, rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Those where the person may see people, and their own."""
    return _keep(rows, within(scope, VIEW, "id", Q(pk=scope.organisation_id)))


@rule(MailDomain)
def mail_domains(scope: Scope, rows: QuerySet[MailDomain]) -> QuerySet[MailDomain]:
    """Those of organisations that the person manages."""
    return _keep(rows, within(scope, "organisation.manage", "organisation_id", Q(pk__in=[])))


@rule(Site)
def sites(scope: Scope, rows: QuerySet[Site]) -> QuerySet[Site]:
    """Those of visible organisations."""
    own = Q(organisation_id=scope.organisation_id)
    return _keep(rows, within(scope, VIEW, "organisation_id", own))


@rule(Person)
def persons(scope: Scope, rows: QuerySet[Person]) -> QuerySet[Person]:
    """Those of organisations where the person may see people, and themselves."""
    return _keep(rows, within(scope, VIEW, "organisation_id", Q(pk=scope.person_id)))


@rule(ContactPoint, NameWord)
def of_persons(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What hangs on a visible person."""
    own = Q(person_id=scope.person_id)
    return _keep(rows, within(scope, VIEW, "person__organisation_id", own))


@rule(Team)
def teams(scope: Scope, rows: QuerySet[Team]) -> QuerySet[Team]:
    """Those of organisations where the person may see people, and their own."""
    return _keep(rows, within(scope, VIEW, "organisation_id", Q(pk__in=scope.team_ids)))


@rule(Membership)
def memberships(scope: Scope, rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Those of visible teams, and the person's own."""
    own = Q(team_id__in=scope.team_ids) | Q(person_id=scope.person_id)
    return _keep(rows, within(scope, VIEW, "team__organisation_id", own))


@rule(Role)
def roles(scope: Scope, rows: QuerySet[Role]) -> QuerySet[Role]:
    """Every role for whoever gives roles; otherwise those that the person holds."""
    if scope.allows_somewhere("role.manage"):
        return rows
    return rows.filter(assignments__person=scope.person_id or 0).distinct()


@rule(RoleAssignment)
def role_assignments(scope: Scope, rows: QuerySet[RoleAssignment]) -> QuerySet[RoleAssignment]:
    """Those on organisations where the person gives roles, and their own."""
    own = Q(person_id=scope.person_id)
    return _keep(rows, within(scope, "role.manage", "organisation_id", own))


@rule(Account)
def accounts(scope: Scope, rows: QuerySet[Account]) -> QuerySet[Account]:
    """One's own, and those of people whose accounts one manages."""
    own = Q(person_id=scope.person_id)
    return _keep(rows, within(scope, "account.manage", "person__organisation_id", own))


@rule(ApiToken)
def tokens(scope: Scope, rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    """One's own, and those of people whose accounts one manages."""
    own = Q(account__person_id=scope.person_id)
    return _keep(rows, within(scope, "account.manage", "account__person__organisation_id", own))


@rule(KeepingTerm)
def keeping_terms(scope: Scope, rows: QuerySet[KeepingTerm]) -> QuerySet[KeepingTerm]:
    """For whoever manages personal data: the register is the same for all."""
    return rows if scope.allows_somewhere("privacy.manage") else rows.none()


@rule(Erasure)
def erasures(scope: Scope, rows: QuerySet[Erasure]) -> QuerySet[Erasure]:
    """Those of organisations whose personal data one manages."""
    return _keep(rows, within(scope, "privacy.manage", "organisation_id", Q(pk__in=[])))


@rule(Directory)
def directories(scope: Scope, rows: QuerySet[Directory]) -> QuerySet[Directory]:
    """Those of organisations whose directories one manages."""
    return _keep(rows, within(scope, "directory.manage", "organisation_id", Q(pk__in=[])))


@rule(DirectoryRule, DirectoryLink, DirectoryRun)
def of_directories(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What hangs on a visible directory."""
    nothing = Q(pk__in=[])
    return _keep(rows, within(scope, "directory.manage", "directory__organisation_id", nothing))


@rule(DirectoryGift)
def directory_gifts(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of visible directories."""
    field = "link__directory__organisation_id"
    return _keep(rows, within(scope, "directory.manage", field, Q(pk__in=[])))


@rule(DirectoryStep)
def directory_steps(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of visible directories."""
    field = "run__directory__organisation_id"
    return _keep(rows, within(scope, "directory.manage", field, Q(pk__in=[])))


@rule(IdentityProvider)
def identity_providers(
    scope: Scope, rows: QuerySet[IdentityProvider]
) -> QuerySet[IdentityProvider]:
    """Those of organisations whose ways to sign in one keeps."""
    return _keep(rows, within(scope, "identity_provider.manage", "organisation_id", Q(pk__in=[])))
