"""Work in the background: enqueued with the change that needs it, never lost, run again safely.

A task is an ordinary function of a room's ``tasks.py``::

    from django_tasks import task
    from compagnon.core.tasks import RetryLater, policy

    @task(queue_name="mail", priority=10)
    @policy(max_attempts=20, timeout=120)
    def deliver(pk: int) -> None: ...

    deliver.enqueue(mail.pk)          # a row, in the running transaction

It may run twice (a worker killed after the work and before the note of it), so it must give the
same result then. It is not wrapped in a transaction: services are atomic by themselves.

Public names: ``policy``, ``RetryLater``, ``GiveUp``, ``periodic``, ``system_actor``,
``worker.run_due`` (runs what is due here and now: tests, commands), ``queries``, ``services``.
"""

from compagnon.core.tasks.context import system_actor
from compagnon.core.tasks.jobs import periodic
from compagnon.core.tasks.policies import GiveUp, Policy, RetryLater, policy

__all__ = ["GiveUp", "Policy", "RetryLater", "periodic", "policy", "system_actor"]
