"""What is said on a ticket."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.desk import rules
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import IllegalStory, Telling, Values, does
from compagnon.desk.models import PendingReason, State


@does(acts.Replied)
def reply(telling: Telling, act: acts.Replied, actor: Actor) -> None:
    """Do as ``services.reply`` by the support."""
    row = telling.row
    values: Values = {"awaits_answer": False}
    if telling.is_open:
        values |= telling.taken_up(act)
        if row["assignee_id"] is None and actor.id is not None:
            values["assignee_id"] = actor.id
            values["team_id"] = row["team_id"] or telling.setting.first_team(actor.id)
    elif row["state"] != State.SOLVED:
        raise IllegalStory("it is closed")
    values |= telling.responded(act, actor)
    message_id = telling.write(act.at, "reply", act.text, author=actor.id, public=True)
    telling.mail("message", act.at, actor, message_id=message_id)
    telling.apply(actor, "ticket.reply", act.at, values, {"message_id": message_id})


@does(acts.Noted)
def note(telling: Telling, act: acts.Noted, actor: Actor) -> None:
    """Do as ``services.add_note``."""
    message_id = telling.write(act.at, "note", act.text, author=actor.id)
    telling.apply(actor, "ticket.note", act.at, {}, {"message_id": message_id})


@does(acts.Heard)
def hear(telling: Telling, act: acts.Heard, actor: Actor) -> None:
    """Do as ``services.hear_from_user``."""
    row = telling.row
    values: Values = {}
    if row["state"] == State.PENDING and row["pending_reason"] == PendingReason.USER:
        values |= telling.move("open")
        telling.clocks.resume(actor=actor, at=act.at)
    thanks = rules.is_thanks(act.text, author=telling.setting.names.get(act.author, ""))
    if not telling.is_open and not thanks:
        values |= telling.reopened(act, actor)
    if not (thanks and row["state"] in {"solved", "closed"}):
        values["awaits_answer"] = True
    message_id = telling.write(
        act.at, "reply", act.text, author=act.author, from_support=False, channel=act.channel,
        public=True, html=act.html, quoted=act.quoted, internet_id=act.internet_id,
    )  # fmt: skip
    after = {"message_id": message_id, "author_id": act.author}
    telling.apply(actor, "ticket.hear", act.at, values, after)
