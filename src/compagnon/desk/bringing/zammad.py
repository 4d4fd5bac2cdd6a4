"""Zammad's REST export: tickets, articles, users, groups, states, priorities, histories.

As ``/api/v1/tickets``, ``ticket_articles``, ``users``, ``groups``, ``ticket_states``,
``ticket_priorities`` and ``ticket_history/ID`` answer (``{"history": […], "assets": {…}}``), with
or without ``expand=true`` (names beside keys). Dates are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compagnon.desk.bringing.api_export import ExportReader, Record, somebody
from compagnon.desk.bringing.history import History, Somebody, Step, Words, labels
from compagnon.desk.bringing.spool import Spool

STATES = {
    "new": "new",
    "open": "open",
    "pending reminder": "pending:other",
    "pending close": "pending:other",
    "pending action": "pending:other",
    "closed": "closed",
    "merged": "cancelled",
    "removed": "cancelled",
}
PRIORITIES = {"1 low": 4, "2 normal": 3, "3 high": 2, "4 very high": 1}
CHANNELS = {
    "email": "mail", "phone": "phone", "web": "portal", "note": "desk", "chat": "portal",
    "sms": "phone", "api": "api",
}  # fmt: skip
# What a state is, whatever it is called: by the key of its type in every installation.
TYPES_OF_STATE = {
    "1": "new", "2": "open", "3": "pending reminder", "4": "pending action", "5": "closed",
    "6": "merged", "7": "removed",
}  # fmt: skip
# Those of a fresh installation, where the export does not list them.
FRESH: Mapping[str, Mapping[str, str]] = {
    "state": {
        "1": "new", "2": "open", "3": "pending reminder", "4": "closed", "5": "merged",
        "6": "removed", "7": "pending close",
    },
    "priority": {"1": "1 low", "2": "2 normal", "3": "3 high"},
}  # fmt: skip


class ZammadReader(ExportReader):
    """Tells Zammad's tickets."""

    kinds: Mapping[str, str] = {
        "tickets": "ticket", "ticket": "ticket",
        "articles": "article", "ticket_articles": "article", "ticket_article": "article",
        "article": "article",
        "users": "user", "user": "user",
        "groups": "group", "group": "group",
        "organizations": "organization", "organization": "organization",
        "ticket_states": "state", "states": "state", "state": "state",
        "ticket_priorities": "priority", "priorities": "priority", "priority": "priority",
        "ticket_history": "history", "history": "history", "ticket_histories": "history",
        "histories": "history",
    }  # fmt: skip

    told: frozenset[str] = frozenset(
        {
            "id", "number", "title", "state", "state_id", "group", "group_id", "owner", "owner_id",
            "customer", "customer_id", "priority", "priority_id", "created_at", "updated_at",
            "created_by", "created_by_id", "updated_by", "updated_by_id", "close_at", "tags",
            "organization_id", "create_article_type", "create_article_type_id",
            "create_article_sender", "create_article_sender_id", "article_count", "article_ids",
            "ticket_time_accounting_ids", "preferences", "last_contact_at",
            "last_contact_agent_at", "last_contact_customer_at", "last_owner_update_at",
            "first_response_at", "first_response_in_min", "first_response_diff_in_min",
            "close_in_min", "close_diff_in_min", "update_in_min", "update_diff_in_min",
            "escalation_at", "first_response_escalation_at", "update_escalation_at",
            "close_escalation_at", "last_close_at",
        }
    )  # fmt: skip

    def file(self, kind: str, record: Any) -> None:
        """Set a record aside; the answers that carry ``assets`` are unfolded."""
        if isinstance(record, dict) and isinstance(record.get("assets"), dict):
            about, tags = str(record.get("ticket_id") or ""), record.get("tags")
            for name, rows in record["assets"].items():
                if isinstance(rows, dict):
                    for key, row in rows.items():
                        tagged = name == "Ticket" and key == about and isinstance(row, dict)
                        super().file(_snake(name), row | {"tags": tags} if tagged else row)
            # Answers put into one array keep their own records beside: the lines of a history.
            for name, rows in record.items():
                if isinstance(rows, list) and self.kind_of(name):
                    for row in rows:
                        if isinstance(row, dict):
                            super().file(name, row)
            return
        super().file(kind, record)

    def kind_by_shape(self, record: Any) -> str | None:
        """Know a ticket, an article and a line of a history by their fields."""
        if not isinstance(record, dict):
            return None
        shapes = {
            "ticket": {"number", "title", "created_at"}, "article": {"ticket_id", "body"},
            "history": {"o_id", "object", "type"},
        }  # fmt: skip
        return next((kind for kind, has in shapes.items() if has <= record.keys()), None)

    def keep(self, kind: str, record: Record) -> None:
        """Set a known record aside, by its ticket where it has one."""
        if kind == "article":
            group = str(record.get("ticket_id", ""))
        elif kind == "history":
            group = str(record.get("ticket_id") or _subject(record))
        else:
            group = str(record.get("id", ""))
        self.store.add(kind, group, record)

    def histories(self, spool: Spool) -> Iterator[History]:
        """Give the tickets; states of their own are known by their type."""
        self._states = dict(STATES)
        for _key, rows in spool.groups("state"):
            for row in rows:
                type_of = str(row.get("state_type") or "").strip().lower()
                type_of = type_of or TYPES_OF_STATE.get(str(row.get("state_type_id")), "")
                if type_of in STATES:
                    self._states[str(row.get("name") or "").strip().lower()] = STATES[type_of]
        yield from super().histories(spool)

    def strays(self) -> None:
        """Name what belongs to no ticket of the export."""
        self.stray("article", "history")

    # --- one ticket ------------------------------------------------------------------------------

    def history(self, key: str, record: Record) -> History | None:
        """Tell one ticket."""
        reference = str(record.get("number") or key)[:60]
        created = self.moment("created_at", record.get("created_at"), reference)
        if created is None:
            self.report.leave(reference, "no_events")
            return None
        people: dict[str, Somebody] = {}
        self._addresses = dict(self._told_addresses(record, self.store.of("article", key)))
        requester = self._person(record.get("customer_id"), people)
        articles = self._articles(key, reference, people)
        changes = self._changes(key, reference, people)
        first = self._first(record, changes, reference, people)
        description = self._description(articles, record, reference)
        opening = Step(
            at=created.at, clock=created.clock, values=first,
            by=self._person(record.get("created_by_id"), people),
            source_state=self._first_state(record, changes),
        )  # fmt: skip
        steps = self.in_order([opening, *(one for _, one in changes), *articles[1:]], reference)
        if steps is None:
            return None
        steps += self._unseen(record, steps, reference)
        channel = self.mapped(
            "create_article_type",
            record.get("create_article_type") or self._type_of_first(key),
            CHANNELS, reference,
        )  # fmt: skip
        return History(
            reference=reference,
            title=self.title(record.get("title"), reference),
            description=description,
            opened_at=created.at,
            opened_clock=created.clock,
            requester=requester,
            opened_by=opening.by,
            steps=steps,
            people=people,
            channel=channel or "desk",
            first={"team": first.get("team")},
            kept=self._fields(record),
            tags=labels(record.get("tags")),
        )

    def _fields(self, record: Record) -> dict[str, str]:
        """Give what has no place of ours: the client's organisation, fields of their own."""
        organization = self._name("organization", record.get("organization_id"))
        named = {} if "organization" in record else {"organization": organization}
        into = [
            str(self.one(self.ticket_kind, key).get("number") or key)
            for entry in self.store.of("history", str(record.get("id") or ""))
            if entry.get("type") == "merged_into" and (key := str(entry.get("id_to") or ""))
        ]
        return self.kept(record | named | {"merged_into": ", ".join(into)})

    def _told_addresses(self, record: Record, articles: list[Record]) -> Iterator[tuple[str, str]]:
        """Give the addresses that expanded records name beside the keys of persons."""
        for one in (record, *articles):
            for name in ("customer", "owner", "created_by", "updated_by", "origin_by"):
                address = one.get(name)
                if isinstance(address, str) and "@" in address:
                    yield str(one.get(f"{name}_id") or ""), address

    def _person(self, value: Any, people: dict[str, Somebody]) -> str | None:
        key = str(value or "")
        # 1 is Zammad itself.
        if key in {"", "-", "1"}:
            return None
        if key not in people:
            row = self.one("user", key)
            address = "" if row else self._addresses.get(key, "")
            if not row and not address:
                self.report.problem("missing_person", reference=key)
            name = f"{row.get('firstname') or ''} {row.get('lastname') or ''}"
            people[key] = somebody(
                row, key, name=name, email=address or str(row.get("email") or ""),
                phone=str(row.get("phone") or ""),
            )  # fmt: skip
        return key

    def _name(self, kind: str, key: Any) -> str | None:
        if key in {None, ""}:
            return None
        found = self.one(kind, str(key)).get("name")
        return str(found) if found else FRESH.get(kind, {}).get(str(key), str(key))

    def _state(self, record: Record) -> str | None:
        named = record.get("state")
        return named if isinstance(named, str) else self._name("state", record.get("state_id"))

    def _values_of_state(self, name: str | None, reference: str) -> dict[str, Any]:
        found = self.mapped("state", name, self._states, reference)
        if found is None:
            return {}
        state, _, reason = found.partition(":")
        return {"state": state, "pending_reason": reason}

    def _group(self, record: Record) -> str | None:
        named = record.get("group")
        return named if isinstance(named, str) else self._name("group", record.get("group_id"))

    def _first(
        self, record: Record, changes: list[tuple[Record, Step]], reference: str,
        people: dict[str, Somebody],
    ) -> dict[str, Any]:  # fmt: skip
        """Give what the ticket was at first: as it is now, less what changed since."""
        priority = record.get("priority")
        if not isinstance(priority, str):
            priority = self._name("priority", record.get("priority_id"))
        now: dict[str, Any] = {
            "team": self._group(record),
            "assignee": self._person(record.get("owner_id"), people),
            "priority": priority,
        }
        for entry, _ in reversed(changes):
            name = {"group": "team", "owner": "assignee", "priority": "priority"}.get(
                str(entry.get("attribute") or entry.get("history_attribute") or "")
            )
            if name == "assignee":
                now[name] = self._person(entry.get("id_from"), people)
            elif name:
                now[name] = entry.get("value_from") or None
        found = {name: now[name] for name in ("team", "assignee")}
        level = self.mapped("priority", now["priority"], PRIORITIES, reference)
        state = self._values_of_state(self._first_state(record, changes), reference)
        return found | state | ({"priority": level} if level else {})

    def _first_state(self, record: Record, changes: list[tuple[Record, Step]]) -> str | None:
        for entry, _ in changes:
            if str(entry.get("attribute") or entry.get("history_attribute") or "") == "state":
                return str(entry.get("value_from") or "") or None
        now = self._state(record)
        # Without its history the dates tell: it was new, and ended when it was closed.
        ended = self._states.get(str(now).strip().lower()) in {"closed", "cancelled"}
        return "new" if ended and record.get("close_at") else now

    def _changes(
        self, key: str, reference: str, people: dict[str, Somebody]
    ) -> list[tuple[Record, Step]]:
        found = []
        for entry in self.store.of("history", key):
            attribute = str(entry.get("attribute") or entry.get("history_attribute") or "")
            kind = str(entry.get("type") or entry.get("history_type") or "")
            subject = str(entry.get("object") or entry.get("history_object") or "Ticket")
            if kind != "updated" or subject != "Ticket":
                continue
            at = self.moment("history.created_at", entry.get("created_at"), reference)
            if at is None:
                continue
            state: str | None = None
            values: dict[str, Any] = {}
            if attribute == "state":
                state = str(entry.get("value_to") or "") or None
                values = self._values_of_state(state, reference)
            elif attribute == "group":
                values = {"team": str(entry.get("value_to") or "") or None}
            elif attribute == "owner":
                values = {"assignee": self._person(entry.get("id_to"), people)}
            elif attribute == "priority":
                level = self.mapped("priority", entry.get("value_to"), PRIORITIES, reference)
                values = {"priority": level} if level else {}
            elif attribute == "title":
                values = {"title": self.title(entry.get("value_to"), reference)}
            else:
                self.report.unmapped("history.attribute", attribute, reference=reference)
                continue
            by = self._person(entry.get("created_by_id"), people)
            step = Step(at=at.at, clock=at.clock, by=by, values=values, source_state=state)
            found.append((entry, step))
        return sorted(found, key=lambda each: each[1].clock)

    def _articles(self, key: str, reference: str, people: dict[str, Somebody]) -> list[Step]:
        found = []
        for row in self.store.of("article", key):
            at = self.moment("article.created_at", row.get("created_at"), reference)
            html = str(row.get("content_type") or "").lower().startswith("text/html")
            words = self.words(
                row.get("body"), reference, html=html,
                public=row.get("internal") is not True,
                by_support=str(row.get("sender") or _sender(row)) != "Customer",
            )  # fmt: skip
            for attached in row.get("attachments") or ():
                name = attached.get("filename") if isinstance(attached, dict) else attached
                self.report.problem("attachment_left", reference=reference, detail=str(name))
            if at is None or words is None:
                continue
            by = self._person(row.get("origin_by_id") or row.get("created_by_id"), people)
            found.append(Step(at=at.at, clock=at.clock, by=by, words=words))
        return sorted(found, key=lambda step: step.clock)

    def _type_of_first(self, key: str) -> str:
        rows = sorted(
            self.store.of("article", key), key=lambda row: str(row.get("created_at") or "")
        )
        return str(rows[0].get("type") or "") if rows else ""

    def _description(self, articles: list[Step], record: Record, reference: str) -> Words:
        first = articles[0].words if articles else None
        return first or Words(self.title(record.get("title"), reference), by_support=False)

    def _unseen(self, record: Record, steps: list[Step], reference: str) -> list[Step]:
        """Give the last change of state when the export holds no history that tells it."""
        now = self._state(record)
        told = next((s.source_state for s in reversed(steps) if s.source_state is not None), None)
        name = (
            "close_at" if self._states.get(str(now).strip().lower()) == "closed" else "updated_at"
        )
        at = self.moment(name, record.get(name) or record.get("updated_at"), reference)
        if now is None or now == told or at is None:
            return []
        last = steps[-1]
        if at.clock < last.clock:
            at = type(at)(last.at, last.clock)
        values = self._values_of_state(now, reference)
        return [Step(at=at.at, clock=at.clock, values=values, source_state=now)]


def _subject(record: Record) -> str:
    kind = str(record.get("object") or record.get("history_object") or "Ticket")
    return str(record.get("o_id") or "") if kind == "Ticket" else str(record.get("related_o_id"))


def _sender(row: Record) -> str:
    return {"1": "Agent", "2": "Customer", "3": "System"}.get(str(row.get("sender_id")), "Agent")


def _snake(name: str) -> str:
    return {
        "Ticket": "tickets", "TicketArticle": "ticket_articles", "User": "users",
        "Group": "groups", "Organization": "organizations", "TicketState": "ticket_states",
        "TicketPriority": "ticket_priorities",
    }.get(name, name.lower())  # fmt: skip
