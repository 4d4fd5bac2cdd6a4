"""How the journal tells what happens in the park."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Change, Subject
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.park.models import Asset
from compagnon.park.telling import FIELDS, lines_of

journal_words.words(
    {
        "asset.discover": (gettext_lazy("discovered a machine"), "device-desktop"),
        "asset.inventory": (gettext_lazy("brought an inventory"), "refresh"),
        "asset.merge": (gettext_lazy("made two assets one"), "git-merge"),
        "asset.move": (gettext_lazy("moved an asset"), "route"),
        "asset.prepare_sheet": (gettext_lazy("prepared a hand-over or a return"), "clipboard-list"),
        "asset.sign_sheet": (gettext_lazy("signed a hand-over or a return"), "writing-sign"),
        "asset.cancel_sheet": (gettext_lazy("cancelled a hand-over or a return"), "x"),
        "loan.reserve": (gettext_lazy("reserved an asset"), "calendar-event"),
        "loan.hand_out": (gettext_lazy("lent an asset"), "calendar-event"),
        "loan.take_back": (gettext_lazy("took a lent asset back"), "calendar-event"),
        "loan.extend": (gettext_lazy("made a loan end on another day"), "calendar-event"),
        "loan.cancel": (gettext_lazy("cancelled a reservation"), "calendar-off"),
        "stock_taking.open": (gettext_lazy("opened a count"), "clipboard-check"),
        "stock_taking.read": (gettext_lazy("read a label in a count"), "qrcode"),
        "stock_taking.close": (gettext_lazy("closed a count"), "clipboard-check"),
        "stock_taking.settle": (gettext_lazy("settled a difference"), "clipboard-check"),
        "consumable.move": (gettext_lazy("moved consumables"), "package"),
        "disposal.open": (gettext_lazy("opened a lot of waste"), "truck"),
        "disposal.add": (gettext_lazy("put an asset in a lot of waste"), "truck"),
        "disposal.remove": (gettext_lazy("took an asset out of a lot of waste"), "truck"),
        "disposal.close": (gettext_lazy("closed a lot of waste"), "truck"),
        "asset.unmerge": (gettext_lazy("made one asset two again"), "arrow-back-up"),
        "doubt.merge": (gettext_lazy("said that it is the same machine"), "git-merge"),
        "doubt.separate": (gettext_lazy("said that it is another machine"), "arrows-exchange"),
        "inventory.replay": (gettext_lazy("had a report processed again"), "refresh"),
        "inventory.forget": (gettext_lazy("let old reports go"), "trash"),
        "relation.tie": (gettext_lazy("related it to another asset"), "link"),
        "relation.untie": (gettext_lazy("took a relation away"), "x"),
        "redundancy.create": (gettext_lazy("said what is redundant"), "stack-2"),
        "redundancy.remove": (gettext_lazy("ended a redundancy"), "x"),
        "asset.place_in_tier": (gettext_lazy("placed it in a tier"), "hierarchy-2"),
        "baseline.take": (gettext_lazy("took a baseline"), "scale"),
        "baseline.accept": (gettext_lazy("accepted what drifted"), "check"),
        "baseline.remove": (gettext_lazy("removed a baseline"), "trash"),
        "licence.receive": (gettext_lazy("added units that were delivered"), "license"),
        "licence.allocate": (gettext_lazy("gave a licence"), "license"),
        "licence.release": (gettext_lazy("took a licence back"), "license"),
        "licence.expiring": (gettext_lazy("warned that a licence ends"), "bell"),
        "supplier.notice": (gettext_lazy("warned that notice must be given"), "bell"),
        "supplier.ending": (gettext_lazy("warned that a contract ends"), "bell"),
        "consumable.low": (gettext_lazy("warned that a stock runs low"), "bell"),
        "asset.warranty_ending": (gettext_lazy("warned that a warranty ends"), "bell"),
        "alert.end": (gettext_lazy("saw to an alert"), "check"),
        "alert.tell": (gettext_lazy("wrote about alerts"), "mail"),
        "supplier.cover": (gettext_lazy("covered an asset"), "plus"),
        "supplier.uncover": (gettext_lazy("covers an asset no more"), "minus"),
        "paper.add": (gettext_lazy("kept a paper"), "paperclip"),
        "list.look_at": (gettext_lazy("brought a list"), "file-spreadsheet"),
        "list.map": (gettext_lazy("changed the mapping of a list"), "columns-3"),
        "list.write": (gettext_lazy("wrote a list"), "check"),
        "list.leave": (gettext_lazy("left a list aside"), "x"),
        "needs.criterion": (gettext_lazy("set a criterion"), "scale"),
        "needs.candidate": (gettext_lazy("named a product to compare"), "package"),
        "needs.score": (gettext_lazy("scored a product"), "star"),
        "needs.remove": (gettext_lazy("took something out of the comparison"), "trash"),
        "snmp_credential.add": (gettext_lazy("kept an SNMP credential"), "key"),
        "snmp_credential.remove": (gettext_lazy("forgot an SNMP credential"), "key"),
        "network_job.order": (gettext_lazy("asked an agent to look at the network"), "network"),
        "network_job.give": (gettext_lazy("gave an agent its job"), "network"),
        "network_job.end": (gettext_lazy("ended a job over the network"), "network"),
        "network_job.cancel": (gettext_lazy("cancelled a job over the network"), "x"),
        "enrolment.create": (gettext_lazy("made an enrolment token"), "key"),
        "enrolment.revoke": (gettext_lazy("revoked an enrolment token"), "key"),
    }
)
TOLD = 12


@journal_words.subjects(Asset)
def assets(actor: Actor, keys: set[int]) -> Mapping[int, Subject]:
    """Name assets."""
    rows = visible(Asset, actor).filter(pk__in=keys)
    return {row.pk: Subject(str(row), reverse("park:asset_detail", args=[row.pk])) for row in rows}


@journal_words.changes(Asset)
def changes(entries: Sequence[Entry]) -> Mapping[int, list[Change]]:
    """Tell an inventory's differences line by line, and fields before and after."""
    return {entry.pk: changes_of(entry) for entry in entries}


def changes_of(entry: Entry) -> list[Change]:
    """Give one entry's changes."""
    found = [
        Change(
            FIELDS.get(name, name.replace("_", " ")), _said(entry.before.get(name)), _said(value)
        )
        for name, value in entry.after.items()
        if name not in {"changes", "more_changes", "first_inventory"}
    ]
    lines = lines_of(entry.after)
    for line in lines[:TOLD]:
        what = " ".join(filter(None, (line.subject, str(line.field))))
        label = f"{line.section} · {what}" if what else line.section
        after = line.after or (str(line.action_words) if line.action != "changed" else "")
        found.append(Change(label, line.before, after))
    if len(lines) > TOLD:
        more = len(lines) - TOLD + int(entry.after.get("more_changes") or 0)
        found.append(Change(_("and others"), "", str(more)))
    return found


def _said(value: object) -> str:
    return "" if value in (None, "", [], {}) else str(value)
