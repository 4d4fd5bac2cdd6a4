"""The service desk: requests from their arrival to their closing.

Public surface: ``services`` (one function a verb), ``queries``, ``models``, ``events``,
``errors``. Mail enters through ``inbound`` and leaves through ``outbound``; both end at services.
"""
