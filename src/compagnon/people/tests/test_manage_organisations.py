"""Making, changing, moving and closing organisations."""

from __future__ import annotations

import pytest

from compagnon.core import journal
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.people.errors import Cycle
from compagnon.people.models import Organisation
from compagnon.people.services import organisations
from compagnon.people.tests import factories as f


def paths() -> dict[str, str]:
    return dict(Organisation.objects.values_list("name", "path"))


def test_create(cast: f.Cast) -> None:
    made = organisations.create(
        actor=f.actor(cast.administrator),
        name="  Atelier ",
        parent=cast.client_a,
        kind="department",
        domains=["Atelier.Example", "atelier.example"],
    )
    assert made.name == "Atelier"
    assert made.path == f"{cast.client_a.path}{made.pk}/"
    assert [domain.name for domain in made.mail_domains.all()] == ["atelier.example"]
    (entry,) = journal.history(made)
    assert (entry.verb, entry.organisation_id) == ("organisation.create", made.pk)


def test_create_is_refused_to_who_does_not_manage_the_parent(cast: f.Cast) -> None:
    manager = f.person(cast.client_a)
    f.grant(manager, f.role(verbs={"organisation.manage"}), cast.client_a)
    assert organisations.create(actor=f.actor(manager), name="Service", parent=cast.client_a)
    for parent in (cast.client_b, cast.provider, None):
        with pytest.raises(Refused):
            organisations.create(actor=f.actor(manager), name="Service", parent=parent)


def test_create_refuses_a_sisters_name(cast: f.Cast) -> None:
    with pytest.raises(Invalid):
        organisations.create(actor=f.system(), name="Client A", parent=cast.provider)
    with pytest.raises(Invalid):
        organisations.create(actor=f.system(), name=cast.provider.name)
    assert organisations.create(actor=f.system(), name="Client A", parent=cast.client_b)


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"name": "x" * 121}, {"name": "a\0b"}, {"kind": "nation"}, {"language": "de"},
     {"time_zone": "Europe/Atlantis"}, {"domains": ["pas un domaine"]}, {"domains": ["fr"]}],
)  # fmt: skip
def test_create_refuses_what_is_not_valid(cast: f.Cast, values: dict[str, object]) -> None:
    before = Organisation.objects.count()
    with pytest.raises(Invalid):
        organisations.create(actor=f.system(), parent=cast.provider, **({"name": "Neuve"} | values))
    assert Organisation.objects.count() == before


def test_a_domain_belongs_to_one_organisation(cast: f.Cast) -> None:
    with pytest.raises(Conflict, match="client-a"):
        organisations.set_domains(
            actor=f.system(), organisation=cast.client_b, domains=["CLIENT-A.example"]
        )
    organisations.set_domains(actor=f.system(), organisation=cast.client_a, domains=[])
    organisations.set_domains(
        actor=f.system(), organisation=cast.client_b, domains=["client-a.example"]
    )
    assert [domain.name for domain in cast.client_b.mail_domains.all()] == ["client-a.example"]


def test_the_tree_is_bounded(cast: f.Cast) -> None:
    parent = cast.provider
    for level in range(11):
        parent = organisations.create(actor=f.system(), name=f"N{level}", parent=parent)
    with pytest.raises(Invalid):
        organisations.create(actor=f.system(), name="Trop", parent=parent)


def test_change(cast: f.Cast) -> None:
    changed = organisations.change(
        actor=f.actor(cast.administrator),
        organisation=cast.client_a,
        changes={"name": "Client Alpha", "language": "fr"},
        expected_version=1,
    )
    assert (changed.name, changed.version) == ("Client Alpha", 2)
    entry = journal.history(changed).last()
    assert entry is not None
    assert (entry.before, entry.after) == ({"name": "Client A"}, {"name": "Client Alpha"})


def test_a_change_of_nothing_writes_nothing(cast: f.Cast) -> None:
    changed = organisations.change(
        actor=f.system(), organisation=cast.client_a, changes={"name": "Client A "}
    )
    assert changed.version == 1
    assert not journal.history(changed).exists()


def test_change_refuses_a_stale_reader_and_a_stranger(cast: f.Cast) -> None:
    organisations.change(actor=f.system(), organisation=cast.client_a, changes={"name": "Un"})
    with pytest.raises(Stale):
        organisations.change(
            actor=f.system(),
            organisation=cast.client_a,
            changes={"name": "Deux"},
            expected_version=1,
        )
    with pytest.raises(Refused):
        organisations.change(
            actor=f.actor(cast.technician), organisation=cast.client_a, changes={"name": "Trois"}
        )
    with pytest.raises(Invalid):
        organisations.change(actor=f.system(), organisation=cast.client_a, changes={"path": "/"})  # type: ignore[typeddict-unknown-key]


def test_move_takes_the_whole_subtree(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    bench = f.organisation("Établi", parent=workshop)
    moved = organisations.move(actor=f.system(), organisation=workshop, parent=cast.client_b)
    assert moved.path == f"{cast.client_b.path}{workshop.pk}/"
    assert paths()["Établi"] == f"{moved.path}{bench.pk}/"
    assert paths()["Client A"] == cast.client_a.path
    assert organisations.move(actor=f.system(), organisation=workshop, parent=None).path == (
        f"/{workshop.pk}/"
    )
    assert paths()["Établi"] == f"/{workshop.pk}/{bench.pk}/"


def test_move_refuses_a_circle(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    for parent in (cast.client_a, workshop):
        with pytest.raises(Cycle):
            organisations.move(actor=f.system(), organisation=cast.client_a, parent=parent)
    assert paths()["Atelier"] == workshop.path


def test_move_refuses_who_does_not_manage_both_ends(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    manager = f.person(cast.client_a)
    f.grant(manager, f.role(verbs={"organisation.manage"}), cast.client_a)
    with pytest.raises(Refused):
        organisations.move(actor=f.actor(manager), organisation=workshop, parent=cast.client_b)
    with pytest.raises(Refused):
        organisations.move(actor=f.actor(manager), organisation=workshop, parent=None)


def test_move_refuses_a_tree_too_deep(cast: f.Cast) -> None:
    parent = cast.client_a
    for level in range(9):
        parent = f.organisation(f"N{level}", parent=parent)
    workshop = f.organisation("Atelier", parent=cast.client_b)
    f.organisation("Établi", parent=workshop)
    with pytest.raises(Invalid):
        organisations.move(actor=f.system(), organisation=workshop, parent=parent)


def test_deactivate_closes_what_is_below(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    organisations.deactivate(actor=f.actor(cast.supervisor), organisation=cast.client_a)
    workshop.refresh_from_db()
    assert not workshop.is_active
    with pytest.raises(Conflict):
        organisations.reactivate(actor=f.system(), organisation=workshop)
    organisations.reactivate(actor=f.system(), organisation=cast.client_a)
    organisations.reactivate(actor=f.system(), organisation=workshop)
    workshop.refresh_from_db()
    assert workshop.is_active


def test_deactivate_refuses_to_close_its_own(cast: f.Cast) -> None:
    with pytest.raises(Conflict):
        organisations.deactivate(actor=f.actor(cast.administrator), organisation=cast.provider)
    # Nor may the program shut out the last administrator.
    with pytest.raises(Conflict):
        organisations.deactivate(actor=f.system(), organisation=cast.provider)
    cast.provider.refresh_from_db()
    assert cast.provider.is_active


def test_nothing_is_added_to_a_closed_organisation(cast: f.Cast) -> None:
    organisations.deactivate(actor=f.system(), organisation=cast.client_b)
    with pytest.raises(Conflict):
        organisations.create(actor=f.system(), name="Atelier", parent=cast.client_b)
    with pytest.raises(Conflict):
        organisations.move(actor=f.system(), organisation=cast.client_a, parent=cast.client_b)
