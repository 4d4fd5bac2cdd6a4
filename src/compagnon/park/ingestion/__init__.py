"""From bytes at the agents' door to rows of the park.

1. `door` (a page's view without session) checks who may report, opens the body, answers at once;
2. `keeping` keeps the bytes and a waiting report, and enqueues the rest, in one short transaction;
3. `intake` reads the report again in a task, asks `identity` which machine it is, and settles;
4. `applying` writes the machine section by section, only what changed, and journals once.

``compagnon park import`` enters at step 2 and waits for step 3.
"""
