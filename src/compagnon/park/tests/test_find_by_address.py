"""An asset is found by an address that its machine has."""

from __future__ import annotations

import pytest
from django.test import Client

from compagnon.park.models import NetworkAddress, NetworkPort
from compagnon.park.tests import factories
from compagnon.people.tests.factories import Cast


@pytest.mark.parametrize("typed", ["192.0.2.41", "a4:bb:6d:01:01:01", "A4:BB:6D:01:01:01"])
def test_by_its_address(cast: Cast, client: Client, typed: str) -> None:
    asset = factories.asset(cast.client_a, name="POSTE-41")
    factories.asset(cast.client_a, name="POSTE-42")
    port = NetworkPort.objects.create(asset=asset, name="eth0", mac="a4:bb:6d:01:01:01")
    NetworkAddress.objects.create(asset=asset, port=port, address="192.0.2.41")
    client.force_login(cast.technician.account)
    for where in ("/api/v1/assets", "/park/assets/"):
        told = client.get(where, {"q": typed}).content.decode()
        assert "POSTE-41" in told
        assert "POSTE-42" not in told
