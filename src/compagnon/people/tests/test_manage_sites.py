"""Sites of an organisation."""

from __future__ import annotations

import pytest

from compagnon.core.errors import Invalid, Refused, Stale
from compagnon.people.models import Site
from compagnon.people.services import sites
from compagnon.people.tests import factories as f


def test_create_change_remove(cast: f.Cast) -> None:
    actor = f.actor(cast.supervisor)
    made = sites.create(
        actor=actor, organisation=cast.client_b, name="Usine", address="1 rue Haute"
    )
    assert made.time_zone == "Europe/Paris"
    changed = sites.change(
        actor=actor, site=made, changes={"access": "Badge à l’accueil"}, expected_version=1
    )
    assert (changed.access, changed.version) == ("Badge à l’accueil", 2)
    person = f.person(cast.client_b, site=made)
    sites.remove(actor=actor, site=made)
    person.refresh_from_db()
    assert person.site is None
    assert not Site.objects.filter(pk=made.pk).exists()


def test_refusals(cast: f.Cast) -> None:
    technician = f.actor(cast.technician)
    with pytest.raises(Refused):
        sites.create(actor=technician, organisation=cast.client_a, name="Annexe")
    with pytest.raises(Refused):
        sites.change(actor=technician, site=cast.site_a, changes={"name": "Autre"})
    with pytest.raises(Refused):
        sites.remove(actor=technician, site=cast.site_a)
    with pytest.raises(Invalid):
        sites.create(actor=f.system(), organisation=cast.client_a, name="Siège")
    with pytest.raises(Invalid):
        sites.change(actor=f.system(), site=cast.site_a, changes={"time_zone": "Mars/Olympus"})
    with pytest.raises(Stale):
        sites.change(
            actor=f.system(), site=cast.site_a, changes={"name": "Autre"}, expected_version=9
        )
