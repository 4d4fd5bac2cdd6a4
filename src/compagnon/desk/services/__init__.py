"""The desk's verbs: every door (page, API, mail, link, alert, command) calls these."""

from compagnon.desk.services.affected import tell_affected
from compagnon.desk.services.approval_keeping import give_up, name_approver, remind_approvers
from compagnon.desk.services.approving import ask, decide
from compagnon.desk.services.assets import link_asset, note_affected
from compagnon.desk.services.assignment import assign, take
from compagnon.desk.services.conversation import add_note, hear_from_user, reply
from compagnon.desk.services.copied import follow_copied, leave_copied
from compagnon.desk.services.escalations import escalate, escalate_to_authority, transfer
from compagnon.desk.services.intake import (
    admit_inbound,
    dismiss_inbound,
    receive,
    replay_inbound,
    watch_silence,
)
from compagnon.desk.services.lifecycle import cancel, pend, reopen, resume
from compagnon.desk.services.linking import link_tickets, solve_children, unlink_tickets
from compagnon.desk.services.merging import merge_tickets, split_message, unmerge_ticket
from compagnon.desk.services.notices import (
    choose_notices,
    choose_times,
    choose_ways,
    ensure_push_key,
    read_notices,
    subscribe,
    unsubscribe,
)
from compagnon.desk.services.opening import open_ticket
from compagnon.desk.services.outgoing import retry_mail
from compagnon.desk.services.qualification import qualify
from compagnon.desk.services.solutions import (
    accept_solution,
    close_elapsed,
    propose_solution,
    refuse_solution,
)
from compagnon.desk.services.tagging import tag_ticket
from compagnon.desk.services.waiting import ensure_reasons, remind, stop_reminders
from compagnon.desk.services.watching import unwatch, watch
from compagnon.desk.services.work import (
    cancel_task,
    complete_task,
    plan_task,
    prepare_sheet,
    sign_sheet,
)

__all__ = [
    "accept_solution",
    "add_note",
    "admit_inbound",
    "ask",
    "assign",
    "cancel",
    "cancel_task",
    "choose_notices",
    "choose_times",
    "choose_ways",
    "close_elapsed",
    "complete_task",
    "decide",
    "dismiss_inbound",
    "ensure_push_key",
    "ensure_reasons",
    "escalate",
    "escalate_to_authority",
    "follow_copied",
    "give_up",
    "hear_from_user",
    "leave_copied",
    "link_asset",
    "link_tickets",
    "merge_tickets",
    "name_approver",
    "note_affected",
    "open_ticket",
    "pend",
    "plan_task",
    "prepare_sheet",
    "propose_solution",
    "qualify",
    "read_notices",
    "receive",
    "refuse_solution",
    "remind",
    "remind_approvers",
    "reopen",
    "replay_inbound",
    "reply",
    "resume",
    "retry_mail",
    "sign_sheet",
    "solve_children",
    "split_message",
    "stop_reminders",
    "subscribe",
    "tag_ticket",
    "take",
    "tell_affected",
    "transfer",
    "unlink_tickets",
    "unmerge_ticket",
    "unsubscribe",
    "unwatch",
    "watch",
    "watch_silence",
]
