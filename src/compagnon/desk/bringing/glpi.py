"""GLPI's REST export: tickets, their actors, followups, tasks, solutions, logs.

As ``apirest.php/Ticket``, ``Ticket_User``, ``Group_Ticket``, ``ITILFollowup``, ``TicketTask``,
``ITILSolution``, ``Log``, ``User``, ``UserEmail``, ``Group``, ``ITILCategory`` answer, with keys or
with names (``expand_dropdowns=true``). Dates are local to the server. The log's «search options»
are those of the item type ``Ticket`` (``listSearchOptions/Ticket``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from compagnon.desk.bringing.api_export import ExportReader, Record, somebody
from compagnon.desk.bringing.dates import Moment
from compagnon.desk.bringing.history import History, Somebody, Step, Words

STATES = {
    "1": "new", "2": "open", "3": "open", "4": "pending:other", "5": "solved", "6": "closed",
}  # fmt: skip
STATE_NAMES = {
    "1": "New", "2": "Processing (assigned)", "3": "Processing (planned)", "4": "Pending",
    "5": "Solved", "6": "Closed",
}  # fmt: skip
LEVELS = {"1": 3, "2": 3, "3": 2, "4": 1, "5": 1}
PRIORITIES = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1, "6": 1}
KINDS = {"1": "incident", "2": "service_request"}
CHANNELS = {
    "1": "portal", "2": "mail", "3": "phone", "4": "desk", "5": "desk", "6": "desk",
    "helpdesk": "portal", "e-mail": "mail", "phone": "phone", "direct": "desk",
    "written": "desk", "other": "desk", "courriel": "mail", "téléphone": "phone", "écrit": "desk",
    "autre": "desk",
}  # fmt: skip
REQUESTER, ASSIGNED = "1", "2"
STATUS, CATEGORY, TITLE = "12", "7", "1"
LEVEL_OPTIONS = {"3": "priority", "10": "urgency", "11": "impact"}
TECHNICIAN_OPTION, GROUP_OPTION = "5", "8"
ADDED, REMOVED, PART_ADDED = "15", "16", "17"
# What such a part says, its own record tells.
PARTS = frozenset({"ITILFollowup", "TicketFollowup", "TicketTask", "ITILSolution"})
# No approval was asked for.
USUAL = (("global_validation", 1), ("global_validation", "1"))
CREATED = "20"
_NAMED = re.compile(r"^(?P<name>.*?)\s*\((?P<key>\d+)\)\s*$", re.DOTALL)
_MARKUP = re.compile(r"</?[a-z][^>]{0,2000}>", re.IGNORECASE)


class GlpiReader(ExportReader):
    """Tells GLPI's tickets."""

    kinds: Mapping[str, str] = {
        "ticket": "ticket", "tickets": "ticket",
        "ticket_user": "actor", "ticket_users": "actor",
        "group_ticket": "team", "group_tickets": "team", "groups_tickets": "team",
        "itilfollowup": "followup", "itilfollowups": "followup", "ticketfollowup": "followup",
        "followups": "followup", "followup": "followup",
        "tickettask": "task", "tickettasks": "task", "tasks": "task",
        "itilsolution": "solution", "itilsolutions": "solution", "solutions": "solution",
        "log": "log", "logs": "log",
        "user": "user", "users": "user", "useremail": "email", "useremails": "email",
        "group": "group", "groups": "group",
        "itilcategory": "category", "itilcategories": "category", "categories": "category",
        "document_item": "document", "document_items": "document",
    }  # fmt: skip
    told: frozenset[str] = frozenset(
        {
            "id", "name", "content", "date", "date_creation", "date_mod", "solvedate", "closedate",
            "status", "type", "urgency", "impact", "priority", "itilcategories_id", "links",
            "requesttypes_id", "users_id_recipient", "users_id_lastupdater", "is_deleted",
            "takeintoaccountdate", "takeintoaccount_delay_stat", "solve_delay_stat",
            "close_delay_stat", "waiting_duration", "begin_waiting_date", "sla_waiting_duration",
            "ola_waiting_duration", "ola_tto_begin_date", "ola_ttr_begin_date", "_keys_names",
        }
    )  # fmt: skip
    ticket_field = "tickets_id"
    _GROUPED: Mapping[str, str] = {"email": "users_id"}

    def kind_by_shape(self, record: Any) -> str | None:
        """Know a ticket by its fields."""
        if not isinstance(record, dict) or not {"id", "name", "status"} <= record.keys():
            return None
        return "ticket" if record.keys() & {"date", "date_creation"} else None

    def keep(self, kind: str, record: Record) -> None:
        """Set a known record aside, by its ticket where it has one."""
        if kind in {"actor", "team", "task", "followup", "solution", "log", "document"}:
            if record.get("itemtype", "Ticket") != "Ticket":
                self.report.problem("not_read", detail=f"{kind} of {record.get('itemtype')}")
                return
            group = _number_of_ticket(record)
        else:
            group = record.get(self._GROUPED.get(kind, "id")) or record.get("id") or ""
        if kind == "user":
            # Named by key or by name, according to whether keys were expanded.
            for name in _names_of(record):
                self.store.add(kind, name, record)
        self.store.add(kind, str(group), record)

    def strays(self) -> None:
        """Name what belongs to no ticket of the export."""
        self.stray("actor", "team", "document", "followup", "task", "solution", "log")

    def words(self, content: Any, reference: str, *, html: bool, **more: Any) -> Words | None:
        """Give a text; GLPI up to 10 keeps its markup escaped, and older ones had none."""
        text = _as_written(str(content or "")).replace("\r\n", "\n")
        return super().words(text, reference, html=html and bool(_MARKUP.search(text)), **more)

    # --- one ticket ------------------------------------------------------------------------------

    def history(self, key: str, record: Record) -> History | None:
        """Tell one ticket."""
        opened = self.moment("date", record.get("date") or record.get("date_creation"), key)
        if opened is None:
            self.report.leave(key, "no_events")
            return None
        people: dict[str, Somebody] = {}
        requester, assignee, team = self._actors(key, people)
        logged = self._logged(key, people)
        first = self._first(key, record, assignee, team)
        state = self._first_state(key, record)
        opening = Step(
            at=opened.at, clock=opened.clock,
            by=self._user(record.get("users_id_recipient"), people),
            values=first | self._state(state, key), source_state=STATE_NAMES.get(state, state),
        )  # fmt: skip
        steps = self.in_order([opening, *logged, *self._said(key, requester, people)], key)
        if steps is None:
            return None
        # What stands on the ticket may be written within the second of its opening, before it.
        steps = [step for step in steps if step is not opening]
        steps = [opening, *(_not_before(step, opened) for step in steps)]
        steps += self._unseen(key, record, steps)
        if str(record.get("is_deleted") or "0") not in {"0", "False"}:
            steps.append(self._deleted(key, record, steps[-1]))
        for row in self.store.of("document", key):
            self.report.problem(
                "attachment_left", reference=key, detail=str(row.get("documents_id"))
            )
        description = self.words(record.get("content"), key, html=True, by_support=False)
        title = self.title(record.get("name"), key)
        return History(
            reference=key[:60],
            title=title,
            description=description or Words(title, by_support=False),
            opened_at=opened.at,
            opened_clock=opened.clock,
            requester=requester or opening.by,
            opened_by=opening.by,
            steps=steps,
            people=people,
            kind=self.mapped("type", record.get("type"), KINDS, key) or "incident",
            channel=self.mapped(
                "requesttypes_id", record.get("requesttypes_id"), CHANNELS, key
            ) or "desk",
            first={"team": first.get("team")},
            kept=self.kept({name: one for name, one in record.items() if (name, one) not in USUAL}),
        )  # fmt: skip

    def _user(self, value: Any, people: dict[str, Somebody], named: str = "") -> str | None:
        if value in {None, "", 0, "0"}:
            return None
        row = self.one("user", str(value))
        key = str(row.get("id") or value)
        if key not in people:
            if not row and not named and key.isdecimal():
                self.report.problem("missing_person", reference=key)
            name = f"{row.get('firstname') or ''} {row.get('realname') or ''}".strip()
            email = self._email(row) if row else ""
            people[key] = somebody(
                row, key, name=unescape(name or str(row.get("name") or named or key)),
                email=email or str(row.get("email") or ""), phone=str(row.get("phone") or ""),
            )  # fmt: skip
        return key

    def _one(self, kind: str, key: str) -> Record:
        found = self.store.of(kind, key)
        # Two users of one name are not told apart by it: they are neither.
        return found[0] if len({str(row.get("id")) for row in found}) == 1 else {}

    def _email(self, user: Record) -> str:
        names = [str(user.get("id") or ""), *_names_of(user)]
        rows = [row for name in names for row in self.store.of("email", name)]
        rows.sort(key=lambda one: not one.get("is_default"))
        return str(rows[0].get("email") or "") if rows else ""

    def _logged_user(self, value: Any, people: dict[str, Somebody]) -> str | None:
        """Give who a line of the log names: «Marin Éva (4)»."""
        found = _NAMED.match(str(value or ""))
        return self._user(found["key"], people, found["name"]) if found else None

    def _group(self, value: Any, named: str = "") -> str | None:
        if value in {None, "", 0, "0"}:
            return None
        return unescape(str(self.one("group", str(value)).get("name") or named or value))[:120]

    def _category(self, value: Any) -> tuple[str, ...]:
        if value in {None, "", 0, "0"}:
            return ()
        row = self.one("category", str(value))
        path = unescape(str(row.get("completename") or row.get("name") or value))
        return tuple(part.strip()[:80] for part in path.split(" > ") if part.strip())

    def _actors(
        self, key: str, people: dict[str, Somebody]
    ) -> tuple[str | None, str | None, str | None]:
        requester = assignee = team = None
        for row in self.store.of("actor", key):
            role = str(row.get("type"))
            user = self._user(row.get("users_id"), people)
            address = str(row.get("alternative_email") or "").strip()
            if user is None and address:
                user = address
                people[user] = Somebody(user, address, address)
            if role == REQUESTER:
                requester = requester or user
            elif role == ASSIGNED:
                assignee = assignee or user
            else:
                self.report.unmapped("Ticket_User.type", role, reference=key)
        for row in self.store.of("team", key):
            if str(row.get("type")) == ASSIGNED:
                team = team or self._group(row.get("groups_id"))
            else:
                self.report.unmapped("Group_Ticket.type", row.get("type"), reference=key)
        return requester, assignee, team

    def _state(self, value: str, reference: str) -> dict[str, Any]:
        found = self.mapped("status", value, STATES, reference)
        if found is None:
            return {}
        state, _, reason = found.partition(":")
        return {"state": state, "pending_reason": reason}

    def _first_state(self, key: str, record: Record) -> str:
        changes = self._log_of(key, STATUS)
        if changes:
            return str(changes[0].get("old_value") or "1")
        # Without a log the dates tell: it was new, and what it is now comes after.
        return "1"

    def _log_of(self, key: str, option: str) -> list[Record]:
        rows = [
            row
            for row in self.store.of("log", key)
            if str(row.get("id_search_option")) == option and not _linked(row)
        ]
        return sorted(rows, key=lambda row: str(row.get("date_mod") or ""))

    def _first(
        self, key: str, record: Record, assignee: str | None, team: str | None
    ) -> dict[str, Any]:
        """Give what the ticket was at first: as it is now, less what the log says came later."""
        found: dict[str, Any] = {"team": team, "assignee": assignee}
        links = {(_kind_of_link(row)) for row in self.store.of("log", key) if _linked(row)}
        for name in ("team", "assignee"):
            if name in links:
                found[name] = None
        category = self._log_of(key, CATEGORY)
        now = category[0].get("old_value") if category else record.get("itilcategories_id")
        named = _NAMED.match(str(now)) if category else None
        found["category"] = self._category(named["key"] if named else now)
        for option, name in LEVEL_OPTIONS.items():
            changes = self._log_of(key, option)
            value = changes[0].get("old_value") if changes else record.get(name)
            level = self.mapped(name, value, PRIORITIES if name == "priority" else LEVELS, key)
            if level:
                found[name] = level
        return found

    def _logged(self, key: str, people: dict[str, Somebody]) -> list[Step]:
        steps = []
        for row in self.store.of("log", key):
            at = self.moment("Log.date_mod", row.get("date_mod"), key)
            if at is None:
                continue
            values, state = self._change(key, row, people)
            if values or state:
                by = self._logged_user(row.get("user_name"), people)
                steps.append(
                    Step(at=at.at, clock=at.clock, by=by, values=values, source_state=state)
                )
        return steps

    def _change(
        self, key: str, row: Record, people: dict[str, Somebody]
    ) -> tuple[dict[str, Any], str | None]:
        option, new = str(row.get("id_search_option")), str(row.get("new_value") or "")
        if _linked(row):
            return self._link(key, row, people), None
        if option == STATUS:
            return self._state(new, key), STATE_NAMES.get(new, new)
        if option == CATEGORY:
            return {"category": self._category(_key_in(new) or new)}, None
        if option == TITLE:
            return {"title": self.title(new, key)}, None
        if name := LEVEL_OPTIONS.get(option):
            level = self.mapped(name, new, PRIORITIES if name == "priority" else LEVELS, key)
            return ({name: level} if level else {}), None
        # That the ticket was made, its own date says.
        if str(row.get("linked_action")) != CREATED:
            self.report.unmapped("Log.id_search_option", option, reference=key)
        return {}, None

    def _link(self, key: str, row: Record, people: dict[str, Somebody]) -> dict[str, Any]:
        name, action = _kind_of_link(row), str(row.get("linked_action"))
        if action == PART_ADDED and row.get("itemtype_link") in PARTS:
            return {}
        if name is None or action not in {ADDED, REMOVED}:
            self.report.unmapped(
                "Log.itemtype_link", f"{row.get('itemtype_link')} {action}", reference=key
            )
            return {}
        if action == REMOVED:
            return {name: None}
        new = str(row.get("new_value") or "")
        if name == "assignee":
            return {name: self._logged_user(new, people) or self._user(new, people)}
        found = _NAMED.match(new)
        return {name: self._group(found["key"], found["name"]) if found else self._group(new)}

    def _said(self, key: str, requester: str | None, people: dict[str, Somebody]) -> list[Step]:
        found = []
        for kind in ("followup", "task", "solution"):
            for row in self.store.of(kind, key):
                at = self.moment(f"{kind}.date", row.get("date") or row.get("date_creation"), key)
                by = self._user(row.get("users_id"), people)
                words = self.words(
                    row.get("content"), key, html=True,
                    public=str(row.get("is_private", 0)) in {"0", "False"} and kind != "task",
                    by_support=by != requester, is_solution=kind == "solution",
                )  # fmt: skip
                if at is not None and words is not None:
                    found.append(Step(at=at.at, clock=at.clock, by=by, words=words))
        return found

    def _unseen(self, key: str, record: Record, steps: list[Step]) -> list[Step]:
        """Give the changes of state that the ticket's dates tell and its log does not."""
        now = str(record.get("status") or "")
        told = {step.source_state for step in steps}
        last = next((s.source_state for s in reversed(steps) if s.source_state), None)
        found: list[Step] = []
        for state, name in (("5", "solvedate"), ("6", "closedate")):
            at = self.moment(name, record.get(name), key)
            if at and STATE_NAMES[state] not in told and now in {"5", "6"} and state <= now:
                found.append(
                    Step(
                        at=at.at, clock=at.clock, values=self._state(state, key),
                        source_state=STATE_NAMES[state],
                    )
                )  # fmt: skip
        if not found and now and STATE_NAMES.get(now, now) != last:
            at = self.moment("date_mod", record.get("date_mod"), key)
            if at is not None:
                found.append(
                    Step(
                        at=at.at, clock=at.clock, values=self._state(now, key),
                        source_state=STATE_NAMES.get(now, now),
                    )
                )  # fmt: skip
        end = steps[-1]
        return [_not_before(step, Moment(end.at, end.clock)) for step in found]

    def _deleted(self, key: str, record: Record, last: Step) -> Step:
        """Give the end of a ticket that stands in the dustbin there: nobody works on it."""
        at = self.moment("date_mod", record.get("date_mod"), key)
        self.report.mapped("is_deleted", str(record.get("is_deleted")), "cancelled")
        step = Step(
            at=at.at if at else last.at, clock=at.clock if at else last.clock,
            values={"state": "cancelled", "pending_reason": ""}, source_state="Deleted",
        )  # fmt: skip
        return _not_before(step, Moment(last.at, last.clock))


def _as_written(content: str) -> str:
    """Give a text as it was written: GLPI's filter of entries escaped it once, before 11.

    Up to 9.5 it wrote «&lt;», 10 writes «&#60;»; 11 keeps what was written.
    """
    return content if "<" in content or ">" in content else unescape(content)


def _names_of(user: Record) -> list[str]:
    """Give the names under which expanded keys tell a user: the login, or the name in full."""
    first, last = str(user.get("firstname") or ""), str(user.get("realname") or "")
    names = (str(user.get("name") or ""), f"{last} {first}", f"{first} {last}")
    plain = (" ".join(name.split()) for name in names)
    return list(dict.fromkeys(name for name in plain if name and not name.isdecimal()))


def _number_of_ticket(record: Record) -> str:
    """Give the ticket of a record: its key, or the link's where names stand for keys."""
    named = str(record.get("tickets_id") or record.get("items_id") or "")
    if named.isdecimal():
        return named
    links = record.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "Ticket":
            tail = str(link.get("href") or "").rstrip("/").rpartition("/")[2]
            if tail.isdecimal():
                return tail
    return named


def _linked(row: Record) -> bool:
    return bool(row.get("itemtype_link")) and str(row.get("linked_action")) not in {"0", ""}


def _kind_of_link(row: Record) -> str | None:
    """Tell whether a relation is the team or the technician; other actors are neither."""
    option, link = str(row.get("id_search_option")), str(row.get("itemtype_link"))
    if link == "Group" and option in {GROUP_OPTION, "0"}:
        return "team"
    return "assignee" if link == "User" and option == TECHNICIAN_OPTION else None


def _key_in(value: Any) -> str | None:
    found = _NAMED.match(str(value or ""))
    return found["key"] if found else None


def _not_before(step: Step, moment: Moment) -> Step:
    if step.clock >= moment.clock:
        return step
    return Step(
        at=moment.at, clock=moment.clock, by=step.by, values=step.values,
        source_state=step.source_state, words=step.words,
    )  # fmt: skip
