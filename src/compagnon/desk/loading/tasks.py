"""Tasks and intervention sheets."""

from __future__ import annotations

from compagnon.core.actor import Actor
from compagnon.core.models import StoredFile
from compagnon.desk.loading import acts
from compagnon.desk.loading.telling import Telling, does
from compagnon.desk.models import InterventionSheet, WorkTask
from compagnon.desk.services.work import sheet_digest


@does(acts.TaskPlanned)
def plan(telling: Telling, act: acts.TaskPlanned, actor: Actor) -> None:
    """Do as ``services.plan_task``."""
    key = telling.bulk.add(
        WorkTask,
        ticket_id=telling.row["id"],
        title=act.title,
        details=act.details,
        mode=act.mode,
        assignee_id=act.assignee,
        site_id=telling.row["site_id"] if act.mode == "on_site" else None,
        planned_start=act.planned_start,
        planned_seconds=act.planned_seconds,
        created_by_id=actor.id,
        created_at=act.at,
    )
    telling.tasks.append(telling.bulk.rows(WorkTask)[-1])
    after = {
        "task_id": key,
        "mode": act.mode,
        "task_assignee_id": act.assignee,
        "planned_start": act.planned_start,
        "planned_seconds": act.planned_seconds,
    }
    telling.apply(actor, "ticket.plan_task", act.at, {}, after)


@does(acts.TaskCompleted)
def complete(telling: Telling, act: acts.TaskCompleted, actor: Actor) -> None:
    """Do as ``services.complete_task``."""
    task = telling.tasks[act.task]
    task |= {
        "state": "done",
        "done_at": act.at,
        "spent_seconds": act.spent_seconds,
        "travel_seconds": act.travel_seconds,
        "assignee_id": task["assignee_id"] or actor.id,
        "version": task["version"] + 1,
    }
    if act.note.strip():
        task["details"] = f"{task['details']}\n\n{act.note.strip()}".strip()[:5000]
    after = {
        "task_id": task["id"],
        "spent_seconds": act.spent_seconds,
        "travel_seconds": act.travel_seconds,
    }
    telling.apply(actor, "ticket.complete_task", act.at, {}, after)


@does(acts.TaskCancelled)
def give_up(telling: Telling, act: acts.TaskCancelled, actor: Actor) -> None:
    """Do as ``services.cancel_task``."""
    task = telling.tasks[act.task]
    task |= {"state": "cancelled", "version": task["version"] + 1}
    telling.apply(actor, "ticket.cancel_task", act.at, {}, {"task_id": task["id"]})


@does(acts.SheetPrepared)
def prepare_sheet(telling: Telling, act: acts.SheetPrepared, actor: Actor) -> None:
    """Do as ``services.prepare_sheet``."""
    task = telling.tasks[act.task]
    key = telling.bulk.add(
        InterventionSheet,
        task_id=task["id"],
        report=act.report[:5000],
        nonce=telling.nonce(),
        prepared_by_id=actor.id,
        prepared_at=act.at,
    )
    telling.sheets[act.task] = telling.bulk.rows(InterventionSheet)[-1]
    after = {"task_id": task["id"], "sheet_id": key}
    telling.apply(actor, "ticket.prepare_sheet", act.at, {}, after)


@does(acts.SheetSigned)
def sign_sheet(telling: Telling, act: acts.SheetSigned, actor: Actor) -> None:
    """Do as ``services.sign_sheet``."""
    task, sheet = telling.tasks[act.task], telling.sheets[act.task]
    sheet |= {
        "signed_name": act.name,
        "signed_at": act.at,
        "signature_id": act.signature,
        "remarks": act.remarks,
    }
    sealed = InterventionSheet(**sheet)
    sealed.task = WorkTask(**task)
    if act.signature is not None:
        sealed.signature = StoredFile(
            id=act.signature, sha256=telling.setting.digests[act.signature]
        )
    sheet["digest"] = sheet_digest(sealed)
    after = {"task_id": task["id"], "sheet_id": sheet["id"], "digest": sheet["digest"]}
    telling.apply(actor, "ticket.sign_sheet", act.at, {}, after)
