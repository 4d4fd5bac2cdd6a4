"""Any table by a mapping, odd rows, and hostile files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from compagnon.desk.bringing import mapping as mappings
from compagnon.desk.bringing.errors import UnreadableSource
from compagnon.desk.bringing.history import History
from compagnon.desk.bringing.measure import measure
from compagnon.desk.bringing.sources import Reading
from compagnon.desk.models import Ticket
from compagnon.desk.tests.test_import_servicenow import run, run_refused

TICKETS = {
    "layout": "tickets",
    "columns": {
        "reference": "N°", "opened_at": "Ouvert le", "solved_at": "Résolu le",
        "closed_at": "Fermé le", "state": "Statut", "requester": "Demandeur",
        "requester_email": "Courriel", "team": "Groupe", "title": "Objet",
        "priority": "Priorité", "solution": "Réponse",
    },
    "values": {
        "state": {"Clos": "closed", "En cours": "open", "Attente": "pending:waiting_user"},
        "priority": {"Haute": 2, "Normale": 3},
    },
    "unknown": ["n/c"],
    "date_formats": ["%d/%m/%Y %H:%M"],
    "zone": "Europe/Paris",
    "ignore": ["Rien"],
}  # fmt: skip
ROWS = (
    "N°;Ouvert le;Résolu le;Fermé le;Statut;Demandeur;Courriel;Groupe;Objet;Priorité;Réponse;"
    "Salle;Rien\n"
    "D1;04/03/2024 08:00;04/03/2024 10:00;05/03/2024 10:00;Clos;Léa Roux;lea@x.example;N1;Écran;"
    "Haute;Câble;B12;x\n"
    "D2;05/03/2024 08:00;;;Attente;n/c;;;Souris;Urgente;;;y\n"
    "D3;31/02/2024 08:00;;;Clos;Léa Roux;;;Clavier;Haute;;;z\n"
)  # fmt: skip
LOG = ("number", "incident_state", "sys_updated_at", "sys_mod_count", "opened_at",
       "assignment_group", "reassignment_count", "reopen_count", "closed_at")  # fmt: skip


def read(
    path: Path, source: str = "csv", mapping: Any = None, zone: str = ""
) -> tuple[dict[str, History], dict[str, Any]]:
    parsed = mappings.parse(mapping) if mapping else None
    with Reading(source, [path], mapping=parsed, zone=zone) as reading:
        return {one.reference: one for one in reading}, reading.report.document()


def log_of(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([",".join(LOG), *rows]), encoding="utf-8")
    return path


def kinds(document: dict[str, Any]) -> set[str]:
    return {one["problem"] for one in document["problems"]}


class TestMapping:
    def test_a_row_a_ticket(self, tmp_path: Path) -> None:
        path = tmp_path / "demandes.csv"
        path.write_text(ROWS, encoding="utf-8")
        histories, document = read(path, mapping=TICKETS)
        assert histories.keys() == {"D1", "D2"}
        counted = measure(histories["D1"])
        assert counted.seconds_in_state == {"new": 7200, "solved": 86400, "closed": 0}
        assert histories["D1"].kept == {"Salle": "B12"}
        assert measure(histories["D2"]).state == "Attente"
        named = {(one["field"], one["value"], one["why"]) for one in document["unmapped"]}
        assert named == {
            ("Priorité", "Urgente", "no_equivalent"), ("Demandeur", "n/c", "unknown_value"),
            ("Ouvert le", "31/02/2024 08:00", "bad_date"),
        }  # fmt: skip
        assert {"no_events", "missing_time", "not_read"} <= kinds(document)

    @pytest.mark.django_db
    def test_by_the_command(self, tmp_path: Path) -> None:
        (tmp_path / "m.json").write_text(json.dumps(TICKETS), encoding="utf-8")
        (tmp_path / "t.csv").write_bytes(ROWS.encode("cp1252"))
        asked = (str(tmp_path / "t.csv"), "--mapping", str(tmp_path / "m.json"))
        document = run_refused("csv", *asked)
        # The thirty-first of February is no day: that ticket is left out.
        assert (document["counts"]["created"], document["counts"]["refused"]) == (2, 1)
        assert "not_utf8" in kinds(document)
        ticket = Ticket.objects.get(external_reference="D1")
        assert (ticket.title, ticket.state, ticket.priority) == ("Écran", "closed", 2)
        assert ticket.solutions.get().message.text == "Câble"
        assert str(Ticket.objects.get(external_reference="D2").requester) == "Demandeur inconnu"

    @pytest.mark.parametrize(
        "change",
        [
            {"columns": {}},
            {"columns": {"reference": "a", "opened_at": "b", "color": "c"}},
            {"columns": {"reference": 3, "opened_at": "b"}},
            {"columns": {"reference": "a"}},
            {"values": {"state": {"x": "asleep"}}},
            {"values": {"title": {"x": "y"}}},
            {"values": []},
            {"layout": "pivot"},
            {"zone": "Mars/Olympus"},
            {"delimiter": ";;"},
            {"colour": "red"},
            {"unknown": 3},
        ],
    )
    def test_a_wrong_mapping_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(UnreadableSource):
            mappings.parse({**TICKETS, **change})

    def test_the_schema_names_the_same_fields(self) -> None:
        schema_file = Path(__file__).parents[4] / "docs/reference/import-mapping.schema.json"
        schema = json.loads(schema_file.read_text(encoding="utf-8"))
        assert schema["properties"].keys() - {"$schema"} == mappings.KEYS
        assert schema["properties"]["columns"]["properties"].keys() == mappings.COLUMNS
        assert schema["properties"]["values"]["properties"].keys() == set(mappings.VALUES)


class TestOddRows:
    def test_events_are_put_in_order(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,Closed,02-01-2020 10:00,3,01-01-2020 09:00,A,0,0,02-01-2020 10:00",
            "I1,Active,01-01-2020 11:00,2,01-01-2020 09:00,A,0,0,02-01-2020 10:00",
            "I1,New,01-01-2020 11:00,1,01-01-2020 09:00,A,0,0,02-01-2020 10:00",
            "I1,New,01-01-2020 10:00,0,01-01-2020 09:00,A,0,0,02-01-2020 10:00",
        )
        histories, document = read(path, "servicenow")
        counted = measure(histories["I1"])
        assert counted.seconds_in_state == {"New": 3600, "Active": 23 * 3600, "Closed": 0}
        assert counted.seconds_before_first_event == 3600
        assert kinds(document) >= {"out_of_order"}

    def test_a_ticket_on_several_rows_of_a_list_is_read_once(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        head, first, *_others = ROWS.splitlines()
        path.write_text(f"{head}\n{first}\n{first.replace(';B12;', ';C3;')}\n", encoding="utf-8")
        found, report = read(path, mapping=TICKETS)
        assert [step.values["state"] for step in found["D1"].steps] == ["new", "solved", "closed"]
        assert found["D1"].kept == {"Salle": "C3"}
        assert [(one["problem"], one["count"]) for one in report["problems"]][-1] == (
            "several_rows",
            1,
        )

    def test_a_number_that_is_none_puts_nothing_out_of_order(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            *(
                f"A1,{state},04/03/2024 08:00,{order},04/03/2024 08:00,N1,0,0,?"
                for state, order in (("New", "0"), ("Active", "nan"), ("Resolved", "2"))
            ),
            *(
                f"A2,{state},04/03/2024 08:00,{order},04/03/2024 08:00,N1,0,0,?"
                for state, order in (("Resolved", "2"), ("New", "nan"), ("Active", "1"))
            ),
        )
        found, _report = read(path, "servicenow")
        for one in found.values():
            assert [step.values["state"] for step in one.steps if "state" in step.values] == [
                "new",
                "open",
                "solved",
            ]

    def test_duplicates_are_read_once(self, tmp_path: Path) -> None:
        row = "I1,New,01-01-2020 10:00,0,?,A,0,0,?"
        histories, document = read(log_of(tmp_path / "log.csv", row, row), "servicenow")
        assert measure(histories["I1"]).events == 1
        assert kinds(document) >= {"duplicate", "missing_opening"}

    def test_an_unknown_state_is_named_and_timed(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,New,01-01-2020 10:00,0,01-01-2020 10:00,A,0,0,?",
            "I1,-100,01-01-2020 11:00,1,01-01-2020 10:00,?,1,0,?",
            "I1,Active,01-01-2020 13:00,2,01-01-2020 10:00,A,2,0,?",
        )
        histories, document = read(path, "servicenow")
        counted = measure(histories["I1"])
        assert counted.seconds_in_state == {"New": 3600, "-100": 7200, "Active": 0}
        # A group that the log hides is a group: its own count says so.
        assert (counted.reassignments, counted.observed_reassignments) == (2, 2)
        assert ("incident_state", "-100") in {
            (one["field"], one["value"]) for one in document["unmapped"]
        }

    def test_the_last_state_lasts_until_it_was_closed(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,Resolved,01-01-2020 10:00,0,01-01-2020 10:00,A,0,0,01-01-2020 12:00",
        )
        histories, _document = read(path, "servicenow")
        assert measure(histories["I1"]).seconds_in_state == {"Resolved": 7200}

    def test_the_hour_that_is_not_and_the_hour_that_is_twice(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,New,29-03-2020 02:30,0,29-03-2020 01:30,A,0,0,?",
            "I1,Active,25-10-2020 02:30,1,29-03-2020 01:30,A,0,0,?",
            "I1,Resolved,25-10-2020 04:30,2,29-03-2020 01:30,A,0,0,?",
        )
        histories, document = read(path, "servicenow", zone="Europe/Paris")
        assert kinds(document) >= {"no_such_time", "two_such_times"}
        assert measure(histories["I1"]).seconds_in_state["Active"] == 3 * 3600
        histories, _document = read(path, "servicenow")
        assert measure(histories["I1"]).seconds_in_state["Active"] == 2 * 3600

    def test_what_the_source_miscounts_is_told(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,New,01-01-2020 10:00,0,01-01-2020 10:00,A,3,0,?",
            "I1,Resolved,01-01-2020 11:00,1,01-01-2020 10:00,B,1,0,?",
            "I1,Active,01-01-2020 12:00,2,01-01-2020 10:00,B,1,0,?",
        )
        histories, document = read(path, "servicenow")
        counted = measure(histories["I1"])
        assert (counted.reassignments, counted.observed_reassignments) == (3, 1)
        assert (counted.reopenings, counted.observed_reopenings) == (0, 1)
        assert "counter_goes_back" in kinds(document)

    def test_ragged_rows_and_rows_of_no_ticket(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,New,01-01-2020 10:00,0,?,A,0,0,?",
            "I2,New,01-01-2020",
            "?,New,01-01-2020 10:00,0,?,A,0,0,?",
            "I3,New,hier,0,?,A,0,0,?",
        )
        histories, document = read(path, "servicenow")
        assert histories.keys() == {"I1"}
        assert kinds(document) >= {"ragged_row", "missing_reference", "missing_time", "no_events"}

    @pytest.mark.parametrize(
        ("first", "second", "third"),
        [
            ("1/3/2020 9:00", "1/3/2020 10:00", "14/3/2020 10:00"),
            ("01.03.2020 09:00", "01.03.2020 10:00", "14.03.2020 10:00:00"),
            ("03/01/2020 09:00:00 AM", "03/01/2020 10:00:00 AM", "03/14/2020 10:00 AM"),
            ("03-01-2020 09:00", "03-01-2020 10:00", "03-14-2020 10:00"),
            ("1/3/20 9:00", "01/03/20 10:00:00", "14/03/20 10:00"),
            ("3/1/20 9:00", "3/1/20 10:00", "3/14/20 10:00"),
            ("2020/03/01 09:00", "2020/03/01 10:00:00", "2020-03-14 10:00:00.000"),
            ("01-03-2020 09:00:00.000", "01-03-2020 10:00:00.000", "14-03-2020 10:00:00.000"),
        ],
    )
    def test_dates_as_the_source_shows_them(
        self, first: str, second: str, third: str, tmp_path: Path
    ) -> None:
        path = log_of(
            tmp_path / "log.csv",
            f"I1,New,{first},0,{first},A,0,0,?",
            f"I1,Active,{second},1,{first},A,0,0,?",
            f"I1,Closed,{third},2,{first},A,0,0,?",
        )
        histories, document = read(path, "servicenow")
        counted = measure(histories["I1"]).seconds_in_state
        assert counted == {"New": 3600, "Active": 13 * 86_400, "Closed": 0}
        # A whole file is read in one way, and another than usual is told.
        assert ("month_first" in kinds(document)) is third.startswith(("03", "3"))

    @pytest.mark.django_db
    def test_a_ticket_that_cannot_be_dated_is_left_out_and_told(self, tmp_path: Path) -> None:
        path = log_of(
            tmp_path / "log.csv",
            "I1,New,01-01-2020 10:00,0,?,A,0,0,?",
            "I3,New,hier,0,?,A,0,0,?",
        )
        for more in (["--dry-run"], []):
            document = run_refused("servicenow", str(path), *more)
            counts = document["counts"]
            assert (counts["created"], counts["refused"], counts["tickets"]) == (1, 1, 2)
            told = {one["reference"]: (one["outcome"], one["why"]) for one in document["items"]}
            assert told == {"I1": ("created", ""), "I3": ("refused", "no_events")}


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty"),
            (b"\n\n\n", "no_header"),
            (b"a,b\n1,2\n", "missing_columns"),
            (b"number,number\n1,2\n", "column_twice"),
            (b"PK\x03\x04zip", "archive"),
            (b"number,x\n", "empty"),
            (b",".join(b"c%d" % each for each in range(600)) + b"\n", "too_many_columns"),
            (b'number,x\n1,"' + b"a" * 3_000_000, "not_a_table"),
        ],
    )
    def test_no_table(self, content: bytes, code: str, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"
        path.write_bytes(content)
        with pytest.raises(UnreadableSource) as refused:
            read(path, "servicenow")
        assert refused.value.code == code

    @pytest.mark.parametrize(
        ("place", "quote"), [("A,0", '"A,0'), ("A,0,0,?", 'A,0,0,"?'), ("New,", '"New"",')]
    )
    @pytest.mark.parametrize("broken", [{3}, {3, 8}, {3, 4}, {19}])
    def test_an_open_quote_takes_no_other_row(
        self, place: str, quote: str, broken: set[int], tmp_path: Path
    ) -> None:
        rows = [f"I{at},New,01-01-2020 10:00,0,?,A,0,0,?" for at in range(20)]
        for at in broken:
            rows[at] = rows[at].replace(place, quote)
        histories, document = read(log_of(tmp_path / "log.csv", *rows), "servicenow")
        whole = {f"I{at}" for at in range(20)} - {f"I{at}" for at in broken}
        assert whole <= histories.keys()
        # What was broken is read to the end of its line, or named as ragged.
        named = {one["reference"] for p in document["problems"] for one in p["examples"]}
        assert {f"I{at}" for at in range(20)} == histories.keys() | named
        assert all(one.steps[0].values["team"] == "A" for one in histories.values())
        # Nothing comes after the last value of the last line: nothing was taken.
        assert kinds(document) & {"open_quote", "ragged_row"} or broken == {19}

    def test_texts_of_several_lines_are_one_row(self, tmp_path: Path) -> None:
        text = '"un, ""deux""\nI9,New,01-01-2020 10:00,0,?,B,0,0,?\ntrois"'
        row = f"I1,New,01-01-2020 10:00,0,?,{text},0,0,?"
        histories, document = read(log_of(tmp_path / "log.csv", row), "servicenow")
        assert histories.keys() == {"I1"}
        assert not kinds(document) & {"open_quote", "ragged_row"}

    def test_a_row_too_long_leaves_the_others(self, tmp_path: Path) -> None:
        row = "I1,New,01-01-2020 10:00,0,?,A,0,0,?"
        long = row.replace("A,", "A" * 1_500_000 + ",")
        histories, document = read(log_of(tmp_path / "log.csv", row, long, row[:1] + "2" + row[2:]),
                                   "servicenow")  # fmt: skip
        assert histories.keys() == {"I1", "I2"}
        assert "row_too_long" in kinds(document)

    def test_quotes_everywhere_are_refused_in_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compagnon.desk.bringing.quotes.MAX_AGAIN", 100_000)
        rows = ['I1,a"b,"c,0,?,A,0,0,?'] * 300
        with pytest.raises(UnreadableSource) as refused:
            read(log_of(tmp_path / "log.csv", *rows), "servicenow")
        assert refused.value.code == "not_a_table"

    def test_blank_rows_before_and_blank_columns_after(self, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"
        header, row = ",".join(LOG), "I1,New,01-01-2020 10:00,0,?,A,0,0,?"
        for text in (f"\n ,,\n{header}\n{row}", f"{header},,\n{row},,", f"{header}\n{row}, ,"):
            path.write_text(text, encoding="utf-8")
            histories, document = read(path, "servicenow")
            assert histories.keys() == {"I1"}
            assert not kinds(document) & {"ragged_row"}

    @pytest.mark.parametrize("said", ["sep=;\r\n", '"sep=;"\n', "\ufeffSEP=;\n"])
    def test_a_separator_that_spreadsheets_are_told(self, said: str, tmp_path: Path) -> None:
        row = "I1,New,01-01-2020 10:00,0,?,A,0,0,?"
        path = tmp_path / "log.csv"
        text = "\n".join([",".join(LOG), row, row, ""]).replace(",", ";")
        path.write_text(said + text, encoding="utf-8")
        histories, document = read(path, "servicenow")
        assert histories["I1"].steps[0].source_state == "New"
        twice = next(one for one in document["problems"] if one["problem"] == "duplicate")
        assert twice["examples"][0]["row"] == 4

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
    def test_encodings(self, encoding: str, tmp_path: Path) -> None:
        text = ",".join(LOG) + "\nI1,Résolue,01-01-2020 10:00,0,?,Équipe,0,0,?\n"
        path = tmp_path / "log.csv"
        path.write_bytes(text.encode(encoding))
        histories, _document = read(path, "servicenow")
        assert histories["I1"].steps[0].values["team"] == "Équipe"

    @pytest.mark.django_db
    def test_nulls_formulas_and_markup_are_text(self, tmp_path: Path) -> None:
        group = '=cmd|"/c calc"!A1\x00<img src=x onerror=alert(1)>'.replace('"', '""')
        path = log_of(
            tmp_path / "log.csv",
            f'I1,New,01-01-2020 10:00,0,?,"{group}",0,0,?',
        )
        document = run("servicenow", str(path))
        assert "null_characters" in kinds(document)
        team = Ticket.objects.get().team
        assert team is not None
        assert team.name == '=cmd|"/c calc"!A1<img src=x onerror=alert(1)>'

    def test_very_many_values_are_counted_beyond_those_named(self, tmp_path: Path) -> None:
        rows = [f"I{n},S{n},01-01-2020 10:00,0,?,A,0,0,?" for n in range(1_500)]
        _histories, document = read(log_of(tmp_path / "log.csv", *rows), "servicenow")
        named = [one for one in document["unmapped"] if one["field"] == "incident_state"]
        assert len(named) == 1_000
        assert document["unmapped_beyond"]["incident_state"] == 500


@pytest.mark.django_db
class TestMisuse:
    @pytest.mark.parametrize(
        ("arguments", "status"),
        [
            (["csv", "{file}"], 2),
            (["servicenow", "/nowhere.csv"], 2),
            (["servicenow", "{file}", "--zone", "Mars/Olympus"], 2),
            (["servicenow", "{file}", "--organisation", "999999"], 2),
            (["servicenow", "{file}", "--prefix", "a b"], 1),
            (["csv", "{file}", "--mapping", "{file}"], 2),
            (["servicenow", "{file}"], 1),
        ],
    )
    def test_misused_or_refused(self, arguments: list[str], status: int, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text("a,b\n1,2\n")
        filled = [one.format(file=path) for one in arguments]
        with pytest.raises(CommandError) as refused:
            call_command("import", *filled)
        assert refused.value.returncode == status
