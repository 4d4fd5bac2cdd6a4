"""What each line of a list would write: looked up in the park, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.park import shipped_types
from compagnon.park.bring_words import field_words, told
from compagnon.park.bringing import values
from compagnon.park.bringing.tables import Table
from compagnon.park.licensing.counting import folded
from compagnon.park.models import Asset, AssetType, Licence
from compagnon.park.normalising.serials import usable_serial
from compagnon.people.models import Organisation, Person, Site

# The name heads the line, and whose it is was chosen for the whole list.
HIDDEN = frozenset({"name", "organisation"})
LONGEST = {
    "name": 200, "serial": 128, "inventory_number": 60, "manufacturer": 120, "model": 160,
    "purchase_reference": 80, "supplier": 120, "note": 4000,
}  # fmt: skip
LICENCE_LONGEST = {
    "name": 160, "product_pattern": 160, "publisher_pattern": 120, "supplier": 120,
    "reference": 80, "note": 4000,
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One line of a list: what it would do and why.

    Args:
        number: of the line, the header being 1.
        action: ``create``, ``update``, ``unchanged`` or ``refused``.
        problems: why it is refused.
        left: what was left out of it, and why; the rest is written.
    """

    number: int
    name: str = ""
    action: str = "refused"
    row: Any = None
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """What it writes, for a page: each field, what stands there, what would."""
        names = [name for name in self.values if name not in HIDDEN]
        return [told(self.row, name, self.values[name]) for name in names]

    @property
    def told(self) -> dict[str, Any]:
        """What the line says for a page, the API and the command."""
        return {
            "line": self.number,
            "name": self.name,
            "action": self.action,
            "id": self.row.pk if self.row is not None else None,
            "fields": sorted(self.values),
            "problems": self.problems,
            "left_out": self.left,
        }


@dataclass(slots=True)
class Plan:
    """What a whole list would do."""

    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines of each action."""
        found = dict.fromkeys(("create", "update", "unchanged", "refused"), 0)
        for line in self.lines:
            found[line.action] += 1
        return found


class Lookups:
    """What lines name, read once: a few queries, however long the list."""

    def __init__(self, actor: Actor, organisation: Organisation) -> None:
        self.actor = actor
        self.organisation = organisation
        within = Q(organisation__path__startswith=organisation.path)
        below = visible(Organisation, actor).filter(path__startswith=organisation.path)
        self.organisations = {folded(one.name): one for one in below}
        self.sites: dict[str, list[Site]] = defaultdict(list)
        for site in visible(Site, actor).filter(within):
            self.sites[folded(site.name)].append(site)
        self.types = {folded(one.code): one for one in AssetType.objects.all()}
        for one in list(self.types.values()):
            self.types.setdefault(folded(one.name), one)
            self.types.setdefault(folded(str(one)), one)
        self.persons: dict[str, set[int]] = defaultdict(set)
        self.person_rows: dict[int, Person] = {}
        persons = visible(Person, actor).filter(within, is_active=True)
        for person in persons.prefetch_related("contact_points"):
            self.person_rows[person.pk] = person
            first, last = person.first_name, person.last_name
            for word in (f"{first} {last}", f"{last} {first}"):
                self.persons[folded(word)].add(person.pk)
            for point in person.contact_points.all():
                if point.kind == "email":
                    self.persons[folded(point.value)].add(person.pk)
        self._read_assets(visible(Asset, actor).filter(within))

    def _read_assets(self, rows: Any) -> None:
        self.by_number: dict[tuple[int, str], Asset] = {}
        self.by_serial: dict[str, list[Asset]] = defaultdict(list)
        self.by_name: dict[str, list[Asset]] = defaultdict(list)
        for row in rows.select_related("organisation", "type", "site", "person"):
            if row.inventory_number:
                self.by_number[row.organisation_id, folded(row.inventory_number)] = row
            if serial := usable_serial(row.serial):
                self.by_serial[serial].append(row)
            self.by_name[folded(row.name)].append(row)

    def asset(self, said: Mapping[str, str], organisation: Organisation) -> Asset | None:
        """Find the asset of a line: by inventory number, then serial, then a name alone.

        Raises:
            Unsure: several answer.
        """
        number, serial = said.get("inventory_number", ""), usable_serial(said.get("serial"))
        if number and (found := self.by_number.get((organisation.pk, folded(number)))):
            return found
        if serial:
            rows = self.by_serial.get(serial, [])
            if len(rows) > 1:
                raise Unsure(_("Several assets have this serial number."))
            if rows:
                return rows[0]
        if number or serial or not said.get("name"):
            return None
        rows = self.by_name.get(folded(said["name"]), [])
        if len(rows) > 1:
            raise Unsure(_("Several assets have this name: give a serial or inventory number."))
        return rows[0] if rows else None


class Unsure(Exception):
    """Several rows answer to a line; the message says which way."""


def plan(actor: Actor, kind: str, organisation: Organisation, table: Table,
         mapping: Mapping[str, str]) -> Plan:  # fmt: skip
    """Say what each line would do; nothing is written."""
    lookups = Lookups(actor, organisation)
    licences = _known_licences(actor, organisation) if kind == "licences" else {}
    lines: list[Line] = []
    seen: dict[Any, int] = {}
    for number, row in enumerate(table.rows, start=2):
        said = {
            mapping[column]: cell
            for column, cell in zip(table.header, row, strict=True)
            if mapping.get(column) and not values.empty(cell)
        }
        line = Line(number, said.get("name") or said.get("serial") or "")
        if kind == "licences":
            _licence_line(line, said, organisation, licences)
        else:
            _asset_line(line, said, lookups, kind)
        key = _key_of(line, said, kind)
        if key is not None and not line.problems:
            if key in seen:
                line.problems.append(
                    _("Line %(number)d of this list says the same one.") % {"number": seen[key]}
                )
            seen.setdefault(key, number)
        _settle(line)
        lines.append(line)
    return Plan(lines)


def _key_of(line: Line, said: Mapping[str, str], kind: str) -> Any:
    if line.row is not None:
        return line.row.pk
    if kind == "licences":
        return folded(said.get("name", "")), said.get("reference", "")
    serial = usable_serial(said.get("serial"))
    number = said.get("inventory_number", "")
    if serial or number:
        return serial or "", folded(number)
    return folded(said.get("name", "")) or None


def _settle(line: Line) -> None:
    if line.problems:
        line.action, line.values = "refused", {}
    elif line.row is None:
        line.action = "create"
    else:
        line.values = {
            name: value for name, value in line.values.items() if getattr(line.row, name) != value
        }
        line.action = "update" if line.values else "unchanged"


def _asset_line(line: Line, said: dict[str, str], lookups: Lookups, kind: str) -> None:
    organisation = lookups.organisation
    if "organisation" in said:
        # GLPI writes the whole way: «Groupe > Lyon».
        named = lookups.organisations.get(folded(said["organisation"].rsplit(">", 1)[-1]))
        if named is None:
            line.left.append(_left("organisation", said["organisation"]))
        else:
            organisation = named
    try:
        line.row = lookups.asset(said, organisation)
    except Unsure as error:
        line.problems.append(str(error))
        return
    if line.row is not None:
        line.name = line.row.name
    if kind == "custody":
        _custody(line, said, lookups)
        return
    if line.row is None:
        if not (said.get("name") or said.get("serial") or said.get("inventory_number")):
            line.problems.append(_("It has no name, serial number nor inventory number."))
            return
        name = said.get("name") or said.get("serial") or said["inventory_number"]
        line.values["name"] = name[:200]
        line.values["organisation"] = organisation
        line.values["type"] = lookups.types.get("device") or shipped_types.ensure("device")
    elif "organisation" in said and organisation != line.row.organisation and not line.left:
        line.values["organisation"] = organisation
    _plain(line, said, LONGEST)
    _related(line, said, lookups, organisation)
    _read(line, said, {"state": values.state, "purchase_price": values.money})
    _read(line, said, dict.fromkeys(
        ("ordered_on", "purchased_on", "in_service_on", "warranty_ends_on"), values.day
    ))  # fmt: skip


def _plain(line: Line, said: Mapping[str, str], longest: Mapping[str, int]) -> None:
    for name, most in longest.items():
        if name in said:
            if len(said[name]) > most:
                line.left.append(_("%(field)s: cut after %(most)d letters.") % {
                    "field": field_words(name), "most": most})  # fmt: skip
            line.values[name] = said[name][:most].strip()


def _left(name: str, text: str) -> str:
    said = {"field": field_words(name), "text": text[:80]}
    return _("%(field)s: nothing here is named “%(text)s”.") % said


def _related(line: Line, said: Mapping[str, str], lookups: Lookups, owner: Organisation) -> None:
    if "type" in said:
        kind = lookups.types.get(folded(said["type"]))
        if kind is None:
            line.left.append(_left("type", said["type"]))
        else:
            line.values["type"] = kind
    if "site" in said:
        names = (said["site"], said["site"].rsplit(">", 1)[-1])
        sites = [
            one
            for name in names
            for one in lookups.sites.get(folded(name), [])
            if one.organisation_id == owner.pk
        ]
        if sites:
            line.values["site"] = sites[0]
        else:
            line.left.append(_left("site", said["site"]))
    if "person" in said:
        person = _person(line, said["person"], lookups)
        if person is not None:
            line.values["person"] = person


def _person(line: Line, text: str, lookups: Lookups) -> Person | None:
    found = lookups.persons.get(folded(text), set())
    if len(found) == 1:
        return lookups.person_rows[next(iter(found))]
    if found:
        line.left.append(_("person: several are named “%(text)s”.") % {"text": text[:80]})
    else:
        line.left.append(_left("person", text))
    return None


def _custody(line: Line, said: Mapping[str, str], lookups: Lookups) -> None:
    if line.row is None:
        line.problems.append(_("No asset of the park answers to this line."))
    elif "person" not in said:
        line.values["person"] = None
    elif (person := _person(line, said["person"], lookups)) is None:
        line.problems.extend(line.left)
        line.left = []
    else:
        line.values["person"] = person


def _read(line: Line, said: Mapping[str, str], readers: Mapping[str, Any]) -> None:
    for name, reader in readers.items():
        if name in said:
            try:
                line.values[name] = reader(said[name])
            except values.Unread:
                line.left.append(
                    _("%(field)s: “%(text)s” is not understood.")
                    % {"field": field_words(name), "text": said[name][:80]}
                )


def _known_licences(actor: Actor, organisation: Organisation) -> dict[Any, Licence]:
    rows = visible(Licence, actor).filter(organisation=organisation)
    return {(folded(one.name), one.reference): one for one in rows.order_by("-pk")}


def _licence_line(
    line: Line, said: dict[str, str], organisation: Organisation, known: Mapping[Any, Licence]
) -> None:
    name = said.get("name") or said.get("product_pattern", "")
    if not name:
        line.problems.append(_("It names neither a licence nor a product."))
        return
    said.setdefault("name", name)
    said.setdefault("product_pattern", name)
    line.name = name[:160]
    line.row = known.get((folded(line.name), said.get("reference", "")))
    _plain(line, said, LICENCE_LONGEST)
    before = len(line.left)
    _read(line, said, {
        "quantity": values.whole, "metric": values.metric, "starts_on": values.day,
        "ends_on": values.day, "unit_price": values.money,
    })  # fmt: skip
    if "unit_price" in line.values:
        line.values["unit_price_cents"] = int(line.values.pop("unit_price") * 100)
    # A licence without its number or its days would count wrongly: it is not written.
    line.problems.extend(line.left[before:])
    del line.left[before:]
    if line.row is None:
        line.values["organisation"] = organisation
        for needed in ("quantity", "starts_on"):
            if needed not in line.values and not line.problems:
                line.problems.append(_("%(field)s is missing.") % {"field": field_words(needed)})
