"""The board: its columns, and cards moved by the verbs of the ticket's page alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from compagnon.core.errors import Invalid
from compagnon.core.models import Entry
from compagnon.desk import board, services
from compagnon.desk.board import By
from compagnon.desk.errors import IllegalMove
from compagnon.desk.models import PendingReason, State, Ticket
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.queries import Queue
from compagnon.desk.tests import factories
from compagnon.people.tests.factories import Cast, actor, system

pytestmark = pytest.mark.django_db


def drawn(who: Any, by: By = By.STATE, narrowing: Narrowing | None = None, **cursors: str) -> Any:
    found = board.columns(actor(who), narrowing or Narrowing(), by, cursors)
    return {column.key: [card.pk for card in column.cards] for column in found}


def test_columns_by_state_by_priority_by_team(cast: Cast) -> None:
    new = factories.ticket(cast.user)
    taken = factories.ticket(cast.user, team=cast.level_1)
    services.take(actor=actor(cast.technician), ticket_id=taken.pk)
    solved = factories.ticket(cast.user)
    services.propose_solution(actor=system(), ticket_id=solved.pk, text="Fait.")
    assert drawn(cast.technician) == {
        "new": [new.pk], "open": [taken.pk], "pending": [], "solved": [solved.pk],
    }  # fmt: skip
    mine = Narrowing(queue=Queue.MINE)
    assert drawn(cast.technician, narrowing=mine)["open"] == [taken.pk]
    assert drawn(cast.technician, narrowing=mine)["new"] == []
    by_team = drawn(cast.technician, By.TEAM)
    assert by_team[str(cast.level_1.pk)] == [taken.pk]
    assert by_team[board.NOBODY] == [new.pk]
    assert set(drawn(cast.technician, By.PRIORITY)[str(new.priority)]) == {new.pk, taken.pk}
    # Nobody sees on it what they may not see.
    assert drawn(cast.outsider)["new"] == []


def test_a_column_has_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "CARDS", 2)
    tickets = [factories.ticket(cast.user).pk for _number in range(5)]
    seen: list[int] = []
    cursors: dict[str, str] = {}
    for _page in range(3):
        column = board.columns(actor(cast.technician), Narrowing(), By.STATE, cursors)[0]
        seen += [card.pk for card in column.cards]
        cursors = {"new": column.following or ""}
    assert sorted(seen) == tickets
    assert len(drawn(cast.technician, new="forged")["new"]) == 2


def test_which_verb_moves_and_what_is_refused_in_words(cast: Cast) -> None:
    ticket = factories.ticket(cast.user)
    state = By.STATE
    assert board.verb_for(ticket, state, "open")[0] == "take"
    assert board.verb_for(ticket, state, "pending")[0] == "pend"
    assert board.verb_for(ticket, state, "solved")[0] == "solve"
    for refused in ("new", "closed"):
        with pytest.raises(IllegalMove):
            board.verb_for(ticket, state, refused)
    with pytest.raises(Invalid):
        board.verb_for(ticket, state, "elsewhere")
    ticket.state = State.PENDING
    assert board.verb_for(ticket, state, "open")[0] == "resume"
    with pytest.raises(IllegalMove):
        board.verb_for(ticket, state, "new")
    ticket.state = State.SOLVED
    assert board.verb_for(ticket, state, "open")[0] == "refuse"
    with pytest.raises(IllegalMove):
        board.verb_for(ticket, state, "pending")
    # Impact low: urgency 1 to 3 gives 3, 4 and 5.
    assert board.verb_for(ticket, By.PRIORITY, "5") == ("qualify", {"urgency": 3})
    with pytest.raises(IllegalMove), translation.override("en"):
        board.verb_for(ticket, By.PRIORITY, "1")


def test_moved_by_the_page(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user)
    client.force_login(cast.technician.account)

    def move(to: str, by: str = "state", **more: Any) -> Any:
        values = {"ticket": ticket.pk, "to": to, "by": by, "next": "/desk/board/?by=state"} | more
        answer = client.post("/desk/board/move/", values)
        ticket.refresh_from_db()
        return answer

    assert move("open")["Location"] == f"/desk/board/?by=state#card-{ticket.pk}"
    assert (ticket.state, ticket.assignee_id) == ("open", cast.technician.pk)
    assert Entry.objects.filter(verb="ticket.take", object_id=ticket.pk).exists()
    # What needs words is asked for, and done by the verb's own door.
    words = move("pending")["Location"]
    assert words.startswith(f"/desk/board/{ticket.pk}/pend/?next=")
    page = client.get(words).content.decode()
    assert f'action="/desk/tickets/{ticket.pk}/do/pend/"' in page
    assert 'value="/desk/board/?by=state"' in page
    assert "autofocus" in page
    sent = {"reason": PendingReason.USER, "next": "/desk/board/"}
    answer = client.post(f"/desk/tickets/{ticket.pk}/do/pend/", sent)
    assert answer["Location"] == "/desk/board/"
    assert move("open")["Location"].endswith(f"#card-{ticket.pk}")
    assert ticket.state == "open"
    # Refused in words, and nothing has moved.
    refused = client.get(move("new")["Location"]).content.decode()
    assert "nouvelle" in refused
    assert ticket.state == "open"
    # Stale: somebody else was faster.
    move("5", by="priority", version=1)
    assert ticket.priority != 5
    move("5", by="priority", version=ticket.version)
    assert (ticket.priority, ticket.urgency) == (5, 3)
    move(str(cast.level_2.pk), by="team")
    assert ticket.team_id == cast.level_2.pk
    move("9" * 5000, by="team")
    assert ticket.team_id == cast.level_2.pk
    assert move("https://x", next="https://evil.example/")["Location"].startswith("/desk/board/")


def test_nobody_moves_what_they_may_not(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user)
    for person, status in ((cast.outsider, 404), (cast.user, 302)):
        client.force_login(person.account)
        values = {"ticket": ticket.pk, "to": "open", "by": "state"}
        assert client.post("/desk/board/move/", values).status_code == status
        assert Ticket.objects.get(pk=ticket.pk).state == "new"
    assert client.get(f"/desk/board/{ticket.pk}/solve/").status_code == 403
    assert client.get(f"/desk/board/{ticket.pk}/take/").status_code == 404
    assert client.get("/desk/board/").status_code == 403
    for bad in ("", "x", "9" * 30):
        assert client.post("/desk/board/move/", {"ticket": bad}).status_code == 404


def test_live_answers_only_what_changed(cast: Cast, client: Client) -> None:
    ticket = factories.ticket(cast.user)
    client.force_login(cast.technician.account)
    page = client.get("/desk/board/").content.decode()
    version = page.split('id="board"')[1].split('live-version-value="')[1].split('"')[0]
    headers = {"HX-Request": "true", "Live-Version": version}
    assert client.get("/desk/board/", headers=headers).status_code == 204
    services.take(actor=actor(cast.expert), ticket_id=ticket.pk)
    answer = client.get("/desk/board/", headers=headers)
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<div id="board"')
