"""ServiceNow's audit log imported: each incident agrees with the log, counted here by itself."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from compagnon.contracts.models import Clock
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.desk import search
from compagnon.desk.models import Brought, Category, OutgoingMail, Ticket
from compagnon.desk.tests import event_logs
from compagnon.people.models import Organisation, Person, Team

pytestmark = pytest.mark.django_db

Document = dict[str, Any]
ENDED = {"Resolved", "Closed"}


def run(*arguments: str) -> Document:
    """Run the command; give its document."""
    out = io.StringIO()
    call_command("import", *arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


@pytest.fixture
def log(shared_data: Path) -> Path:
    path = shared_data / "itsm" / "servicenow-audit-log.csv"
    if not path.is_file():
        pytest.skip("no audit log beside the checkout")
    return path


def computed(path: Path, zone: tzinfo = UTC) -> dict[str, Document]:
    """Count a log by its definition alone, with nothing of ours; on the wall, or in a zone."""
    events: dict[str, list[tuple[datetime, int, int, dict[str, str]]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            local = datetime.strptime(row["sys_updated_at"], "%d-%m-%Y %H:%M")  # noqa: DTZ007
            at = local.replace(tzinfo=zone).astimezone(UTC)
            events[row["number"]].append((at, int(row["sys_mod_count"]), number, row))
    found = {}
    for reference, rows in events.items():
        rows.sort(key=lambda event: event[:3])
        seconds: dict[str, int] = defaultdict(int)
        for earlier, later in pairwise(rows):
            passed = (later[0] - earlier[0]).total_seconds()
            seconds[earlier[3]["incident_state"]] += round(passed)
        states = [row["incident_state"] for *_ignored, row in rows]
        found[reference] = {
            "reassignments": max(int(row["reassignment_count"]) for *_ignored, row in rows),
            "reopenings": max(int(row["reopen_count"]) for *_ignored, row in rows),
            "seconds": {state: count for state, count in seconds.items() if count},
            "state": states[-1],
            "moved": sum(
                a[3]["assignment_group"] != b[3]["assignment_group"] for a, b in pairwise(rows)
            ),
            "reopened": sum(a in ENDED and b not in ENDED for a, b in pairwise(states)),
        }
    return found


def agree(document: Document, path: Path, zone: tzinfo = UTC) -> int:
    """Compare every item with the log; give how many there are."""
    expected = computed(path, zone)
    items = {item["reference"]: item for item in document["items"]}
    assert items.keys() == expected.keys()
    for reference, one in expected.items():
        item = items[reference]
        told = {name: value for name, value in item["seconds_in_state"].items() if value}
        assert told == one["seconds"], reference
        assert item["reassignments"] == one["reassignments"], reference
        assert item["reopenings"] == one["reopenings"], reference
        assert item["state"] == one["state"], reference
        assert item["observed_reassignments"] == one["moved"], reference
        assert item["observed_reopenings"] == one["reopened"], reference
    return len(items)


class TestTheRealLog:
    def test_each_incident_agrees_with_the_log(self, log: Path) -> None:
        document = run("servicenow", str(log), "--detail")
        assert agree(document, log) == 500
        assert document["counts"]["created"] == Ticket.objects.count() == 500

    def test_the_tickets_have_their_true_history(self, log: Path) -> None:
        run("servicenow", str(log))
        ticket = Ticket.objects.get(external_reference="INC0000102")
        assert ticket.reference == "INC0000102"
        assert ticket.opened_at == datetime(2016, 2, 29, 8, 6, tzinfo=UTC)  # 09:06 in Paris
        assert ticket.closed_at == datetime(2016, 3, 24, 17, 59, tzinfo=UTC)
        assert ticket.state == "closed"
        assert ticket.reopen_count == 1
        assert ticket.requester.origin == "import"
        entries = list(Entry.objects.filter(object_type="desk.ticket", object_id=ticket.pk))
        assert {entry.source for entry in entries} == {"import"}
        assert max(entry.occurred_at for entry in entries) == ticket.closed_at
        verbs = [entry.verb for entry in entries]
        assert verbs.count("ticket.solve") == 2
        assert verbs.count("ticket.reopen") == 1
        moves = [e for e in entries if e.verb == "ticket.assign" and "team_id" in e.after]
        assert len(moves) == 4
        # No clock of a contract counts the past, and nobody is written to.
        assert not Clock.objects.exists()
        assert not OutgoingMail.objects.exists()
        assert not Ticket.objects.filter(due_at__isnull=False).exists()

    def test_the_report_names_every_value_that_is_not_known(self, log: Path) -> None:
        document = run("servicenow", str(log), "--dry-run")
        named = {
            (one["field"], one["value"]): one["count"]
            for one in document["items"]
            if one["loss"] == "value"
        }
        with log.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        expected = {
            (column, "?"): count
            for column in rows[0]
            if (count := sum(row[column] == "?" for row in rows))
        }
        assert named == expected
        problems = {one["problem"] for one in document["items"] if one["loss"] == "problem"}
        assert {"out_of_order", "opened_after_first_event", "contradictory_reassignments"} <= (
            problems
        )

    def test_a_dry_run_writes_nothing(self, log: Path) -> None:
        before = Entry.objects.count()
        document = run("servicenow", str(log), "--dry-run", "--detail")
        assert agree(document, log) == 500
        assert document["dry_run"] is True
        assert not Ticket.objects.exists()
        assert not Organisation.objects.exists()
        assert Entry.objects.count() == before

    def test_again_changes_nothing(self, log: Path) -> None:
        run("servicenow", str(log))
        tables = (Ticket, Person, Team, Brought)
        before = [model._default_manager.count() for model in tables]
        entries = Entry.objects.filter(object_type="desk.ticket").count()
        document = run("servicenow", str(log), "--detail")
        assert document["counts"]["unchanged"] == 500
        assert [model._default_manager.count() for model in tables] == before
        assert Entry.objects.filter(object_type="desk.ticket").count() == entries
        assert agree(document, log) == 500

    def test_a_longer_log_adds_what_is_new(self, log: Path, tmp_path: Path) -> None:
        with log.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        half = tmp_path / "half.csv"
        column = rows[0].index("sys_mod_count")
        with half.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                row for row in rows if not row[column].isdecimal() or int(row[column]) < 3
            )
        run("servicenow", str(half))
        document = run_refused("servicenow", str(log))
        assert document["counts"]["extended"] > 400
        # Where the log's own counter is wrong, the half was another story: told, and left.
        refused = [item for item in document["items"] if item["outcome"] == "refused"]
        assert {item["reference"] for item in refused} == {"INC0000135", "INC0000164"}
        assert {item["why"] for item in refused} == {"history_differs"}
        ticket = Ticket.objects.get(external_reference="INC0000102")
        assert (ticket.state, ticket.reopen_count) == ("closed", 1)
        entries = Entry.objects.filter(object_type="desk.ticket", object_id=ticket.pk)
        verbs = list(entries.values_list("verb", flat=True))
        assert (verbs.count("ticket.open"), verbs.count("ticket.solve")) == (1, 2)
        assert set(ticket.solutions.values_list("state", flat=True)) == {"refused", "elapsed"}

    def test_a_zone_counts_the_hours_that_passed(self, log: Path) -> None:
        document = run("servicenow", str(log), "--dry-run", "--detail", "--zone", "Europe/Paris")
        assert agree(document, log, ZoneInfo("Europe/Paris")) == 500
        assert document["durations"] == "elapsed"
        # Many were open in a night when the clocks changed.
        on_the_wall = computed(log)
        changed = [
            item["reference"]
            for item in document["items"]
            if sum(item["seconds_in_state"].values())
            != sum(on_the_wall[item["reference"]]["seconds"].values())
        ]
        assert len(changed) > 50


class TestAnInventedLog:
    def test_rows_in_any_order(self, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"
        event_logs.write(path, events=400, seed=7, shuffled=True)
        assert agree(run("servicenow", str(path), "--detail"), path) > 40

    def test_people_find_them(self, tmp_path: Path, signed_in: Callable[..., Any]) -> None:
        path = tmp_path / "log.csv"
        event_logs.write(path, events=40, seed=3)
        document = run("servicenow", str(path), "--organisation", "Ancien centre")
        organisation = Organisation.objects.get(name="Ancien centre")
        assert document["organisation"]["id"] == organisation.pk
        client = signed_in(organisation, "ticket.view")
        ticket = Ticket.objects.get(external_reference="INC0000001")
        page = client.get(f"/desk/tickets/{ticket.pk}/")
        assert page.status_code == 200
        assert "INC0000001" in page.content.decode()
        found = search.matching(Actor.system("t"), Ticket.objects.all(), "INC0000001")
        assert list(found) == [ticket]

    def test_an_open_ticket_is_worked_on_as_ours(self, tmp_path: Path, people: Any) -> None:
        from compagnon.desk import services
        from compagnon.people.tests.factories import actor

        path = tmp_path / "log.csv"
        rows = [row for row in _rows(seed=5) if row[1] not in {"Resolved", "Closed"}]
        _write(path, rows)
        run("servicenow", str(path), "--organisation", people.client_a.name)
        ticket = Ticket.objects.filter(state__in=["new", "open"]).first()
        assert ticket is not None
        taken = services.take(actor=actor(people.technician), ticket_id=ticket.pk)
        assert taken.assignee_id == people.technician.pk
        # And from then on the export no longer decides.
        _write(path, _rows(seed=5))
        document = run_refused("servicenow", str(path), "--organisation", people.client_a.name)
        (item,) = [i for i in document["items"] if i["reference"] == ticket.external_reference]
        assert (item["outcome"], item["why"]) == ("refused", "worked_on_here")


def run_refused(*arguments: str) -> Document:
    """Run the command, which tells at its end that something was refused."""
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import", *arguments, "--json", "--detail", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def _rows(seed: int) -> list[list[str]]:
    from random import Random

    rng = Random(seed)  # noqa: S311
    return [row for number in range(1, 6) for row in event_logs.incident(rng, number)]


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(event_logs.HEADER), *rows])


def small(log: Path, lines: int = 40) -> list[bytes]:
    return log.read_bytes().splitlines()[:lines]


def told(path: Path, *lines: bytes, raw: bytes | None = None) -> Document:
    path.write_bytes(b"\n".join(lines) if raw is None else raw)
    return run("servicenow", str(path), "--dry-run", "--detail")


def counted(document: Document) -> list[Document]:
    keys = ("reference", "reassignments", "reopenings", "seconds_in_state", "state")
    return [{key: item[key] for key in keys} for item in document["items"]]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made.csv"
    event_logs.write(path, events=60)
    return path


def test_two_encodings_in_one_file_are_both_read(made: Path, tmp_path: Path) -> None:
    header, *rows = small(made)
    for at, row in enumerate(rows):
        rows[at] = row.replace(b"Location", "Réseau".encode("cp1252" if at % 2 else "utf-8"))
    document = told(tmp_path / "t.csv", header, *rows)
    assert "not_utf8" in {one["problem"] for one in document["problems"]}
    text = json.dumps(document, ensure_ascii=False)
    assert "Réseau" in text
    assert "Ã" not in text
    assert "\ufffd" not in text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(made: Path, tmp_path: Path, encoding: str) -> None:
    whole = made.read_text("utf-8").replace("Category", "Réseau")
    document = told(tmp_path / "t.csv", raw=whole.encode(encoding))
    assert counted(document) == counted(run("servicenow", str(made), "--dry-run", "--detail"))
    assert "null_characters" not in {one["problem"] for one in document["problems"]}


def test_a_header_written_otherwise_or_again(made: Path, tmp_path: Path) -> None:
    plain = run("servicenow", str(made), "--dry-run", "--detail")
    header, *rows = made.read_bytes().splitlines()
    for other in (header.upper(), header.replace(b"_", b" ").title()):
        assert counted(told(tmp_path / "t.csv", other, *rows)) == counted(plain)
    # Two exports put one behind the other.
    twice = told(tmp_path / "t.csv", header, *rows, header, *rows)
    assert counted(twice) == counted(plain)
    assert twice["counts"]["refused"] == 0


def test_what_is_compressed_is_told(made: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(made.read_bytes()))
    with pytest.raises(CommandError, match="archive"):
        run("servicenow", str(tmp_path / "t.csv.gz"), "--dry-run")


def test_a_dry_run_says_all_that_the_import_says(made: Path, tmp_path: Path) -> None:
    header, *rows = made.read_bytes().splitlines()
    reference = rows[0].split(b",")[0]
    mine = [row for row in rows if row.startswith(reference)]
    # Closed, then new: no state of ours goes back to new.
    path = tmp_path / "t.csv"
    path.write_bytes(b"\n".join([header, *mine, mine[-1].replace(b",Closed,", b",New,")]))
    tried = run("servicenow", str(path), "--dry-run")
    assert "back_to_new" in {one["problem"] for one in tried["problems"]}
    assert run("servicenow", str(path))["problems"] == tried["problems"]


def test_a_dry_run_counts_what_the_import_makes(made: Path) -> None:
    def counts(*arguments: str) -> Document:
        return run("servicenow", *arguments)["counts"]  # type: ignore[no-any-return]

    tables = (Person, Team, Category, Entry)
    before = [model._default_manager.count() for model in tables]
    tried = counts(str(made), "--dry-run")
    assert [model._default_manager.count() for model in tables] == before
    assert tried == counts(str(made))
    assert tried["persons_made"] > 10
    assert tried["teams_made"] > 5
    assert tried["categories_made"] > 5
    # Into an organisation that knows some of them.
    assert not {"persons_made", "teams_made"} & counts(str(made), "--dry-run").keys()
    # Into one that is named and not there yet: not the one that an import without a name fills.
    elsewhere = [str(made), "--organisation", "Zinguerie", "--prefix", "Z-"]
    dry = run("servicenow", *elsewhere, "--dry-run")
    assert dry["organisation"] == {"id": None, "name": "Zinguerie"}
    assert not Organisation.objects.filter(name="Zinguerie").exists()
    assert dry["counts"] == counts(*elsewhere)
