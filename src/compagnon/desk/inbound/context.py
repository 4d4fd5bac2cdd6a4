"""What the filters ask, answered from the database."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from compagnon.desk.inbound.verdict import MailboxRule, Policy, Standing, Treatment
from compagnon.desk.models import (
    InboundMessage,
    Mailbox,
    Message,
    OutgoingMail,
    Ticket,
    Watcher,
)
from compagnon.desk.outbound import identity
from compagnon.people.models import ContactKind, ContactPoint

IDS_MAX = 50


class DatabaseContext:
    """The ``verdict.Context`` of this installation; one for each message."""

    def __init__(self) -> None:
        self._policy = Policy(
            key=identity.key(),
            domains=(settings.MAIL_DOMAIN, *settings.MAIL_FORMER_DOMAINS),
            unknown_sender=Treatment(settings.MAIL_UNKNOWN_SENDER),
            spam=Treatment(settings.MAIL_SPAM),
        )
        self._mailboxes: dict[str, MailboxRule] | None = None

    @property
    def policy(self) -> Policy:
        """What the installation decided."""
        return self._policy

    def mailbox(self, address: str) -> MailboxRule | None:
        """Give our mailbox in use at the address, or None. Mailboxes are few: read once."""
        if self._mailboxes is None:
            self._mailboxes = {
                row.address.lower(): MailboxRule(
                    row.pk, row.address.lower(), Treatment(row.unknown_sender)
                )
                for row in Mailbox.objects.filter(is_active=True)
            }
        return self._mailboxes.get(address)

    def sender(self, address: str) -> Standing:
        """Say what is known of an address: a person's, an inactive person's, nobody's."""
        point = (
            ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=address)
            .values_list("person__is_active", flat=True)
            .first()
        )
        if point is None:
            return Standing.UNKNOWN
        return Standing.KNOWN if point else Standing.BLOCKED

    def known_message(self, ids: tuple[str, ...]) -> int | None:
        """Give the ticket of the first of these messages that we received or sent."""
        bracketed = [form for one in ids[:IDS_MAX] for form in (one, f"<{one}>")]
        found: dict[str, int] = {}
        for model in (OutgoingMail, Message, InboundMessage):
            rows = model.objects.filter(internet_id__in=bracketed, ticket__isnull=False)
            for internet_id, ticket_id in rows.values_list("internet_id", "ticket_id"):
                found.setdefault(internet_id.strip("<>"), ticket_id)
        return next((found[one] for one in ids[:IDS_MAX] if one in found), None)

    def ticket_by_token(self, number: int) -> int | None:
        """Give the key of the ticket of that number."""
        by_key = Q(pk=number) if number < 2**63 else Q(pk=0)
        rows = Ticket.objects.filter(by_key & Q(external_reference=None))
        key = rows.values_list("pk", flat=True).first()
        if key is None:
            key = (
                Ticket.objects.filter(external_reference__in=[str(number), f"{number:06d}"])
                .values_list("pk", flat=True)
                .first()
            )
        return key

    def may_follow_up(self, ticket_id: int, address: str) -> bool:
        """Whether the address takes part: it asked, benefits, wrote, was written to, or works."""
        person = (
            ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=address)
            .values_list("person_id", flat=True)
            .first()
        )
        if person is None:
            return OutgoingMail.objects.filter(ticket_id=ticket_id, recipient=address).exists()
        takes_part = Q(requester_id=person) | Q(beneficiary_id=person) | Q(assignee_id=person)
        return (
            Ticket.objects.filter(takes_part, pk=ticket_id).exists()
            or Message.objects.filter(ticket_id=ticket_id, author_id=person).exists()
            or Watcher.objects.filter(ticket_id=ticket_id, person_id=person).exists()
        )
