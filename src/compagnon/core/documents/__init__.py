"""Documents as PDF, made by Typst of a room's templates and of data.

:func:`~compagnon.core.documents.engine.render` makes any of them. A room keeps its templates in
its own ``documents/templates/`` and begins them with
``#import "/core/documents/templates/frame.typ": *``.
"""
