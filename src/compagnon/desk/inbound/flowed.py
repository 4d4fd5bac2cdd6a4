"""Lines joined again that ``format=flowed`` broke to send them (RFC 3676 section 4)."""

from __future__ import annotations


def join(text: str, *, delete: bool) -> str:
    """Join each line that ends with a space to the next of the same quoting depth.

    Args:
        text: the body, its lines ended by a line feed.
        delete: the ``DelSp`` parameter: the space that ends the line is no part of the text.
    """
    paragraphs: list[list[str]] = []
    flowing = False
    depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        level = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        if flowing and level == depth and not signature:
            paragraphs[-1].append(content)
        else:
            paragraphs.append([f"{'>' * level}{' ' if level else ''}{content}"])
        flowing = content.endswith(" ") and not signature
        depth = level
        if flowing and delete:
            paragraphs[-1][-1] = paragraphs[-1][-1][:-1]
    return "\n".join("".join(paragraph) for paragraph in paragraphs)
