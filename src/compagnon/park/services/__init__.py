"""What can be done in ``park``: one keyword-only function a verb."""
