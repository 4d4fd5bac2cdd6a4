"""REST exports of Zammad, GLPI and Request Tracker: what they tell is what comes out."""

from __future__ import annotations

import json
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.history import History
from compagnon.desk.bringing.measure import measure
from compagnon.desk.bringing.sources import Reading
from compagnon.desk.models import Message, Solution, Ticket
from compagnon.desk.tests import exports
from compagnon.desk.tests.test_import_servicenow import run
from compagnon.people.models import Person, Team

HOUR = 3600
DAY = 24 * HOUR
EXPORTS: dict[str, Callable[[], exports.Export]] = {
    "zammad": exports.zammad,
    "glpi": exports.glpi,
    "request-tracker": exports.request_tracker,
}


def in_one_file(export: exports.Export, folder: Path) -> Path:
    path = folder / "export.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    return path


def in_a_folder(export: exports.Export, folder: Path) -> Path:
    for name, rows in export.items():
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def in_lines(export: exports.Export, folder: Path) -> Path:
    for name, rows in export.items():
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}-1.jsonl").write_text(lines, encoding="utf-8")
    return folder


def read(source: str, path: Path) -> tuple[dict[str, History], dict[str, Any]]:
    with Reading(source, [path]) as reading:
        found = {history.reference: history for history in reading}
        return found, reading.report.document()


def named(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["field"], one["value"]) for one in document["unmapped"]}


def problems(document: dict[str, Any]) -> set[str]:
    return {one["problem"] for one in document["problems"]}


PARTS = {
    "zammad": {"ticket_articles": "ticket_id", "history": "o_id"},
    "glpi": {
        "Ticket_User": "tickets_id", "Group_Ticket": "tickets_id", "ITILFollowup": "items_id",
        "ITILSolution": "items_id", "_logs": "items_id",
    },
    "request-tracker": {"transactions": "Object"},
}  # fmt: skip


@pytest.mark.parametrize("source", EXPORTS)
@pytest.mark.parametrize("names_its_ticket", [True, False])
def test_what_is_put_into_its_ticket_belongs_to_it(
    source: str, names_its_ticket: bool, tmp_path: Path
) -> None:
    """A file of tickets, named anyhow, each with its own records in it (GLPI: ``with_logs``)."""
    plain, _document = read(source, in_one_file(EXPORTS[source](), tmp_path))
    export = EXPORTS[source]()
    export["_logs"] = export.pop("Log", [])
    kind = next(name for name in export if name.lower() in {"ticket", "tickets"})
    first = export[kind][0]
    for part, field in PARTS[source].items():
        own = [one for one in export.pop(part) if str(first["id"]) in str(one.get(field))]
        first[part] = [
            {name: value for name, value in one.items() if names_its_ticket or name != field}
            for one in own
        ]
    (tmp_path / "all").mkdir()
    for name, rows in export.items():
        named = "dump-of-may" if name == kind else name
        (tmp_path / "all" / f"{named}.json").write_text(json.dumps(rows), encoding="utf-8")
    histories, _document = read(source, tmp_path / "all")
    assert histories.keys() == plain.keys()
    for reference, history in histories.items():
        assert measure(history) == measure(plain[reference])
        assert history.kept == plain[reference].kept
        assert [step.words for step in history.steps] == [
            step.words for step in plain[reference].steps
        ]


class TestZammad:
    @pytest.mark.parametrize("written", [in_one_file, in_a_folder, in_lines])
    def test_a_ticket(self, written: Any, tmp_path: Path) -> None:
        histories, document = read("zammad", written(exports.zammad(), tmp_path))
        counted = measure(histories["67012"])
        assert counted.seconds_in_state == {
            "new": HOUR // 2, "open": HOUR * 3 // 2 + 2 * DAY, "closed": 2 * DAY,
        }  # fmt: skip
        assert (counted.reassignments, counted.reopenings, counted.state) == (1, 1, "closed")
        assert histories["67012"].description.text == "Il ne scanne plus."
        assert ("history.attribute", "article_count") in named(document)
        assert ("state", "attente interne") in named(document)
        assert {"missing_ticket", "attachment_left"} <= problems(document)

    def test_histories_with_their_assets(self, tmp_path: Path) -> None:
        export = exports.zammad()
        answer = {
            "history": export["history"],
            "assets": {"User": {str(one["id"]): one for one in export["users"]}},
        }
        (tmp_path / "tickets.json").write_text(json.dumps(export["tickets"]))
        (tmp_path / "ticket_history_12.json").write_text(json.dumps(answer))
        histories, _document = read("zammad", tmp_path)
        assert measure(histories["67012"]).reopenings == 1
        assert histories["67012"].people["3"].name == "Léa Petit"

    def test_answers_put_into_one_array(self, tmp_path: Path) -> None:
        """What a script gathers: each answer whole, with its assets and its tags."""
        export = exports.zammad()
        plain, _document = read("zammad", in_one_file(exports.zammad(), tmp_path))
        first = next(one for one in export["tickets"] if one["number"] == "67012")
        ours = [one for one in export["history"] if one.get("o_id") == first["id"]]
        answers = [
            {"history": ours, "assets": {"Ticket": {str(first["id"]): {"id": first["id"]}}}},
            {"ticket_id": first["id"], "tags": ["vpn"], "ticket_article_ids": [1], "assets": {
                "Ticket": {str(first["id"]): first},
                "TicketArticle": {str(one["id"]): one for one in export["ticket_articles"]},
                "User": {str(one["id"]): one for one in export["users"]}}},
        ]  # fmt: skip
        (tmp_path / "dump").mkdir()
        (tmp_path / "dump" / "answers.json").write_text(json.dumps(answers))
        histories, _document = read("zammad", tmp_path / "dump")
        assert measure(histories["67012"]) == measure(plain["67012"])
        assert histories["67012"].tags == ("vpn",)

    @pytest.mark.parametrize("told", [{"state_type_id": 5}, {"state_type": "closed"}])
    def test_states_of_their_own_are_what_their_type_is(
        self, told: dict[str, Any], tmp_path: Path
    ) -> None:
        ticket = {
            "id": 1, "number": "68001", "title": "Wi-Fi", "state_id": 9, "group_id": 1,
            "customer_id": 3, "priority_id": 2, "created_at": "2023-03-01T08:00:00Z",
            "close_at": "2023-03-01T09:00:00Z", "updated_at": "2023-03-01T09:00:00Z",
        }  # fmt: skip
        merged = {
            "id": 7, "o_id": 1, "type": "merged_into", "object": "Ticket", "id_to": 2,
            "created_at": "2023-03-01T09:00:00Z", "created_by_id": 4,
        }  # fmt: skip
        states = [{"id": 9, "name": "Résolu sans suite", **told}]
        export = {"tickets": [ticket], "ticket_states": states, "history": [merged]}
        histories, document = read("zammad", in_one_file(export, tmp_path))
        assert histories["68001"].steps[-1].values["state"] == "closed"
        assert measure(histories["68001"]).seconds_in_state["new"] == HOUR
        assert measure(histories["68001"]).state == "Résolu sans suite"
        assert not any(field == "state" for field, _value in named(document))
        assert histories["68001"].kept["merged_into"] == "2"

    def test_without_a_history_its_dates_tell(self, tmp_path: Path) -> None:
        ticket = {
            "id": 1, "number": "68001", "title": "Wi-Fi", "state": "closed", "group": "Users",
            "customer_id": 3, "customer": "lea@client.example", "priority_id": 3,
            "created_at": "2023-03-01T08:00:00.000Z", "close_at": "2023-03-02T07:00:00.000Z",
            "updated_at": "2023-04-01T08:00:00.000Z", "organization_id": 4, "room": "B12",
            "time_unit": "15.0", "note": None, "owner_id": 8, "owner": "jo@support.example",
        }  # fmt: skip
        export = {"tickets": [ticket], "organizations": [{"id": 4, "name": "Mairie"}]}
        histories, document = read("zammad", in_one_file(export, tmp_path))
        history = histories["68001"]
        assert measure(history).seconds_in_state == {"new": 23 * HOUR, "closed": 0}
        assert history.people["3"].email == "lea@client.example"
        assert history.people["8"].name == "jo@support.example"
        assert "missing_person" not in problems(document)
        assert history.steps[0].values["priority"] == 2
        # What has no place of ours is kept and told.
        assert history.kept == {"organization": "Mairie", "room": "B12", "time_unit": "15.0"}
        assert {one["column"] for one in document["kept_in_notes"]} == history.kept.keys()
        assert not document["unmapped"]


class TestGlpi:
    def test_logs_under_their_keys(self, tmp_path: Path) -> None:
        """``with_logs`` answers an object: each line of the log under its key."""
        plain, _document = read("glpi", in_one_file(exports.glpi(), tmp_path))
        export = exports.glpi()
        logs = export.pop("Log")
        for ticket in export["Ticket"]:
            own = [one for one in logs if str(one["items_id"]) == str(ticket["id"])]
            ticket["_logs"] = {str(at): one for at, one in enumerate(own, start=31)}
        histories, _document = read("glpi", in_one_file(export, tmp_path))
        assert any(ticket["_logs"] for ticket in export["Ticket"])
        for reference, history in histories.items():
            assert measure(history) == measure(plain[reference])
            assert "_logs" not in history.kept

    @pytest.mark.parametrize("written", [in_one_file, in_a_folder])
    def test_a_ticket(self, written: Any, tmp_path: Path) -> None:
        histories, document = read("glpi", written(exports.glpi(), tmp_path))
        counted = measure(histories["7"])
        assert counted.seconds_in_state == {
            "New": HOUR // 2, "Processing (assigned)": 22 * HOUR + HOUR // 2,
            "Pending": 7 * HOUR, "Solved": 2 * DAY + 9 * HOUR, "Closed": 0,
        }  # fmt: skip
        assert (counted.reassignments, counted.reopenings, counted.state) == (1, 0, "Closed")
        history = histories["7"]
        assert history.title == "Imprimante & bac"
        assert history.description.text == "Bac 2 bloqué"
        assert history.steps[0].values["category"] == ("Impression", "Bac")
        assert history.people["9"].email == "paul@client.example"
        assert ("Log.id_search_option", "83") in named(document)
        assert "not_read" in problems(document)

    def test_without_a_log_its_dates_tell(self, tmp_path: Path) -> None:
        export = exports.glpi()
        del export["Log"]
        histories, _document = read("glpi", in_one_file(export, tmp_path))
        counted = measure(histories["7"])
        assert counted.seconds_in_state["New"] == DAY + 6 * HOUR
        assert counted.state == "Closed"

    def test_what_stands_in_the_dustbin_and_what_has_no_place(self, tmp_path: Path) -> None:
        export = exports.glpi()
        export["Ticket"][0] |= {
            "is_deleted": 1, "status": 2, "locations_id": "Lyon > B12", "actiontime": 1800,
            "entities_id": 0, "date_mod": "2030-01-01 10:00:00",
        }  # fmt: skip
        del export["Log"]
        histories, document = read("glpi", in_one_file(export, tmp_path))
        counted = measure(histories["7"])
        assert counted.state == "Deleted"
        assert histories["7"].steps[-1].values["state"] == "cancelled"
        assert histories["7"].kept == {"locations_id": "Lyon > B12", "actiontime": "1800"}
        assert {one["column"] for one in document["kept_in_notes"]} == histories["7"].kept.keys()

    def test_each_value_is_counted_once(self, tmp_path: Path) -> None:
        export = exports.glpi()
        _histories, document = read("glpi", in_one_file(export, tmp_path))
        observers = [one for one in document["unmapped"] if one["field"] == "Ticket_User.type"]
        assert [(one["value"], one["count"]) for one in observers] == [("3", 1)]

    def test_names_for_keys_keep_the_actors(self, tmp_path: Path) -> None:
        export = exports.glpi()
        for row in export["Ticket_User"]:
            row["tickets_id"] = "Imprimante & bac"
            row["links"] = [{"rel": "Ticket", "href": "https://glpi.example/apirest.php/Ticket/7"}]
        plain, _document = read("glpi", in_one_file(exports.glpi(), tmp_path))
        histories, _document = read("glpi", in_one_file(export, tmp_path))
        assert histories["7"].requester == plain["7"].requester
        for row in export["Ticket_User"]:
            del row["links"]
        _histories, document = read("glpi", in_one_file(export, tmp_path))
        assert "missing_ticket" in problems(document)

    @pytest.mark.parametrize("names", [{9: "u9", 4: "tech"}, {9: "Roux Paul", 4: "Marin Éva"}])
    def test_names_for_keys_are_the_same_persons(
        self, names: dict[int, str], tmp_path: Path
    ) -> None:
        """``expand_dropdowns`` gives the login, or the name; the log goes on giving keys."""
        plain, _document = read("glpi", in_one_file(exports.glpi(), tmp_path))
        export = exports.glpi()
        for rows in export.values():
            for row in rows:
                for field in ("users_id", "users_id_recipient"):
                    row.update({field: names[row[field]]} if field in row else {})
        # A group that the export does not hold is known by the name that the log gives.
        del export["Group"]
        histories, document = read("glpi", in_one_file(export, tmp_path))
        assert histories["7"].people == plain["7"].people
        assert [step.by for step in histories["7"].steps] == [step.by for step in plain["7"].steps]
        teams = [step.values["team"] for step in histories["7"].steps if "team" in step.values]
        assert teams == [None, "N1", None, "Impression"]
        assert "missing_person" not in problems(document)
        export["User"] += [row | {"id": row["id"] + 100} for row in export["User"]]
        histories, _document = read("glpi", in_one_file(export, tmp_path))
        assert histories["7"].requester == names[9]

    @pytest.mark.parametrize(
        ("content", "text", "html"),
        [
            # 9.5 and before; 10; 11; and before texts had a form at all.
            ("&lt;p&gt;Bac &amp;lt;2&amp;gt;&lt;br /&gt;bloqué&lt;/p&gt;",
             "Bac <2>\nbloqué", "<p>Bac &lt;2&gt;<br>bloqué</p>"),
            ("&#60;p&#62;Bac &#38;lt;2&#38;gt;&#60;br /&#62;bloqué&#60;/p&#62;",
             "Bac <2>\nbloqué", "<p>Bac &lt;2&gt;<br>bloqué</p>"),
            ("<p>Bac &lt;2&gt;<br />bloqué</p>",
             "Bac <2>\nbloqué", "<p>Bac &lt;2&gt;<br>bloqué</p>"),
            ("Bac 2\r\nbloqué", "Bac 2\nbloqué", "<p>Bac 2<br>\nbloqué</p>\n"),
            ("Bac &#60; 2 &#38; bloqué", "Bac < 2 & bloqué", "<p>Bac &lt; 2 &amp; bloqué</p>\n"),
        ],
    )  # fmt: skip
    @pytest.mark.django_db
    def test_markup_of_every_version_is_shown_as_such(
        self, content: str, text: str, html: str, tmp_path: Path
    ) -> None:
        export = exports.glpi()
        export["Ticket"][0]["content"] = content
        export["ITILCategory"][0]["completename"] = "Impression &#62; Bac &#38; galet"
        run("glpi", str(in_one_file(export, tmp_path)))
        message = Message.objects.get(ticket__external_reference="7", kind="description")
        assert (message.text, message.html) == (text, html)
        category = message.ticket.category
        assert category is not None
        assert (category.name, category.parent.name) == ("Bac & galet", "Impression")


class TestRequestTracker:
    @pytest.mark.parametrize("written", [in_one_file, in_a_folder])
    def test_a_ticket(self, written: Any, tmp_path: Path) -> None:
        histories, document = read("request-tracker", written(exports.request_tracker(), tmp_path))
        history = histories["31"]
        counted = measure(history)
        assert counted.seconds_in_state == {
            "new": HOUR, "open": HOUR + 600, "stalled": 2 * DAY - 2 * HOUR - 600, "resolved": 0,
        }  # fmt: skip
        assert (counted.reassignments, counted.state) == (1, "resolved")
        assert history.description.text == "Le VPN refuse mon mot de passe."
        assert history.kept == {"Site": "Lyon"}
        assert named(document) == {("Priority", "42"), ("Transaction.Type", "AddLink MemberOf")}
        assert "attachment_left" in problems(document)

    def test_what_has_no_place_is_kept(self, tmp_path: Path) -> None:
        export = exports.request_tracker()
        export["tickets"][0] |= {
            "TimeWorked": "30", "Due": "1970-01-01T00:00:00Z", "Cc": [], "TimeLeft": "0",
            "Told": "2022-01-03T09:30:00Z",
        }  # fmt: skip
        histories, _document = read("request-tracker", in_one_file(export, tmp_path))
        assert histories["31"].kept == {
            "TimeWorked": "30", "Told": "2022-01-03T09:30:00Z", "Site": "Lyon",
        }  # fmt: skip

    @pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
    def test_contents_in_lines_of_base_64(self, charset: str, tmp_path: Path) -> None:
        """As Perl writes it: a line end after each 76 characters, and after the last."""
        export = exports.request_tracker()
        text = "Le VPN refuse mon mot de passe depuis l’été : « accès refusé », à chaque essai."
        part = next(one for one in export["attachments"] if one["ContentType"] == "text/plain")
        part["Content"] = encodebytes(text.encode(charset)).decode()
        assert part["Content"].count("\n") == 2
        histories, _document = read("request-tracker", in_one_file(export, tmp_path))
        assert histories["31"].description.text == text


@pytest.mark.django_db
class TestBringing:
    @pytest.mark.parametrize("source", EXPORTS)
    def test_it_is_brought_once(self, source: str, tmp_path: Path) -> None:
        path = in_one_file(EXPORTS[source](), tmp_path)
        document = run(source, str(path), "--detail", "--prefix", "A-")
        assert document["counts"]["created"] == Ticket.objects.count() > 0
        assert all(item["reference"].startswith("A-") for item in document["items"])
        before = (Person.objects.count(), Team.objects.count(), Message.objects.count())
        again = run(source, str(path), "--prefix", "A-")
        assert again["counts"]["unchanged"] == document["counts"]["created"]
        assert before == (Person.objects.count(), Team.objects.count(), Message.objects.count())

    def test_by_the_name_that_people_write(self, tmp_path: Path) -> None:
        path = in_one_file(exports.request_tracker(), tmp_path)
        assert run("RT", str(path), "--dry-run")["source"] == "request-tracker"

    @pytest.mark.parametrize("source", EXPORTS)
    def test_an_export_without_a_ticket_is_refused(self, source: str, tmp_path: Path) -> None:
        path = tmp_path / "found.json"
        path.write_text('{"totalcount": 1, "data": [{"1": "Titre", "2": 12}]}', encoding="utf-8")
        with pytest.raises(CommandError, match=r"found\.json"):
            run(source, str(path), "--dry-run")

    def test_messages_and_solutions_are_harmless(self, tmp_path: Path) -> None:
        run("zammad", str(in_one_file(exports.zammad(), tmp_path)))
        run("glpi", str(in_one_file(exports.glpi(), tmp_path)))
        scan = Ticket.objects.get(external_reference="67012")
        first = scan.messages.get(kind="description")
        assert "<b>scanne</b>" in first.html
        assert "script" not in first.html
        assert scan.messages.get(kind="note").is_public is False
        solution = Solution.objects.get(ticket__external_reference="7")
        assert solution.message.text == "Galet changé."
        assert solution.state == "elapsed"

    def test_a_known_person_is_the_same(self, tmp_path: Path, cast: Any) -> None:
        from compagnon.people.tests import factories

        ugo = factories.person(cast.client_a, "Ugo", "Blanc", email="ugo@client.example")
        path = str(in_one_file(exports.zammad(), tmp_path))
        run("zammad", path, "--organisation", str(cast.client_a.pk))
        assert Ticket.objects.get(external_reference="67012").requester == ugo

    def test_a_person_of_elsewhere_is_not(self, tmp_path: Path, cast: Any) -> None:
        from compagnon.people.tests import factories

        ugo = factories.person(cast.client_b, "Ugo", "Blanc", email="ugo@client.example")
        path = str(in_one_file(exports.zammad(), tmp_path))
        document = run("zammad", path, "--organisation", str(cast.client_a.pk))
        requester = Ticket.objects.get(external_reference="67012").requester
        assert requester != ugo
        assert requester.organisation == cast.client_a
        assert "address_taken" in problems(document)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "not_json"),
        ('{"tickets": [{"id": 1}', "not_json"),
        ('[{"id": 1}{"id": 2}]', "not_json"),
        ("[" * 100_000, "not_json"),
        ("\x00\x01\x02", "not_json"),
    ],
)
def test_what_is_no_export_is_refused(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text(text)
    with pytest.raises(UnreadableSource) as refused:
        read("zammad", path)
    assert refused.value.code == code


@pytest.mark.parametrize("source", EXPORTS)
@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": None},
        {"id": {"a": 1}, "created_at": [], "date": {}, "Created": 3},
        {"id": 5, "created_at": "2024-13-45", "date": "hier", "Created": "x", "title": None},
        {"id": 5, "created_at": "2024-01-01T00:00:00Z", "date": "2024-01-01 00:00:00",
         "Created": "2024-01-01T00:00:00Z", "Requestor": "x", "state": 3, "owner_id": [1]},
    ],
)  # fmt: skip
def test_records_of_any_shape_are_told_not_fatal(
    source: str, record: dict[str, Any], tmp_path: Path
) -> None:
    name = "Ticket" if source == "glpi" else "tickets"
    path = in_one_file({name: [record, "text", 3]}, tmp_path)  # type: ignore[list-item]
    read(source, path)
