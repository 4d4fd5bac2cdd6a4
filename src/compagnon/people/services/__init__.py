"""What can be done in ``people``: one module a thing, one function a verb."""
