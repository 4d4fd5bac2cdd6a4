"""Who and what an import names, found or made: persons, teams, categories of one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.loading import Bulk, enter
from compagnon.desk.bringing.history import History, Somebody
from compagnon.desk.bringing.report import Report
from compagnon.desk.models import Bringing, Brought, Category
from compagnon.people import loading, rules
from compagnon.people.models import ContactKind, ContactPoint, Organisation, Person, Team

PERSON, TEAM, CATEGORY, TICKET = "person", "team", "category", "ticket"
UNKNOWN = "?"
# Our tree of subjects is six deep, with the import's own root.
DEPTH = 5
ASKED_AT_ONCE = 500
KEY = 200


class Parties:
    """The rows that stand for a source's persons, teams and categories.

    Args:
        actor: who imports; the journal says that they made what was not there.
        at: when this is recorded.
    """

    def __init__(
        self, *, bringing: Bringing, organisation: Organisation, actor: Actor, report: Report,
        at: datetime, label: str,
    ) -> None:  # fmt: skip
        self.bringing = bringing
        self.organisation = organisation
        self.actor = actor
        self.report = report
        self.at = at
        self.label = label
        # Keys of the rows, by kind and by the source's key; persons with their organisation.
        self._found: dict[str, dict[str, int]] = {PERSON: {}, TEAM: {}, CATEGORY: {}}
        self._organisations: dict[int, int] = {}
        self._path_of: dict[int, str] = {}
        self._made: dict[tuple[int | None, str], int] = {}

    # --- asked by the teller -----------------------------------------------------------------

    def person(self, key: str | None) -> int | None:
        """Give the row of a person; ``None`` for nobody."""
        return None if key is None else self._found[PERSON][key[:KEY]]

    def unknown(self) -> int:
        """Give the row that stands for a requester whom the source does not name."""
        return self._found[PERSON][UNKNOWN]

    def organisation_of(self, person_id: int) -> int:
        """Give the organisation of a person."""
        return self._organisations.get(person_id, self.organisation.pk)

    def team(self, name: str | None) -> int | None:
        """Give the row of a team; ``None`` for none."""
        return None if name is None else self._found[TEAM][name[:KEY]]

    def category(self, path: Sequence[str]) -> int | None:
        """Give the row of a category; ``None`` for an empty path."""
        return self._found[CATEGORY][_key(path)] if path else None

    # --- before a batch is told --------------------------------------------------------------

    def prepare(self, histories: Sequence[History], bulk: Bulk) -> None:
        """Find or add the rows that these tickets name."""
        people = {key: one for each in histories for key, one in each.people.items()}
        if any(each.requester is None for each in histories):
            people[UNKNOWN] = Somebody(UNKNOWN, _("Unknown requester"))
        self._persons({key[:KEY]: one for key, one in people.items()}, bulk)
        self._teams(sorted(_named(histories, "team")), bulk)
        self._categories(sorted(_paths(histories)), bulk)

    def _missing(self, kind: str, keys: Iterable[str]) -> list[str]:
        """Give the keys that nothing stands for yet, after asking what was brought before."""
        found = self._found[kind]
        asked = [key for key in keys if key not in found]
        model = {PERSON: Person, TEAM: Team, CATEGORY: Category}[kind]
        for start in range(0, len(asked), ASKED_AT_ONCE):
            rows = Brought.objects.filter(
                organisation=self.organisation, source=self.bringing.source, kind=kind,
                key__in=asked[start : start + ASKED_AT_ONCE],
            ).values_list("key", "object_id")  # fmt: skip
            known = dict(rows)
            # A row may have been merged into another, or deleted, since.
            standing = set(
                model._default_manager.filter(pk__in=known.values()).values_list("pk", flat=True)
            )
            found.update({key: pk for key, pk in known.items() if pk in standing})
            gone = [key for key, pk in known.items() if pk not in standing]
            if gone and not self.bringing.is_dry_run:
                Brought.objects.filter(
                    organisation=self.organisation, source=self.bringing.source, kind=kind,
                    key__in=gone,
                ).delete()  # fmt: skip
        if kind == PERSON:
            keys_ = [found[key] for key in asked if key in found]
            self._organisations.update(
                Person.objects.filter(pk__in=keys_).values_list("pk", "organisation_id")
            )
        return [key for key in asked if key not in found]

    def _persons(self, people: dict[str, Somebody], bulk: Bulk) -> None:
        missing = self._missing(PERSON, people)
        addresses = {key: rules.normal_email(people[key].email) or "" for key in missing}
        owners = self._owners({one for one in addresses.values() if one})
        for key in missing:
            somebody, address = people[key], addresses[key]
            owner = owners.get(address)
            if owner is not None and self._is_within(owner):
                self._keep(PERSON, key, owner.pk, bulk)
                self._organisations[owner.pk] = owner.organisation_id
                self.report.count("persons_found")
                continue
            if owner is not None:
                self.report.problem("address_taken", reference=key)
                address = ""
            made = loading.add_person(
                bulk, actor=self.actor, organisation=self.organisation,
                name=somebody.name or key, email=address, phone=somebody.phone, at=self.at,
            )  # fmt: skip
            if address:
                # Two keys of the source with one address are one person.
                person = Person(pk=made, organisation=self.organisation)
                owners[address] = person
            self._keep(PERSON, key, made, bulk)
            self.report.count("persons_made")

    def _owners(self, addresses: set[str]) -> dict[str, Person]:
        found: dict[str, Person] = {}
        asked = sorted(addresses)
        for start in range(0, len(asked), ASKED_AT_ONCE):
            rows = ContactPoint.objects.filter(
                kind=ContactKind.EMAIL, value__in=asked[start : start + ASKED_AT_ONCE]
            ).select_related("person__organisation")
            found |= {row.value: row.person for row in rows}
        return found

    def _is_within(self, person: Person) -> bool:
        return rules.is_within(person.organisation.path, self.organisation.path)

    def _teams(self, names: Sequence[str], bulk: Bulk) -> None:
        missing = self._missing(TEAM, names)
        if not missing:
            return
        there = dict(
            Team.objects.filter(organisation=self.organisation, name__in=missing).values_list(
                "name", "pk"
            )
        )
        for name in missing:
            key = there.get(name[:120])
            if key is None:
                key = there[name[:120]] = loading.add_team(
                    bulk, actor=self.actor, organisation=self.organisation, name=name, at=self.at
                )
                self.report.count("teams_made")
            self._keep(TEAM, name, key, bulk)

    def _categories(self, paths: Sequence[tuple[str, ...]], bulk: Bulk) -> None:
        if not paths:
            return
        wanted = dict.fromkeys(path[:rank] for path in paths for rank in range(1, len(path) + 1))
        by_key = {"": (), **{_key(path): path for path in wanted}}
        missing = set(self._missing(CATEGORY, by_key))
        places = self._places()
        for key, path in by_key.items():
            if key not in missing:
                continue
            parent = None if not path else self._found[CATEGORY][_key(path[:-1])]
            name = (path[-1] if path else self.label)[:80]
            made = places.get((parent, name))
            if made is None:
                made = self._add_category(bulk, parent, name, places)
            self._keep(CATEGORY, key, made, bulk)

    def _places(self) -> dict[tuple[int | None, str], int]:
        self._path_of |= dict(Category.objects.values_list("pk", "path"))
        rows = Category.objects.values_list("parent_id", "name", "pk")
        # A dry run makes some that the database never holds.
        return self._made | {(parent, name): pk for parent, name, pk in rows}

    def _add_category(
        self, bulk: Bulk, parent: int | None, name: str,
        places: dict[tuple[int | None, str], int],
    ) -> int:  # fmt: skip
        key = bulk.key(Category)
        path = rules.child_path(self._path_of[parent] if parent else None, key)
        self._path_of[key] = path
        bulk.add(Category, id=key, parent_id=parent, name=name, path=path, is_active=False)
        enter(
            bulk, actor=self.actor, verb="category.create", object_type="desk.category",
            object_id=key, organisation_id=None, occurred_at=self.at, recorded_at=self.at,
            before={}, after={"parent_id": parent, "team_id": None},
        )  # fmt: skip
        places[(parent, name)] = self._made[(parent, name)] = key
        self.report.count("categories_made")
        return key

    def _keep(self, kind: str, key: str, object_id: int, bulk: Bulk) -> None:
        self._found[kind][key] = object_id
        bulk.add(
            Brought, organisation_id=self.organisation.pk, source=self.bringing.source, kind=kind,
            key=key, object_id=object_id, bringing_id=self.bringing.pk,
        )  # fmt: skip


def shortened(path: Sequence[str]) -> tuple[str, ...]:
    """Give a category's path as deep as ours may be; what is deeper is joined to the last name."""
    if len(path) <= DEPTH:
        return tuple(path)
    return (*path[: DEPTH - 1], " / ".join(path[DEPTH - 1 :])[:80])


def _key(path: Sequence[str]) -> str:
    return " > ".join(path)[:KEY]


def _named(histories: Iterable[History], name: str) -> set[str]:
    values = {step.values.get(name) for each in histories for step in each.steps}
    return {str(value)[:KEY] for value in values if value is not None}


def _paths(histories: Iterable[History]) -> set[tuple[str, ...]]:
    return {
        shortened(path)
        for each in histories
        for step in each.steps
        if (path := step.values.get("category"))
    }
