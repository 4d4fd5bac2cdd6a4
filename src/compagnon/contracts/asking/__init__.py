"""Request forms and what follows a request: documents, conditions, answers. Pure.

A form is a JSON document of sections and fields, a plan one of approvals and tasks. Nothing here
reads a database: the rules are the same for the page, the API and a test.
"""
