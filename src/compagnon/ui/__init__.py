"""The frame of every page, its components and its static files; imports no room.

What other rooms use:

- ``navigation.register(NavItem(...))``: an entry of the navigation;
- ``panels.register(Panel(...))``: a part of its own on a lower room's page;
- ``live.unchanged(request, version)``: the short answer to a live region;
- the templates ``ui/base.html`` (signed in) and ``ui/entrance.html`` (anybody), and the cotton
  components, which ``docs/architecture/ui.md`` shows one by one;
- the tags and filters of ``templatetags.ui``, loaded in every template;
- ``tests.browser``: fixtures of tests that drive Chromium.
"""
