"""Opening a ticket."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.desk import rules
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import Telling, does
from compagnon.desk.models import Attachment, Ticket

TOLD = (
    "kind", "channel", "requester_id", "beneficiary_id", "priority", "impact", "urgency",
    "category_id", "service_id", "team_id", "state",
)  # fmt: skip


@does(acts.Opened)
def open_ticket(telling: Telling, act: acts.Opened, actor: Actor) -> None:
    """Do as ``services.open_ticket``."""
    setting, bulk = telling.setting, telling.bulk
    beneficiary_id = act.beneficiary or act.requester
    beneficiary = setting.people[beneficiary_id]
    kind, service_id = act.kind, act.service
    if act.request_type is not None:
        of_type, kind = setting.request_types[act.request_type]
        service_id = service_id or of_type
    key = bulk.add(
        Ticket,
        kind=kind,
        title=" ".join(act.title.split())[:200],
        organisation_id=beneficiary.organisation_id,
        requester_id=act.requester,
        beneficiary_id=beneficiary_id,
        site_id=beneficiary.site_id,
        channel=act.channel,
        service_id=service_id,
        request_type_id=act.request_type,
        category_id=act.category,
        impact=act.impact,
        urgency=act.urgency,
        priority=rules.priority(
            act.impact, act.urgency, setting.rules(beneficiary.organisation_id).matrix
        ),
        affected_item=act.affected_item.strip()[:120],
        team_id=first_team(telling, act),
        mailbox_id=act.mailbox,
        opened_at=act.at,
        activity_at=act.at,
        external_reference=act.external_reference or None,
    )
    # It is written last, once its story has changed it.
    telling.row = bulk.rows(Ticket).pop()
    message_id = telling.write(
        act.at, "description", act.text, author=act.requester, from_support=False,
        channel=act.channel, public=True, html=act.html, quoted=act.quoted,
        internet_id=act.internet_id,
    )  # fmt: skip
    for given in act.files:
        bulk.add(
            Attachment,
            ticket_id=key,
            message_id=message_id,
            file_id=given.file_id,
            name=given.name,
        )
    telling.count_time()
    telling.clocks.start(facts=telling.facts(), at=act.at)
    after = {name: telling.row[name] for name in TOLD} | {"message_id": message_id}
    telling.enter(actor, "ticket.open", act.at, {}, after)
    if act.acknowledge:
        telling.mail("acknowledgement", act.at, actor)


def first_team(telling: Telling, act: acts.Opened) -> int | None:
    """Give the team to which a new ticket goes: the one named, the category's, the mailbox's."""
    setting = telling.setting
    found = act.team
    if found is None and act.category is not None:
        found = setting.categories[act.category][1]
    if found is None and act.mailbox is not None:
        found = setting.mailboxes[act.mailbox]
    return found
