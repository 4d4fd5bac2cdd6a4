"""Exports of other desks, of our own invention, in the shapes of their documented APIs."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

Export = dict[str, list[dict[str, Any]]]


def zammad() -> Export:
    """Give two tickets of Zammad: one closed, reopened and closed; one open."""
    users = [
        {"id": 1, "login": "-", "firstname": "-", "lastname": ""},
        {"id": 3, "firstname": "Léa", "lastname": "Petit", "email": "lea@support.example"},
        {"id": 6, "firstname": "Ugo", "lastname": "Blanc", "email": "ugo@client.example"},
    ]

    def changed(at: str, attribute: str, old: str, new: str, **more: Any) -> dict[str, Any]:
        return {
            "object": "Ticket", "o_id": 12, "type": "updated", "attribute": attribute,
            "value_from": old, "value_to": new, "created_by_id": 3,
            "created_at": f"2024-03-{at}:00.000Z", **more,
        }  # fmt: skip

    return {
        "tickets": [
            {
                "id": 12, "number": "67012", "title": "Scanner du 2e", "group_id": 2,
                "state_id": 4, "priority_id": 3, "owner_id": 3, "customer_id": 6,
                "created_by_id": 6, "created_at": "2024-03-04T08:00:00.000Z",
                "updated_at": "2024-03-08T10:00:00.000Z", "close_at": "2024-03-08T10:00:00.000Z",
            },
            {
                "id": 13, "number": "67013", "title": "Écran noir", "group": "Poste",
                "state": "attente interne", "priority": "2 normal", "owner_id": 1,
                "customer_id": 6, "created_by_id": 6, "created_at": "2024-03-05T08:00:00Z",
                "updated_at": "2024-03-05T09:00:00Z",
            },
        ],
        "ticket_articles": [
            {
                "id": 50, "ticket_id": 12, "type": "email", "sender": "Customer",
                "content_type": "text/html", "internal": False, "created_by_id": 6,
                "body": "<p>Il ne <b>scanne</b> plus.</p><script>alert(1)</script>",
                "created_at": "2024-03-04T08:00:00.000Z",
                "attachments": [{"id": 9, "filename": "photo.jpg", "size": "120"}],
            },
            {
                "id": 51, "ticket_id": 12, "type": "note", "sender": "Agent", "internal": True,
                "content_type": "text/plain", "body": "Câble changé.", "created_by_id": 3,
                "created_at": "2024-03-04T09:30:00.000Z",
            },
            {"id": 52, "ticket_id": 999, "body": "Égaré", "created_at": "2024-03-04T09:30:00Z"},
        ],
        "users": users,
        "groups": [{"id": 1, "name": "Poste"}, {"id": 2, "name": "Réseau"}],
        "ticket_states": [
            {"id": 1, "name": "new"}, {"id": 2, "name": "open"}, {"id": 4, "name": "closed"},
        ],
        "ticket_priorities": [{"id": 2, "name": "2 normal"}, {"id": 3, "name": "3 high"}],
        "history": [
            changed("04T08:30", "state", "new", "open"),
            changed("04T08:30", "group", "Poste", "Réseau", id_from=1, id_to=2),
            changed("04T08:30", "owner", "-", "Léa Petit", id_from=1, id_to=3),
            changed("04T10:00", "state", "open", "closed"),
            changed("06T10:00", "state", "closed", "open"),
            changed("08T10:00", "state", "open", "closed"),
            changed("08T10:00", "article_count", "1", "2"),
        ],
    }  # fmt: skip


def glpi() -> Export:
    """Give a ticket of GLPI, solved and closed, with its log."""

    def log(at: str, option: int, old: str, new: str, **more: Any) -> dict[str, Any]:
        return {
            "itemtype": "Ticket", "items_id": 7, "id_search_option": option, "linked_action": 0,
            "itemtype_link": "", "user_name": "tech (4)", "old_value": old, "new_value": new,
            "date_mod": f"2024-07-{at}", **more,
        }  # fmt: skip

    return {
        "Ticket": [
            {
                "id": 7, "name": "Imprimante &amp; bac", "date": "2024-07-01 09:00:00",
                "solvedate": "2024-07-02 15:00:00", "closedate": "2024-07-05 00:00:00",
                "date_mod": "2024-07-05 00:00:00", "status": 6, "type": 1, "urgency": 4,
                "impact": 3, "priority": 4, "itilcategories_id": 21, "requesttypes_id": 3,
                "users_id_recipient": 4, "content": "&lt;p&gt;Bac 2 bloqué&lt;/p&gt;",
            }
        ],
        "Ticket_User": [
            {"tickets_id": 7, "users_id": 9, "type": 1},
            {"tickets_id": 7, "users_id": 4, "type": 2},
            {"tickets_id": 7, "users_id": 9, "type": 3},
        ],
        "Group_Ticket": [{"tickets_id": 7, "groups_id": 2, "type": 2}],
        "ITILFollowup": [
            {
                "itemtype": "Ticket", "items_id": 7, "date": "2024-07-01 10:00:00", "users_id": 4,
                "content": "<p>Je passe.</p>", "is_private": 0,
            },
            {
                "itemtype": "Problem", "items_id": 7, "date": "2024-07-01 10:00:00",
                "users_id": 4, "content": "Autre",
            },
        ],
        "ITILSolution": [
            {
                "itemtype": "Ticket", "items_id": 7, "date_creation": "2024-07-02 15:00:00",
                "users_id": 4, "content": "<p>Galet changé.</p>", "status": 3,
            }
        ],
        "Log": [
            log("01 09:30:00", 12, "1", "2"),
            log("01 09:30:00", 5, "", "tech (4)", itemtype_link="User", linked_action=15),
            log("01 09:40:00", 8, "", "N1 (1)", itemtype_link="Group", linked_action=15),
            log("01 11:00:00", 8, "N1 (1)", "", itemtype_link="Group", linked_action=16),
            log("01 11:00:00", 8, "", "Impression (2)", itemtype_link="Group", linked_action=15),
            log("02 08:00:00", 12, "2", "4"),
            log("02 15:00:00", 12, "4", "5"),
            log("05 00:00:00", 12, "5", "6", user_name=""),
            log("01 09:31:00", 83, "", "Paris"),
        ],
        "User": [
            {"id": 4, "name": "tech", "realname": "Marin", "firstname": "Éva"},
            {"id": 9, "name": "u9", "realname": "Roux", "firstname": "Paul", "phone": "0145000000"},
        ],
        "UserEmail": [{"id": 1, "users_id": 9, "email": "paul@client.example", "is_default": 1}],
        "Group": [{"id": 1, "name": "N1"}, {"id": 2, "name": "Impression"}],
        "ITILCategory": [{"id": 21, "name": "Bac", "completename": "Impression > Bac"}],
    }  # fmt: skip


def request_tracker() -> Export:
    """Give a ticket of Request Tracker, stalled, moved to another queue, resolved."""

    def done(key: int, at: str, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "id": str(key), "Type": kind, "Creator": {"id": "anna", "type": "user"},
            "Object": {"id": "31", "type": "ticket"}, "Created": f"2023-05-{at}:00Z", **more,
        }  # fmt: skip

    return {
        "tickets": [
            {
                "id": 31, "Subject": "Accès VPN", "Status": "resolved",
                "Queue": {"id": "4", "type": "queue", "Name": "Réseau"},
                "Owner": {"id": "anna", "type": "user"},
                "Creator": {"id": "jo@client.example", "type": "user"},
                "Requestor": [{"id": "jo@client.example", "type": "user"}],
                "Created": "2023-05-02T06:00:00Z", "Resolved": "2023-05-04T06:00:00Z",
                "LastUpdated": "2023-05-04T06:00:00Z", "Priority": 42,
                "CustomFields": [{"id": "1", "name": "Site", "values": ["Lyon"]}],
            }
        ],
        "transactions": [
            done(100, "02T06:00", "Create", Creator={"id": "jo@client.example", "type": "user"}),
            done(101, "02T07:00", "Take", Field="Owner", OldValue="6", NewValue="12"),
            done(102, "02T07:00", "Status", Field="Status", OldValue="new", NewValue="open"),
            done(103, "02T08:00", "Set", Field="Queue", OldValue="1", NewValue="4"),
            done(104, "02T08:10", "Correspond", Content="Quel poste ?", ContentType="text/plain"),
            done(105, "02T08:10", "Status", Field="Status", OldValue="open", NewValue="stalled"),
            done(106, "04T06:00", "Status", Field="Status", OldValue="stalled",
                 NewValue="resolved"),
            done(107, "04T06:00", "AddLink", Field="MemberOf"),
            done(108, "04T06:00", "EmailRecord"),
        ],
        "attachments": [
            {
                "id": "900", "TransactionId": {"id": "100", "type": "transaction"},
                "ContentType": "text/plain",
                "Content": b64encode(b"Le VPN refuse mon mot de passe.").decode(),
            },
            {
                "id": "901", "TransactionId": {"id": "100", "type": "transaction"},
                "ContentType": "image/png", "Filename": "erreur.png", "Content": "aGVsbG8=",
            },
        ],
        "users": [
            {"id": "12", "Name": "anna", "RealName": "Anna Colin",
             "EmailAddress": "anna@support.example"},
        ],
        "queues": [{"id": "1", "Name": "Accueil"}, {"id": "4", "Name": "Réseau"}],
    }  # fmt: skip
