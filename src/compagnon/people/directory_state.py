"""What a directory's reading needs of the database: how it is read, and what is kept here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from urllib.parse import urlsplit

from compagnon.core import guarded_http
from compagnon.core.actor import NOTHING, Actor, ActorKind, Scope, Source
from compagnon.core.sealing import Unreadable, unseal
from compagnon.core.tasks.context import correlation_id
from compagnon.people import policies, rules
from compagnon.people.directory import types
from compagnon.people.directory.comparing import Gift, Here, Known, Rule, Step
from compagnon.people.directory.presets import PRESETS
from compagnon.people.directory.reading import folded, folded_dn
from compagnon.people.directory.types import Attributes, Contents, DirectoryFailed
from compagnon.people.errors import Escalation
from compagnon.people.models import (
    Account,
    ContactKind,
    ContactPoint,
    Directory,
    DirectoryGift,
    DirectoryLink,
    Membership,
    Person,
    RoleAssignment,
)
from compagnon.people.queries import scope_of

LABEL = b"compagnon.people directory secret 1"
PORTS = {"ldap": 389, "ldaps": 636}
BATCH = 500
NAMES = tuple(one.name for one in fields(Attributes))


def attributes_of(kind: str, chosen: dict[str, str]) -> Attributes:
    """Give the names of attributes: those of the kind, but for those chosen otherwise."""
    usual = asdict(PRESETS[kind].attributes)
    return Attributes(**{name: str(chosen.get(name, usual[name])) for name in NAMES})


def source_of(directory: Directory) -> types.Source:
    """Give how to read the directory, its address resolved and checked.

    Raises:
        DirectoryFailed: ``internal``, ``server``, ``tls`` (in clear to the outside), ``secret``.
    """
    parts = urlsplit(directory.url)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    try:
        target = guarded_http.locate(host, port)
        password = unseal(directory.bind_password, label=LABEL) if directory.bind_password else ""
    except guarded_http.NotAllowed as error:
        code = "internal" if error.reason == "internal" else "server"
        raise DirectoryFailed(code, str(error)) from error
    except guarded_http.Unanswered as error:
        raise DirectoryFailed("server", str(error)) from error
    except Unreadable as error:
        raise DirectoryFailed("secret", str(error)) from error
    is_clear = parts.scheme == "ldap" and not directory.start_tls
    if is_clear and not target.is_internal:
        raise DirectoryFailed("tls", "in clear, to a server outside")
    # In clear to the address that was checked; encrypted, the certificate says who answers.
    name = target.address if is_clear else target.host
    return types.Source(
        url=f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{target.port}",
        base=directory.base,
        start_tls=directory.start_tls,
        ca_certificate=directory.ca_certificate,
        bind_dn=directory.bind_dn,
        bind_password=password,
        group_base=directory.group_base,
        people_filter=directory.people_filter,
        group_filter=directory.group_filter,
        is_subtree=directory.is_subtree,
        attributes=attributes_of(directory.kind, directory.attributes),
        page_size=directory.page_size,
        most=directory.most_people,
        seconds=float(directory.timeout_seconds),
    )


def acting(setter: Person | None) -> Actor:
    """Give the program, bounded by what the person may who set what it carries out.

    ``None`` is the program itself, by a command on the machine. Who has left, or whose account is
    closed, may nothing.
    """
    if setter is None:
        scope = Scope.everything()
    elif (
        setter.is_active
        and setter.organisation.is_active
        and not Account.objects.filter(person=setter, is_active=False).exists()
    ):
        scope = scope_of(setter)
    else:
        scope = NOTHING
    usual = Actor.system("directory", source=Source.TASK, correlation_id=correlation_id())
    return Actor(
        kind=ActorKind.SYSTEM,
        id=None,
        label=usual.label,
        source=usual.source,
        scope=scope,
        on_behalf_of=setter.pk if setter else None,
        correlation_id=usual.correlation_id,
    )


def here(directory: Directory, contents: Contents) -> tuple[Here, list[Step]]:
    """Give what is kept here of these people, and what the rules for groups cannot find."""
    links = {
        link.stable_id: link
        for link in DirectoryLink.objects.filter(directory=directory).select_related("person")
    }
    owners = _owners({address for one in contents.people for address in one.emails})
    ids = {link.person_id for link in links.values()} | set(owners.values())
    known = {one.person_id: one for one in _known(directory, ids)}
    resolved, unfound = _rules(directory, contents)
    return (
        Here(
            linked={key: known[link.person_id] for key, link in links.items()},
            by_email={address: known[owner] for address, owner in owners.items()},
            rules=resolved,
            held=_held(ids),
            given=_given(directory),
            opens_accounts=directory.opens_accounts,
        ),
        unfound,
    )


def _parts(keys: Iterable[object]) -> Iterator[list[object]]:
    many = sorted(keys, key=str)
    for start in range(0, len(many), BATCH):
        yield many[start : start + BATCH]


def _owners(addresses: set[str]) -> dict[str, int]:
    """Give whose each address is, by the person's key: reached by it, or signing in with it."""
    found: dict[str, int] = {}
    for part in _parts(addresses):
        found.update(Account.objects.filter(email__in=part).values_list("email", "person_id"))
        found.update(
            ContactPoint.objects.filter(kind=ContactKind.EMAIL, value__in=part).values_list(
                "value", "person_id"
            )
        )
    return found


def _known(directory: Directory, ids: set[int]) -> Iterator[Known]:
    bound = acting(directory.set_by)
    with_roles = set(RoleAssignment.objects.values_list("person_id", flat=True).distinct())
    for part in _parts(ids):
        rows = Person.objects.filter(pk__in=part).select_related(
            "organisation", "account", "directory_link"
        )
        for person in rows.prefetch_related("contact_points"):
            link = getattr(person, "directory_link", None)
            ours = link if link is not None and link.directory_id == directory.pk else None
            account = getattr(person, "account", None)
            points = list(person.contact_points.all())
            yield Known(
                person_id=person.pk,
                stable_id=ours.stable_id if ours else "",
                dn=ours.dn if ours else "",
                login=ours.login if ours else "",
                first_name=person.first_name,
                last_name=person.last_name,
                job_title=person.job_title,
                emails=tuple(one.value for one in points if one.kind == ContactKind.EMAIL),
                numbers=tuple(one.value for one in points if one.kind != ContactKind.EMAIL),
                account_email=account.email if account else "",
                is_active=person.is_active,
                is_suspended=bool(ours and ours.suspended_at),
                is_elsewhere=not rules.is_within(
                    person.organisation.path, directory.organisation.path
                ),
                is_of_another=link is not None and ours is None,
                outranks=person.pk in with_roles and _outranks(bound, person),
            )


def _outranks(actor: Actor, person: Person) -> bool:
    try:
        policies.check_outranks(actor, person)
    except Escalation:
        return True
    return False


def _rules(directory: Directory, contents: Contents) -> tuple[list[Rule], list[Step]]:
    found: list[Rule] = []
    unfound: list[Step] = []
    by_id = {group.stable_id: group for group in contents.groups}
    for rule in directory.rules.order_by("pk"):
        matches = [rule.group_id] if rule.group_id in by_id else _matching(rule.group, contents)
        if len(matches) != 1:
            code = "two-groups" if matches else "no-group"
            unfound.append(Step("conflict", "", rule.group[:200], code=code))
        found.append(
            Rule(
                rule.pk,
                matches[0] if len(matches) == 1 else "",
                rule.team_id,
                rule.role_id,
                rule.organisation_id,
            )
        )
    return found, unfound


def _matching(typed: str, contents: Contents) -> list[str]:
    if "=" in typed:
        wanted = folded_dn(typed)
        return [one.stable_id for one in contents.groups if folded_dn(one.dn) == wanted]
    return [one.stable_id for one in contents.groups if folded(one.name) == folded(typed)]


def _held(ids: set[int]) -> dict[int, frozenset[Gift]]:
    held: dict[int, set[Gift]] = {}
    for part in _parts(ids):
        for person, team in Membership.objects.filter(person_id__in=part).values_list(
            "person_id", "team_id"
        ):
            held.setdefault(person, set()).add((team, None, None))
        for person, role, where in RoleAssignment.objects.filter(person_id__in=part).values_list(
            "person_id", "role_id", "organisation_id"
        ):
            held.setdefault(person, set()).add((None, role, where))
    return {person: frozenset(gifts) for person, gifts in held.items()}


def _given(directory: Directory) -> dict[int, frozenset[Gift]]:
    given: dict[int, set[Gift]] = {}
    rows: Sequence[tuple[int, int | None, int | None, int | None]] = list(
        DirectoryGift.objects.filter(link__directory=directory).values_list(
            "link__person_id", "team_id", "role_id", "organisation_id"
        )
    )
    for person, team, role, where in rows:
        given.setdefault(person, set()).add((team, role, where))
    return {person: frozenset(gifts) for person, gifts in given.items()}
