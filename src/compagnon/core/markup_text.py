"""Markdown that people write on our pages, made into text that reads right without any mark.

For the plain form of mail: no stars around words, links with their address, lists and quotations as
people type them.
"""

from __future__ import annotations

from markdown_it.tree import SyntaxTreeNode

from compagnon.core.markup import is_plain, parse

RULE = "* * *"
"""Not dashes: mail programs take them for a signature or the start of a quotation."""
DEEPEST = 15
"""Levels of lists and quotations; Markdown itself gives up below, and the text is kept as it is."""


def as_text(text: str) -> str:
    """Give the text that the Markdown means, ready for a plain mail; it ends without a line break.

    What holds no mark comes back as it is.
    """
    if is_plain(text):
        return text.strip("\n")
    tokens = parse(text)
    if any(token.level > DEEPEST for token in tokens):
        return text.strip("\n")
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: list[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(part for part in map(_block, nodes) if part)


def _block(node: SyntaxTreeNode) -> str:  # noqa: PLR0911 - one line a kind of block
    match node.type:
        case "paragraph" | "heading" | "th" | "td":
            return "".join(map(_inline, node.children))
        case "inline":
            return "".join(map(_words, node.children))
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return _indented(_blocks(node.children), "> ", "> ")
        case "fence" | "code_block":
            return _indented(node.content.rstrip("\n"), "    ", "    ")
        case "hr":
            return RULE
        case "tr":
            return " | ".join(map(_block, node.children))
        case "table" | "thead" | "tbody":
            return _blocks(node.children, "\n")
    return node.content


def _list(node: SyntaxTreeNode) -> str:
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    items = []
    tight = True
    for item in node.children:
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        number += 1
        parts = [part for part in map(_block, item.children) if part]
        loose = any(one.type == "paragraph" and not one.hidden for one in item.children)
        tight = tight and not loose
        body = ("\n\n" if loose else "\n").join(parts)
        items.append(_indented(body, mark, " " * len(mark)))
    return ("\n" if tight else "\n\n").join(items)


def _indented(text: str, first: str, then: str) -> str:
    lines = text.split("\n")
    rest = [then + line if line else then.rstrip() for line in lines[1:]]
    return "\n".join([first + lines[0], *rest])


def _inline(node: SyntaxTreeNode) -> str:
    return _block(node) if node.type == "inline" else _words(node)


def _words(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            shown = "".join(map(_words, node.children))
            address = str(node.attrs.get("href", ""))
            same = address in {shown, f"mailto:{shown}", f"tel:{shown}", f"{shown}/"}
            return shown if same or not address else f"{shown} ({address})"
        case "s":
            # Nothing else would say that these words no longer hold.
            return f"~~{''.join(map(_words, node.children))}~~"
        case "em" | "strong":
            return "".join(map(_words, node.children))
    return str(node.content)
