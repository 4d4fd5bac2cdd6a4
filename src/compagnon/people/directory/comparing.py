"""What would have to change here for people to be as the directory says: a plan, step by step.

Nothing is done here, and nothing is asked of a database: the same contents and the same state give
the same plan, in the same order, and so the same :func:`digest`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compagnon.people.directory.types import Contents, Found

FIELDS = ("first_name", "last_name", "job_title")


@dataclass(frozen=True, slots=True)
class Known:
    """A person as kept here. ``stable_id`` is empty for one who is not of this directory."""

    person_id: int
    stable_id: str = ""
    dn: str = ""
    login: str = ""
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    emails: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    account_email: str = ""
    is_active: bool = True
    is_suspended: bool = False
    is_elsewhere: bool = False
    is_of_another: bool = False
    outranks: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What a group gives: a place in a team, or a role on an organisation."""

    rule_id: int
    group_id: str
    team_id: int | None = None
    role_id: int | None = None
    organisation_id: int | None = None

    @property
    def gift(self) -> Gift:
        """What it gives."""
        return (self.team_id, self.role_id, self.organisation_id)


Gift = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Here:
    """What is kept here: whose link to this directory, whose address, who has what.

    Args:
        held: what each person has, however they came to it.
        given: what each person has from this directory: this alone is taken back.
    """

    linked: Mapping[str, Known]
    by_email: Mapping[str, Known]
    rules: Sequence[Rule] = ()
    held: Mapping[int, frozenset[Gift]] = field(default_factory=dict)
    given: Mapping[int, frozenset[Gift]] = field(default_factory=dict)
    opens_accounts: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, or one that cannot be (``conflict``: ``code`` says why).

    ``action``: ``create``, ``link``, ``change``, ``restore``, ``suspend``, ``join``, ``leave``,
    ``give``, ``take``, ``conflict``. ``changes`` are ``[before, after]`` by field.
    """

    action: str
    stable_id: str
    label: str
    person_id: int | None = None
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""


def plan(contents: Contents, here: Here) -> list[Step]:
    """Give the steps, in the order in which they are carried out.

    First who comes back, is met or changes; then who leaves; then groups; conflicts last.
    """
    steps: list[Step] = []
    kept: list[tuple[Found, Known | None]] = []
    shared = _shared(contents.people, here)
    for found in contents.people:
        more, known, stays = _person(found, here, shared)
        steps += more
        if stays:
            kept.append((found, known))
    present = {one.stable_id for one in contents.people}
    gone = [one for key, one in sorted(here.linked.items()) if key not in present]
    for one in gone:
        steps += _left(one, "gone", here)
    # Groups that do not answer take nothing back: a right that is gone is not told from silence.
    if contents.groups or not here.rules:
        for found, known in kept:
            steps += _gifts(found, known, here)
    steps += [Step("conflict", "", dn[:200], code="incomplete") for dn in contents.unusable]
    order = {name: at for at, name in enumerate(ORDER)}
    return sorted(steps, key=lambda one: (order[one.action], one.stable_id, _gift_key(one)))


ORDER = (
    "restore", "link", "change", "create", "suspend", "leave", "take", "join", "give", "conflict",
)  # fmt: skip


def _gift_key(step: Step) -> str:
    return json.dumps(step.values.get("gift", [step.label]))


def _shared(people: Iterable[Found], here: Here) -> dict[str, str]:
    """Give the addresses that two entries have, with the one that may keep it: the known one."""
    holders: dict[str, list[Found]] = {}
    for one in people:
        if not one.is_disabled:
            for address in one.emails:
                holders.setdefault(address, []).append(one)
    twice = {address: many for address, many in holders.items() if len(many) > 1}
    keeps: dict[str, str] = {}
    for address, many in twice.items():
        owners = [
            one.stable_id
            for one in many
            if (known := here.linked.get(one.stable_id)) is not None and address in known.emails
        ]
        keeps[address] = owners[0] if len(owners) == 1 else ""
    return keeps


def _person(
    found: Found, here: Here, shared: Mapping[str, str]
) -> tuple[list[Step], Known | None, bool]:
    """Give what becomes of one entry, who it is here, and whether groups then count."""
    known = here.linked.get(found.stable_id)
    if found.is_disabled:
        return (_left(known, "disabled", here) if known else []), known, False
    for address in found.emails:
        if shared.get(address, found.stable_id) != found.stable_id:
            # Whoever is known already stays as they are.
            stays = known is not None and not known.is_suspended
            return [_conflict(found, "same-mail", known, address=address)], known, stays
    if known is not None:
        return _linked(found, known, here)
    return _unlinked(found, here)


def _linked(found: Found, known: Known, here: Here) -> tuple[list[Step], Known | None, bool]:
    if not known.is_active and not known.is_suspended:
        return [_conflict(found, "closed", known)], known, False
    for address in found.emails:
        other = here.by_email.get(address)
        if other is not None and other.person_id != known.person_id:
            steps = [_conflict(found, "address-taken", known, address=address)]
            return steps, known, not known.is_suspended
    changes = changed(found, known, opens_accounts=here.opens_accounts)
    if known.is_suspended:
        return [_step("restore", found, known, changes)], known, True
    return ([_step("change", found, known, changes)] if changes else []), known, True


def _unlinked(found: Found, here: Here) -> tuple[list[Step], Known | None, bool]:
    if not found.last_name:
        return [_conflict(found, "no-name", None)], None, False
    met = {
        one.person_id: one
        for address in found.emails
        if (one := here.by_email.get(address)) is not None
    }
    if not met:
        changes = changed(found, None)
        if here.opens_accounts and found.emails:
            changes["account"] = ["", found.emails[0]]
        return [_step("create", found, None, changes)], None, True
    known = next(iter(met.values()))
    code = (
        "several" if len(met) > 1
        else "reused" if known.stable_id
        else "another-directory" if known.is_of_another
        else "elsewhere" if known.is_elsewhere
        else "rights" if known.outranks
        else "closed" if not known.is_active
        else ""
    )  # fmt: skip
    if code:
        return [_conflict(found, code, known, address=found.emails[0])], None, False
    return (
        [_step("link", found, known, changed(found, known, opens_accounts=here.opens_accounts))],
        known,
        True,
    )


def changed(
    found: Found, known: Known | None, *, opens_accounts: bool = False
) -> dict[str, list[Any]]:
    """Give ``[before, after]`` of each field that the directory says otherwise.

    What the directory does not say stays as it is here.
    """
    told: dict[str, list[Any]] = {}
    for name in (*FIELDS, "login", "dn"):
        old, new = (getattr(known, name) if known else ""), getattr(found, name)
        if new and old != new:
            told[name] = [old, new]
    kept = known.emails if known else ()
    main = found.emails[0] if found.emails else ""
    if kept and kept[0] in found.emails:
        # The order of an attribute's values means nothing.
        main = kept[0]
    if main and (not kept or kept[0] != main or not set(found.emails) <= set(kept)):
        told["emails"] = [list(kept), [main, *(one for one in found.emails if one != main)]]
    for name in ("phone", "mobile"):
        number = getattr(found, name)
        if number and number not in (known.numbers if known else ()):
            told[name] = ["", number]
    if known and main and (known.account_email or opens_accounts) and known.account_email != main:
        told["account"] = [known.account_email, main]
    return told


def _step(
    action: str, found: Found, known: Known | None, changes: Mapping[str, Sequence[Any]]
) -> Step:
    values = {"dn": found.dn, "login": found.login, "language": found.language}
    key = known.person_id if known else None
    return Step(action, found.stable_id, found.label[:200], key, dict(changes), values)


def _left(known: Known, code: str, here: Here) -> list[Step]:
    """Give the steps for one who left: suspended, and without what the directory gave.

    Whoever opens them again by hand then says anew what they may. One who was closed by hand is
    not marked as suspended: the directory would bring them back.
    """
    label = f"{known.first_name} {known.last_name}".strip()[:200]
    steps = []
    if known.is_active and not known.is_suspended:
        steps.append(Step("suspend", known.stable_id, label, known.person_id, code=code))
    for gift in here.given.get(known.person_id, frozenset()):
        action, values = ("leave" if gift[0] else "take"), {"gift": list(gift), "rule": None}
        steps.append(Step(action, known.stable_id, label, known.person_id, values=values))
    return steps


def _conflict(found: Found, code: str, known: Known | None, *, address: str = "") -> Step:
    values = {"dn": found.dn, "login": found.login, "address": address}
    key = known.person_id if known else None
    return Step("conflict", found.stable_id, found.label[:200], key, values=values, code=code)


def _gifts(found: Found, known: Known | None, here: Here) -> Iterator[Step]:
    wanted = {rule.gift for rule in here.rules if rule.group_id and rule.group_id in found.groups}
    key = known.person_id if known else 0
    held, given = here.held.get(key, frozenset()), here.given.get(key, frozenset())
    by_gift = {rule.gift: rule.rule_id for rule in reversed(here.rules)}
    for gift in wanted - held:
        yield _gift("join" if gift[0] else "give", found, known, gift, by_gift.get(gift))
    for gift in given - wanted:
        yield _gift("leave" if gift[0] else "take", found, known, gift, None)


def _gift(action: str, found: Found, known: Known | None, gift: Gift, rule_id: int | None) -> Step:
    values = {"gift": list(gift), "rule": rule_id}
    key = known.person_id if known else None
    return Step(action, found.stable_id, found.label[:200], key, values=values)


def counts(steps: Iterable[Step]) -> dict[str, int]:
    """Count the steps by action, each action named."""
    found = Counter(step.action for step in steps)
    return {name: found[name] for name in ORDER}


def losses(steps: Iterable[Step]) -> int:
    """Count the people who would lose something: sign-in, a team or a role."""
    return len({s.stable_id for s in steps if s.action in {"suspend", "leave", "take"}})


def digest(steps: Iterable[Step]) -> str:
    """Give what two plans have in common only if they are the same."""
    told = [
        [s.action, s.stable_id, s.label, s.person_id, dict(s.changes), dict(s.values), s.code]
        for s in steps
    ]
    raw = json.dumps(told, sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
