"""Another desk's past, read into one neutral history: knows no Django and no database of ours.

A source (``servicenow``, ``glpi``, ``zammad``, ``request_tracker``, any table by a mapping) gives
:class:`history.History` one by one, and says in a :class:`report.Report` what it could not map.
``desk.loading.bringing`` writes them. Adding a source is adding a file and a line in ``sources``.
"""
