"""What the room's API shows and takes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from ninja import FilterLookup, Schema
from pydantic import AwareDatetime, Field

from compagnon.core.api import Body, Id, ListQuery
from compagnon.people.models import Account, ApiToken, Person, Role
from compagnon.people.queries import named

Kind = Literal["email", "phone", "mobile"]
Ease = Literal["novice", "usual", "expert"]
Language = Literal["fr", "en"]
Name = Annotated[str, Field(max_length=80, examples=["Moreau"])]
VerbName = Annotated[str, Field(max_length=60, examples=["ticket.view"])]
Address = Annotated[str, Field(max_length=254, examples=["claire.moreau@example.fr"])]


class ContactPointOut(Schema):
    """An address or a number."""

    id: int
    kind: str
    value: str
    is_primary: bool


class PersonOut(Schema):
    """A person, with addresses and numbers."""

    id: int
    organisation_id: int
    site_id: int | None
    first_name: str
    last_name: str
    job_title: str
    language: str
    ease: str
    is_vip: bool
    is_active: bool
    origin: str
    created_at: datetime
    version: int
    contact_points: list[ContactPointOut]

    @staticmethod
    def resolve_contact_points(person: Person) -> list[object]:
        """Read what was prefetched."""
        return list(person.contact_points.all())


class PersonQuery(ListQuery):
    """Persons: by words, organisation, site, activity."""

    columns: ClassVar[dict[str, str]] = {"name": "search_name"}

    q: Annotated[
        str | None,
        Field(max_length=200, description="Beginnings of name, mail address or phone number."),
    ] = None
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    site: Annotated[Id | None, FilterLookup("site_id")] = None
    is_active: Annotated[bool | None, FilterLookup("is_active")] = None
    is_vip: Annotated[bool | None, FilterLookup("is_vip")] = None
    ordering: Literal["name", "-name", "id", "-id"] = "name"

    def filter_q(self, _value: str | None) -> Q:
        """Not a column: see :meth:`narrow`."""
        return Q()

    def narrow(self, rows: QuerySet[Person]) -> QuerySet[Person]:  # type: ignore[override]
        """Keep the persons that the caller asks for."""
        rows = super().narrow(rows)
        return named(rows, self.q) if self.q else rows


class PersonIn(Body):
    """A person to add."""

    organisation_id: Id
    last_name: Annotated[str, Field(min_length=1, max_length=80, examples=["Moreau"])]
    first_name: Name = ""
    email: Address | None = None
    phone: Annotated[str | None, Field(max_length=40, examples=["01 23 45 67 89"])] = None
    site_id: Id | None = None
    job_title: Annotated[str, Field(max_length=120, examples=["Comptable"])] = ""
    language: Annotated[
        Language | None, Field(description="That of the organisation unless given.")
    ] = None
    ease: Ease = "usual"
    is_vip: bool = False


class PersonPatch(Body):
    """What to change of a person."""

    organisation_id: Id | None = None
    site_id: Id | None = None
    first_name: Name | None = None
    last_name: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    job_title: Annotated[str | None, Field(max_length=120)] = None
    language: Language | None = None
    ease: Ease | None = None
    is_vip: bool | None = None


class MergeIn(Body):
    """The record that stays."""

    into_id: Id


class PickedOut(Schema):
    """A person, as a picker offers them."""

    id: int
    name: str
    organisation_id: int
    organisation: str
    email: str


class PickedListOut(Schema):
    """At most twenty."""

    items: list[PickedOut]


class PickQuery(Schema):
    """Words typed."""

    q: Annotated[str, Field(max_length=200, examples=["mar dup"])] = ""
    organisation: Id | None = None


class ContactIn(Body):
    """An address or a number to add."""

    kind: Kind
    value: Annotated[str, Field(max_length=254, examples=["01 23 45 67 89"])]
    is_primary: bool = False


class DomainsOut(Schema):
    """Mail domains whose unknown senders belong to the organisation."""

    domains: list[str]


class DomainsIn(Body):
    """The mail domains, in place of those that stand."""

    domains: Annotated[
        list[Annotated[str, Field(max_length=253)]],
        Field(max_length=50, examples=[["example.fr"]]),
    ]


class ClosedOut(Schema):
    """An organisation, open or closed."""

    id: int
    name: str
    is_active: bool
    version: int


class MemberOut(Schema):
    """A person's place in a team."""

    id: int
    team_id: int
    person_id: int
    since: datetime


class MemberIn(Body):
    """Who joins."""

    person_id: Id


class MemberQuery(ListQuery):
    """Members of a team."""

    ordering: Literal["id", "-id"] = "id"


class VerbOut(Schema):
    """Something that can be done: a role gives it, or it is everybody's own."""

    name: str
    label: str
    room: str
    own: Annotated[
        bool,
        Field(
            description="On what is one's own: no role gives it; a token that lists verbs lists "
            "it to have it."
        ),
    ]


class VerbsOut(Schema):
    """Every verb."""

    items: list[VerbOut]


class RoleOut(Schema):
    """A set of verbs."""

    id: int
    code: str
    name: str
    verbs: list[str]
    needs_second_factor: bool
    version: int

    @staticmethod
    def resolve_name(role: Role) -> str:
        """Give the name as shown."""
        return str(role)


class RoleQuery(ListQuery):
    """Roles."""

    ordering: Literal["code", "-code", "id", "-id"] = "code"


class RoleIn(Body):
    """A role to make."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Accueil"])]
    verbs: Annotated[list[VerbName], Field(max_length=500)]
    needs_second_factor: bool = False


class RolePatch(Body):
    """What to change of a role."""

    name: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    verbs: Annotated[list[VerbName] | None, Field(max_length=500)] = None
    needs_second_factor: bool | None = None


class AssignmentOut(Schema):
    """A role held by a person on an organisation and all that is below it."""

    id: int
    person_id: int
    role_id: int
    organisation_id: int
    given_at: datetime


class AssignmentQuery(ListQuery):
    """Roles given."""

    person: Annotated[Id | None, FilterLookup("person_id")] = None
    role: Annotated[Id | None, FilterLookup("role_id")] = None
    organisation: Annotated[Id | None, FilterLookup("organisation_id")] = None
    ordering: Literal["id", "-id"] = "id"


class AssignmentIn(Body):
    """A role to give."""

    person_id: Id
    role_id: Id
    organisation_id: Id


class AccountOut(Schema):
    """The right of a person to sign in."""

    id: int
    person_id: int
    email: str
    is_active: bool
    created_at: datetime
    last_login: datetime | None
    has_password: bool

    @staticmethod
    def resolve_has_password(account: Account) -> bool:
        """Tell whether a password was chosen."""
        return account.has_usable_password()


class AccountQuery(ListQuery):
    """Accounts."""

    person: Annotated[Id | None, FilterLookup("person_id")] = None
    email: Annotated[
        str | None,
        Field(max_length=254, examples=["claire.moreau@example.fr"]),
        FilterLookup("email__iexact"),
    ] = None
    is_active: Annotated[bool | None, FilterLookup("is_active")] = None
    ordering: Literal["id", "-id", "email", "-email"] = "id"


class AccountIn(Body):
    """An account to open."""

    person_id: Id
    email: Annotated[
        Address | None, Field(description="The person's main address unless given.")
    ] = None
    invite: Annotated[bool, Field(description="Send the link to choose a password.")] = True


class AddressIn(Body):
    """The address to sign in with."""

    email: Address


class TokenOut(Schema):
    """A token, without its text."""

    id: int
    name: str
    prefix: str
    verbs: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    """A token just made, with its text: shown this once."""

    token: str


class TokenQuery(ListQuery):
    """One's own tokens."""

    ordering: Literal["id", "-id"] = "-id"


class TokenIn(Body):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["supervision"])]
    expires_at: Annotated[AwareDatetime, Field(description="At most a year ahead.")]
    verbs: Annotated[
        list[VerbName],
        Field(max_length=500, description="Empty: everything that you may do."),
    ] = []


class GrantOut(Schema):
    """A role that one holds, and where."""

    role: str
    organisation_id: int
    verbs: list[str]


class MeOut(PersonOut):
    """Oneself."""

    team_ids: list[int]
    grants: list[GrantOut]


class MePatch(Body):
    """What one may change of oneself."""

    language: Language | None = None
    ease: Ease | None = None


class SessionOut(Schema):
    """A browser in which one is signed in."""

    id: int
    ip: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime


class SessionQuery(ListQuery):
    """One's sessions."""

    ordering: Literal["id", "-id"] = "-id"


class PasskeyOut(Schema):
    """A passkey; `opens_alone`: without a password."""

    id: int
    name: str
    opens_alone: bool
    created_at: datetime
    last_used_at: datetime | None

    @staticmethod
    def resolve_name(key: Authenticator) -> str:
        """Give the name that its owner chose."""
        return str(key.wrap().name)

    @staticmethod
    def resolve_opens_alone(key: Authenticator) -> bool:
        """Tell whether it opens the account without a password."""
        return key.wrap().is_passwordless is True


class PasskeyQuery(ListQuery):
    """One's passkeys."""

    ordering: Literal["id", "-id"] = "id"


def with_text(token: ApiToken, raw: str) -> NewTokenOut:
    """Give a new token as the API shows it, this once, with its text."""
    return NewTokenOut(
        token=raw,
        **{name: getattr(token, name) for name in TokenOut.model_fields},
    )
