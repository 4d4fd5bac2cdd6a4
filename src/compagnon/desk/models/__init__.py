"""The tables of ``desk``."""

from compagnon.desk.models.alerts import (
    Alert,
    AlertReport,
    AlertSilence,
    AlertSource,
    AlertState,
    OnEnd,
    ReportState,
)
from compagnon.desk.models.approvals import (
    Answer,
    Approval,
    ApprovalRule,
    ApprovalState,
    ApprovalVoice,
    AskedOf,
)
from compagnon.desk.models.bringing import Bringing, BringingState, Brought
from compagnon.desk.models.bulk import BulkItem, BulkItemState, BulkRun, BulkState, BulkVerb
from compagnon.desk.models.categories import Category, OrganisationRules
from compagnon.desk.models.escalations import Escalation, EscalationKind
from compagnon.desk.models.fetching import (
    AfterReading,
    Existing,
    FailedFetch,
    ImapSecurity,
    ImapSignIn,
    MailFetch,
)
from compagnon.desk.models.inbound import InboundMessage, InboundState
from compagnon.desk.models.mailboxes import Mailbox, UnknownSender
from compagnon.desk.models.messages import Attachment, Message, MessageKind
from compagnon.desk.models.notices import (
    Notice,
    NoticeChannel,
    NoticeChoice,
    NoticeEvent,
    NoticeMail,
    NoticePreference,
    NoticeState,
    NoticeWay,
    PushKey,
    PushSubscription,
)
from compagnon.desk.models.outgoing import MailEvent, OutgoingMail, OutgoingState
from compagnon.desk.models.phrases import CannedReply, Macro, TicketTemplate
from compagnon.desk.models.presence import Draft, Presence
from compagnon.desk.models.protection import (
    EncryptionState,
    MailboxCertificate,
    MailProtection,
    SignatureState,
    TrustedAuthority,
)
from compagnon.desk.models.requests import RequestAnswers, RequestDraft, RequestFile
from compagnon.desk.models.saved_views import CalendarFeed, Layout, Reach, SavedView
from compagnon.desk.models.solutions import Solution, SolutionKind, SolutionState
from compagnon.desk.models.tags import Tag, TagColour, TicketTag
from compagnon.desk.models.tickets import (
    OPEN_STATES,
    Channel,
    Impact,
    PendingReason,
    Priority,
    State,
    Ticket,
    TicketKind,
    Urgency,
)
from compagnon.desk.models.ties import INVERSE, LinkKind, TicketLink, TicketMerge
from compagnon.desk.models.timesheet import ActivityType, TimeEntry, Timer
from compagnon.desk.models.undoing import LastAct
from compagnon.desk.models.waiting import Reminded, Wait, WaitReason
from compagnon.desk.models.watching import Watcher
from compagnon.desk.models.webhooks import (
    DeliveryState,
    Webhook,
    WebhookDelivery,
    WebhookState,
)
from compagnon.desk.models.work import InterventionSheet, WorkMode, WorkState, WorkTask

__all__ = [
    "INVERSE",
    "OPEN_STATES",
    "ActivityType",
    "AfterReading",
    "Alert",
    "AlertReport",
    "AlertSilence",
    "AlertSource",
    "AlertState",
    "Answer",
    "Approval",
    "ApprovalRule",
    "ApprovalState",
    "ApprovalVoice",
    "AskedOf",
    "Attachment",
    "Bringing",
    "BringingState",
    "Brought",
    "BulkItem",
    "BulkItemState",
    "BulkRun",
    "BulkState",
    "BulkVerb",
    "CalendarFeed",
    "CannedReply",
    "Category",
    "Channel",
    "DeliveryState",
    "Draft",
    "EncryptionState",
    "Escalation",
    "EscalationKind",
    "Existing",
    "FailedFetch",
    "ImapSecurity",
    "ImapSignIn",
    "Impact",
    "InboundMessage",
    "InboundState",
    "InterventionSheet",
    "LastAct",
    "Layout",
    "LinkKind",
    "Macro",
    "MailEvent",
    "MailFetch",
    "MailProtection",
    "Mailbox",
    "MailboxCertificate",
    "Message",
    "MessageKind",
    "Notice",
    "NoticeChannel",
    "NoticeChoice",
    "NoticeEvent",
    "NoticeMail",
    "NoticePreference",
    "NoticeState",
    "NoticeWay",
    "OnEnd",
    "OrganisationRules",
    "OutgoingMail",
    "OutgoingState",
    "PendingReason",
    "Presence",
    "Priority",
    "PushKey",
    "PushSubscription",
    "Reach",
    "Reminded",
    "ReportState",
    "RequestAnswers",
    "RequestDraft",
    "RequestFile",
    "SavedView",
    "SignatureState",
    "Solution",
    "SolutionKind",
    "SolutionState",
    "State",
    "Tag",
    "TagColour",
    "Ticket",
    "TicketKind",
    "TicketLink",
    "TicketMerge",
    "TicketTag",
    "TicketTemplate",
    "TimeEntry",
    "Timer",
    "TrustedAuthority",
    "UnknownSender",
    "Urgency",
    "Wait",
    "WaitReason",
    "Watcher",
    "Webhook",
    "WebhookDelivery",
    "WebhookState",
    "WorkMode",
    "WorkState",
    "WorkTask",
]
