"""What comes in by mail, inventory or search is data: no SQL and no markup of it runs.

GLPI was taken over through its inventory endpoint (CVE-2025-24799).
"""

from __future__ import annotations

import zlib

import pytest
from django.db import connection
from django.test import Client

from compagnon.config.tests.walking import routes
from compagnon.config.tests.world import World
from compagnon.desk.models import Ticket
from compagnon.desk.tests import factories as desk
from compagnon.desk.tests.factories import mail
from compagnon.park.models import Asset
from compagnon.people.models import Organisation, Person
from compagnon.people.tests.factories import Cast

QUOTES = (
    "'; DROP TABLE desk_ticket; --",
    "' OR 1=1 --",
    '" UNION SELECT password FROM people_account --',
    "x') OR pg_sleep(9) IS NULL --",
    "\\'; SELECT 1",
    "%' ESCAPE '",
    "NEAR(\"a\" 'b') AND *",
    "a:* | b & !c <-> (",
)


@pytest.mark.parametrize("hostile", QUOTES)
def test_mail(cast: Cast, deliver, hostile: str) -> None:
    row = deliver(
        mail(From=f'"{hostile[:20].replace(chr(34), "")}" <a@x.example>', Subject=hostile,
             text=hostile)
    )  # fmt: skip
    ticket = Ticket.objects.get(pk=row.ticket_id)
    assert ticket.title.split() == hostile.split()
    assert ticket.messages.get().text.strip() == hostile


@pytest.mark.parametrize("hostile", QUOTES)
def test_inventory(cast: Cast, hostile: str) -> None:
    from compagnon.park.inventory import decode, parse, read

    told = hostile.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    body = (
        f"<REQUEST><DEVICEID>m-1</DEVICEID><QUERY>INVENTORY</QUERY><CONTENT><HARDWARE>"
        f"<NAME>{told}</NAME></HARDWARE><BIOS><SSN>{told}</SSN></BIOS></CONTENT></REQUEST>"
    )
    (report,) = parse(read(decode(zlib.compress(body.encode())))).reports
    assert report.machine.name.split() == hostile.split()


def test_every_search_and_filter_bears_quotes(world: World, administrator: Client) -> None:
    """Each list, searched and filtered by each hostile word, answers in good order."""
    tables = set(connection.introspection.table_names())
    for route in routes():
        if route.parameters or route.template.startswith(("api/v1/docs", "demo/")):
            continue
        for number, hostile in enumerate(QUOTES):
            # Each list meets two of them; together the lists meet all.
            if (number + len(route.template)) % 4:
                continue
            asked = {"q": hostile, "sort": hostile, "cursor": hostile, "organisation": hostile}
            api = {"q": hostile} if route.template.startswith("api/") else asked
            answer = administrator.get(f"/{route.template}", api)
            assert answer.status_code < 500, (route.template, hostile)
    assert set(connection.introspection.table_names()) == tables
    assert Ticket.objects.exists()


def test_names_of_rows_bear_quotes(cast: Cast, signed_in) -> None:
    hostile = QUOTES[0]
    Organisation.objects.filter(pk=cast.client_a.pk).update(name=hostile)
    Person.objects.filter(pk=cast.user.pk).update(last_name=hostile)
    ticket = desk.ticket(cast.user, title=hostile)
    browser = signed_in(cast.provider, "ticket.view", "person.view", "asset.view")
    assert browser.get(f"/desk/tickets/{ticket.pk}/").status_code == 200
    assert browser.get("/people/persons/").status_code == 200
    assert not Asset.objects.filter(name=hostile).exists()
