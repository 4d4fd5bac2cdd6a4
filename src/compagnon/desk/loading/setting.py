"""What stories refer to, read once: people, places, teams, categories, contracts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from compagnon.contracts.loading import RememberedTerms
from compagnon.contracts.models import RequestType
from compagnon.contracts.terms import Terms, current
from compagnon.core.models import StoredFile
from compagnon.desk.models import Category, Mailbox, OrganisationRules, WaitReason
from compagnon.people.models import (
    ContactKind,
    ContactPoint,
    Membership,
    Organisation,
    Person,
)


@dataclass(frozen=True, slots=True)
class Somebody:
    """What a story needs to know of a person."""

    organisation_id: int
    site_id: int | None
    language: str


@dataclass(frozen=True, slots=True)
class Rules:
    """An organisation's rules in force, with its chain from the root."""

    ancestry: tuple[int, ...]
    matrix: list[list[int]] | None
    close_after_days: int
    reopen_within_days: int


@dataclass
class Setting:
    """The rows that stories name by their keys. Read it again when one of them changed."""

    _rules: dict[int, Rules] = field(default_factory=dict)

    @cached_property
    def terms(self) -> Terms:
        """The contracts in force."""
        return RememberedTerms(current())

    @cached_property
    def wait_reasons(self) -> dict[str, int]:
        """The reasons for waiting by their code."""
        return dict(WaitReason.objects.values_list("code", "id"))

    @cached_property
    def people(self) -> dict[int, Somebody]:
        """Every person."""
        rows = Person.objects.values_list("id", "organisation_id", "site_id", "language")
        return {
            key: Somebody(organisation_id, site_id, language)
            for key, organisation_id, site_id, language in rows.iterator()
        }

    @cached_property
    def names(self) -> dict[int, str]:
        """Every person's name, as the person is shown."""
        rows = Person.objects.values_list("id", "first_name", "last_name")
        return {key: f"{first} {last}".strip() for key, first, last in rows.iterator()}

    @cached_property
    def addresses(self) -> dict[int, str]:
        """The address we write to, by person, as ``services.outgoing`` finds it."""
        rows = (
            ContactPoint.objects.filter(kind=ContactKind.EMAIL)
            .order_by("is_primary", "-id")
            .values_list("person_id", "value")
        )
        return dict(rows.iterator())

    @cached_property
    def categories(self) -> dict[int, tuple[str, int | None]]:
        """Path and team by category."""
        rows = Category.objects.values_list("id", "path", "team_id")
        return {key: (path, team_id) for key, path, team_id in rows}

    @cached_property
    def request_types(self) -> dict[int, tuple[int, str]]:
        """Service and kind of ticket by request type."""
        rows = RequestType.objects.values_list("id", "service_id", "kind")
        return {key: (service_id, kind) for key, service_id, kind in rows}

    @cached_property
    def teams_of(self) -> dict[int, list[int]]:
        """A person's teams, the lowest level first (those in use)."""
        found: dict[int, list[int]] = {}
        rows = Membership.objects.filter(team__is_active=True).order_by("team__level", "team_id")
        for person_id, team_id in rows.values_list("person_id", "team_id"):
            found.setdefault(person_id, []).append(team_id)
        return found

    @cached_property
    def mailboxes(self) -> dict[int, int | None]:
        """The team that a mailbox feeds."""
        return dict(Mailbox.objects.values_list("id", "team_id"))

    @cached_property
    def mailbox_of(self) -> dict[int, int]:
        """The mailbox under whose name an organisation is written to."""
        rows = Mailbox.objects.filter(is_active=True).order_by("-id")
        return dict(rows.values_list("organisation_id", "id"))

    @cached_property
    def digests(self) -> dict[int, str]:
        """The digest of stored files that stories name."""
        return dict(StoredFile.objects.values_list("id", "sha256"))

    @cached_property
    def _organisations(self) -> dict[int, str]:
        return dict(Organisation.objects.values_list("id", "path"))

    @cached_property
    def _own_rules(self) -> dict[int, OrganisationRules]:
        return {row.organisation_id: row for row in OrganisationRules.objects.all()}

    def read(self) -> None:
        """Read everything now, for processes that are forked with it."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    def rules(self, organisation_id: int) -> Rules:
        """Give an organisation's rules: its own, or the nearest above, or ours."""
        found = self._rules.get(organisation_id)
        if found is None:
            path = self._organisations[organisation_id]
            keys = tuple(int(key) for key in path.split("/") if key)
            row = next(
                (self._own_rules[key] for key in reversed(keys) if key in self._own_rules),
                OrganisationRules(),
            )
            found = Rules(keys, row.matrix, row.close_after_days, row.reopen_within_days)
            self._rules[organisation_id] = found
        return found

    def default_mailbox(self, organisation_id: int) -> int | None:
        """Give the mailbox of an organisation or the nearest above; see ``services.outgoing``."""
        keys = self.rules(organisation_id).ancestry
        return next((self.mailbox_of[k] for k in reversed(keys) if k in self.mailbox_of), None)

    def first_team(self, person_id: int) -> int | None:
        """Give the team of lowest level to which a person belongs."""
        return next(iter(self.teams_of.get(person_id, ())), None)
