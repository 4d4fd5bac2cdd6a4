"""Directories by API: their settings, what groups give, trials, previews and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field

from compagnon.core.api import ApiRequest, Body, FilterLookup, Id, ListQuery, Routes
from compagnon.core.api.etag import expected_version
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.people import directory_words, policies, queries_directories
from compagnon.people.api.schemas import AccountOut
from compagnon.people.models import (
    Account,
    Directory,
    DirectoryRule,
    DirectoryRun,
    DirectoryStep,
    Organisation,
    Person,
    Role,
    Team,
)
from compagnon.people.services import directories, directory_links, directory_runs

router = Routes(tag="directories")

Kind = Literal["openldap", "active"]
Schedule = Literal["manual", "nightly", "every"]
State = Literal["waiting", "reading", "ready", "applying", "done", "stale", "failed"]
Action = Literal[
    "restore", "link", "change", "create", "suspend", "leave", "take", "join", "give", "conflict"
]  # fmt: skip
Secret = Annotated[str, Field(max_length=1024, json_schema_extra={"writeOnly": True})]
AttributeName = Literal[
    "stable_id", "login", "first_name", "last_name", "mail", "phone", "mobile", "job_title",
    "language", "disabled", "groups", "group_name", "members",
]  # fmt: skip
Text500 = Annotated[str, Field(max_length=500)]
Filter = Annotated[str, Field(max_length=1000)]


class DirectoryOut(Schema):
    """A directory and how it goes, without its secret."""

    id: int
    name: str
    organisation_id: int
    kind: Kind
    url: str
    start_tls: bool
    ca_certificate: str
    bind_dn: str
    base: str
    group_base: str
    people_filter: str
    group_filter: str
    is_subtree: bool
    attributes: dict[str, str] = Field(description="Those that are not the kind's usual ones.")
    language: str
    page_size: int
    most_people: int
    timeout_seconds: int
    ceiling_percent: int
    schedule: Schedule
    every_minutes: int
    opens_accounts: bool
    signs_in: bool
    is_active: bool
    set_by_id: int | None = Field(description="For whom it acts; null: the program.")
    read_at: datetime | None
    ok_at: datetime | None
    error: str = Field(description="`CODE: DETAIL` of the last reading; empty: it went well.")
    failures: int
    version: int


class DirectoryChangeIn(Body):
    """What changes; what is absent stays. The secret is never given back."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "Annuaire"
    organisation_id: Id = 1
    kind: Kind = "openldap"
    url: Annotated[str, Field(min_length=1, max_length=300)] = "ldaps://ldap.example"
    start_tls: bool = False
    ca_certificate: Annotated[str, Field(max_length=60_000)] = ""
    bind_dn: Text500 = ""
    bind_password: Secret = ""
    base: Annotated[str, Field(min_length=1, max_length=500)] = "dc=example,dc=org"
    group_base: Text500 = ""
    people_filter: Filter = ""
    group_filter: Filter = ""
    is_subtree: bool = True
    attributes: dict[AttributeName, Annotated[str, Field(max_length=120)]] = {}
    language: Literal["", "fr", "en"] = ""
    page_size: Annotated[int, Field(ge=0, le=5000)] = 500
    most_people: Annotated[int, Field(ge=1, le=200_000)] = 20_000
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    ceiling_percent: Annotated[int, Field(ge=0, le=100)] = 10
    schedule: Schedule = "manual"
    every_minutes: Annotated[int, Field(ge=5, le=10_080)] = 60
    opens_accounts: bool = True
    signs_in: bool = True
    is_active: bool = True


class DirectoryIn(DirectoryChangeIn):
    """A directory to add; filters that are absent are the usual ones of the kind."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Annuaire"])]
    organisation_id: Id
    url: Annotated[str, Field(min_length=1, max_length=300, examples=["ldaps://ldap.example:636"])]
    base: Annotated[
        str, Field(min_length=1, max_length=500, examples=["ou=people,dc=example,dc=org"])
    ]


class DirectoryRuleOut(Schema):
    """What being in a group gives."""

    id: int
    group: str
    team_id: int | None
    role_id: int | None
    organisation_id: int | None


class DirectoryRuleIn(Body):
    """A group, and a team, or a role on an organisation."""

    group: Annotated[str, Field(min_length=1, max_length=500, examples=["support"])]
    team_id: Id | None = None
    role_id: Id | None = None
    organisation_id: Id | None = None


class DirectoryTrialIn(Body):
    """What to look up in the directory too."""

    name: Annotated[str, Field(max_length=254, examples=["jdupont"])] = ""


class DirectoryEntryOut(Schema):
    """A person as the directory tells them."""

    stable_id: str
    dn: str
    login: str
    first_name: str
    last_name: str
    emails: list[str]
    is_disabled: bool


class DirectoryTrialOut(Schema):
    """What a trial saw; nothing is written."""

    is_ok: bool
    code: str
    detail: str
    message: str
    people: int
    groups: int
    disabled: int
    without_mail: int
    unusable: int
    first_people: list[DirectoryEntryOut]
    matches: list[DirectoryEntryOut]


class DirectoryRunOut(Schema):
    """A preview, and the synchronisation that came of it."""

    id: int
    directory_id: int
    state: State
    is_applied: bool
    is_confirmed: bool
    is_above_ceiling: bool
    asked_by_id: int | None
    asked_at: datetime
    read_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    people: int
    groups: int
    counts: dict[str, int] = Field(description="Steps by action.")
    losses: int = Field(description="People who would lose sign-in, a team or a role.")
    error: str

    @staticmethod
    def resolve_is_above_ceiling(run: DirectoryRun) -> bool:
        """Tell whether it has to be confirmed."""
        return directory_runs.is_above_ceiling(run)


def _gift(step: DirectoryStep) -> tuple[int | None, int | None, int | None]:
    team_id, role_id, organisation_id = step.values.get("gift") or (None, None, None)
    return team_id, role_id, organisation_id


class DirectoryStepOut(Schema):
    """One step; `changes` are `[before, after]` by field."""

    id: int
    position: int
    action: Action
    stable_id: str
    label: str
    person_id: int | None
    changes: dict[str, list[Any]]
    code: str
    team_id: int | None = Field(description="Which team it gives or takes back.")
    role_id: int | None = Field(description="Which role it gives or takes back.")
    organisation_id: int | None = Field(description="Where the role is held.")
    state: Literal["todo", "done", "refused"]
    reason: str

    @staticmethod
    def resolve_team_id(step: DirectoryStep) -> int | None:
        """Give the team that a group gives."""
        return _gift(step)[0]

    @staticmethod
    def resolve_role_id(step: DirectoryStep) -> int | None:
        """Give the role that a group gives."""
        return _gift(step)[1]

    @staticmethod
    def resolve_organisation_id(step: DirectoryStep) -> int | None:
        """Give the organisation on which a group gives a role."""
        return _gift(step)[2]

    @staticmethod
    def resolve_reason(step: DirectoryStep) -> str:
        """Say why, in words."""
        return directory_words.reason(step)


class DirectoryApplyIn(Body):
    """Whether it is meant although more people than the ceiling lose something."""

    confirmed: bool = False


class DirectoryQuery(ListQuery):
    """Which directories."""

    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["name", "-name"] = "name"


class DirectoryRuleQuery(ListQuery):
    """Which groups."""

    ordering: Literal["id", "-id"] = "id"


class DirectoryRunQuery(ListQuery):
    """Which synchronisations."""

    state: State | None = None
    ordering: Literal["asked_at", "-asked_at"] = "-asked_at"


class DirectoryStepQuery(ListQuery):
    """Which steps."""

    action: Action | None = None
    state: Literal["todo", "done", "refused"] | None = None
    ordering: Literal["position", "-position"] = "position"


def _check(request: ApiRequest) -> None:
    if not request.actor.scope.allows_somewhere(directories.VERB):
        raise Refused(_("Your roles do not allow this."))


def _values(request: ApiRequest, body: DirectoryChangeIn, *, whole: bool) -> dict[str, Any]:
    values: dict[str, Any] = body.model_dump(exclude_unset=not whole)
    if "organisation_id" in values:
        values["organisation"] = _named(
            request, Organisation, "organisation_id", values.pop("organisation_id")
        )
    return values


def _named(request: ApiRequest, model: Any, field: str, key: int | None) -> Any:
    if key is None:
        return None
    try:
        return get_visible(model, request.actor, pk=key)
    except NotFound:
        raise Invalid(fields={field: [_("There is no such choice.")]}) from None


@router.index("/directories", DirectoryOut)
def list_directories(request: ApiRequest, query: Query[DirectoryQuery]) -> QuerySet[Directory]:
    """List the directories, with how each goes."""
    _check(request)
    return visible(Directory, request.actor)


@router.show("/directories/{directory_id}", DirectoryOut)
def get_directory(request: ApiRequest, directory_id: Id) -> Directory:
    """Read a directory's settings and state."""
    return get_visible(Directory, request.actor, pk=directory_id)


@router.create("/directories", DirectoryOut, location=lambda row: f"/directories/{row.pk}")
def create_directory(request: ApiRequest, body: DirectoryIn) -> Directory:
    """Add a directory; it acts for you, and gives nothing that you may not."""
    return directories.create(actor=request.actor, values=_values(request, body, whole=True))


@router.change("/directories/{directory_id}", DirectoryOut)
def change_directory(request: ApiRequest, directory_id: Id, body: DirectoryChangeIn) -> Directory:
    """Change a directory; from then on it acts for you."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    return directories.change(
        actor=request.actor,
        directory=row,
        values=_values(request, body, whole=False),
        expected_version=expected_version(request, row),
    )


@router.remove("/directories/{directory_id}")
def remove_directory(request: ApiRequest, directory_id: Id) -> None:
    """Take a directory away; its people stay as they are."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    expected_version(request, row)
    directories.remove(actor=request.actor, directory=row)


@router.act("/directories/{directory_id}/test", DirectoryTrialOut)
def test_directory(request: ApiRequest, directory_id: Id, body: DirectoryTrialIn) -> dict[str, Any]:
    """Read a directory and tell what is there; nothing is written."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    policies.check(request.actor, directories.VERB, row.organisation_id)
    found = queries_directories.try_directory(row, name=body.name.strip())
    names = (
        "is_ok", "code", "detail", "people", "groups", "disabled", "without_mail", "unusable",
        "first_people", "matches",
    )  # fmt: skip
    told = {name: getattr(found, name) for name in names}
    return told | {"message": str(directory_words.FAILURES.get(found.code, ""))}


@router.index("/directories/{directory_id}/groups", DirectoryRuleOut)
def list_directory_groups(
    request: ApiRequest, directory_id: Id, query: Query[DirectoryRuleQuery]
) -> QuerySet[DirectoryRule]:
    """List what groups give."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    return visible(DirectoryRule, request.actor).filter(directory=row)


@router.create(
    "/directories/{directory_id}/groups",
    DirectoryRuleOut,
    location=lambda rule: f"/directories/{rule.directory_id}/groups",
)
def add_directory_group(
    request: ApiRequest, directory_id: Id, body: DirectoryRuleIn
) -> DirectoryRule:
    """Say what being in a group gives; nothing that you do not hold yourself."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    return directories.add_rule(
        actor=request.actor,
        directory=row,
        group=body.group,
        team=_named(request, Team, "team_id", body.team_id),
        role=_named(request, Role, "role_id", body.role_id),
        organisation=_named(request, Organisation, "organisation_id", body.organisation_id),
    )


@router.remove("/directories/{directory_id}/groups/{rule_id}")
def remove_directory_group(request: ApiRequest, directory_id: Id, rule_id: Id) -> None:
    """Have a group give no more; what it gave is taken back at the next synchronisation."""
    rows = DirectoryRule.objects.filter(directory_id=directory_id)
    rule = get_visible(DirectoryRule, request.actor, rows, pk=rule_id)
    directories.remove_rule(actor=request.actor, rule=rule)


@router.index("/directories/{directory_id}/runs", DirectoryRunOut)
def list_directory_runs(
    request: ApiRequest, directory_id: Id, query: Query[DirectoryRunQuery]
) -> QuerySet[DirectoryRun]:
    """List the previews and synchronisations of a directory."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    return visible(DirectoryRun, request.actor).filter(directory=row).select_related("directory")


@router.create(
    "/directories/{directory_id}/runs",
    DirectoryRunOut,
    location=lambda run: f"/directory-runs/{run.pk}",
)
def preview_directory(request: ApiRequest, directory_id: Id) -> DirectoryRun:
    """Have a directory read in the background, and told what would change; nothing changes."""
    row = get_visible(Directory, request.actor, pk=directory_id)
    return directory_runs.preview(actor=request.actor, directory=row)


@router.show("/directory-runs/{run_id}", DirectoryRunOut)
def get_directory_run(request: ApiRequest, run_id: Id) -> DirectoryRun:
    """Read how far a preview or a synchronisation is."""
    rows = DirectoryRun.objects.select_related("directory")
    return get_visible(DirectoryRun, request.actor, rows, pk=run_id)


@router.index("/directory-runs/{run_id}/steps", DirectoryStepOut)
def list_directory_steps(
    request: ApiRequest, run_id: Id, query: Query[DirectoryStepQuery]
) -> QuerySet[DirectoryStep]:
    """List what would be done, or was."""
    run = get_visible(DirectoryRun, request.actor, pk=run_id)
    return queries_directories.steps(request.actor, run)


@router.act("/directory-runs/{run_id}/apply", DirectoryRunOut)
def apply_directory_run(request: ApiRequest, run_id: Id, body: DirectoryApplyIn) -> DirectoryRun:
    """Carry out what was previewed, if another reading gives the same."""
    rows = DirectoryRun.objects.select_related("directory")
    run = get_visible(DirectoryRun, request.actor, rows, pk=run_id)
    return directory_runs.apply(actor=request.actor, run=run, confirmed=body.confirmed)


@router.act("/directory-runs/{run_id}/steps/{step_id}/link", DirectoryStepOut)
def link_directory_step(request: ApiRequest, run_id: Id, step_id: Id) -> DirectoryStep:
    """Say that an entry that was left alone is the person who has its address."""
    rows = DirectoryStep.objects.filter(run_id=run_id).select_related("run__directory", "person")
    step = get_visible(DirectoryStep, request.actor, rows, pk=step_id)
    person: Person | None = step.person
    if person is None or step.code not in directory_words.BY_HAND:
        raise NotFound
    directory_links.link(
        actor=request.actor,
        directory=step.run.directory,
        person=person,
        stable_id=step.stable_id,
        dn=str(step.values.get("dn", "")),
        login=str(step.values.get("login", "")),
    )
    return step


@router.act("/accounts/{account_id}/local-password", AccountOut)
def give_back_local_password(request: ApiRequest, account_id: Id) -> Account:
    """Have somebody of a directory sign in with a password of their own again."""
    account = get_visible(
        Account, request.actor, Account.objects.select_related("person"), pk=account_id
    )
    directory_links.let_in_locally(actor=request.actor, account=account)
    return account
