"""What can be done in ``titles``: one keyword-only function a verb."""
