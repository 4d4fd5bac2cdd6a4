"""Reading the official documents of titles. Nothing here knows Django.

:func:`compagnon.titles.importing.document.read` tells what a document is and gives what it holds,
with a loss report. Each kind has its module; none knows the words of one title: they read the
structure that documents of a kind share (headings, tables, page furniture).
"""
