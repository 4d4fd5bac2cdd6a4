"""What every room stands on: who acts, what is written down, who may see, and background work.

Public names: ``actor`` (Actor, Scope, Grant), ``verbs`` (the register of what can be done),
``errors``, ``services`` (the ``service`` decorator), ``journal`` (record, history), ``visibility``
(rule, visible), ``events`` (Event), ``files``, ``tasks``, ``search``, ``crud``.
"""
