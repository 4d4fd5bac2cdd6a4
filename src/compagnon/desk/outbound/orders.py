"""The order that a mail to a supplier carries."""

from __future__ import annotations

from compagnon.core import files
from compagnon.desk.models import MailEvent, OutgoingMail, PurchaseOrder
from compagnon.desk.outbound.compose import Enclosure


def order_of(mail: OutgoingMail) -> PurchaseOrder:
    """Give the order of a mail: its key says which, and how often it was sent."""
    rows = PurchaseOrder.objects.select_related("organisation", "document", "supply")
    return rows.get(pk=int(mail.event_key.split(":")[1]))


def enclosed(mail: OutgoingMail) -> list[Enclosure]:
    """Give what is enclosed: the document, as it was made when it was ordered."""
    if mail.event != MailEvent.ORDER:
        return []
    order = order_of(mail)
    if order.document is None:
        return []
    content = files.read(order.document)
    return [Enclosure(f"{order.reference}.pdf", "application/pdf", content)]
