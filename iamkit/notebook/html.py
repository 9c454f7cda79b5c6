"""HTML of our own making: plain and semantic, so that it survives JupyterLab's sanitizer and both themes.

A notebook that comes from elsewhere loses `<style>`, `<svg>`, `role`, `aria-*` and `var(--jp-*)` in its outputs: none
of them is written here. Badges bring their own background. Everything a learner wrote goes through `escape`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

GREEN, RED, BROWN = "#1b5e20", "#b71c1c", "#5d4037"

_KINDS = {GREEN: "allow", RED: "deny", BROWN: "neutral"}
_BADGE = (
    "margin-right:4px;padding:2px 10px;color:#fff;background:{};border-radius:10px;font-weight:600;white-space:nowrap"
)
# JupyterLab aligns cells to the right and floats terms.
_CELL = ' style="text-align:left;vertical-align:top"'
_LIST = ' style="display:grid;grid-template-columns:max-content 1fr;gap:6px 24px;margin:0 0 12px"'
_LINES = ' style="white-space:pre;overflow-x:auto;margin:4px 0 8px"'
_FOLD = ' style="margin:0 0 12px"'
_TERM = ' style="float:none;width:auto;margin:0;padding:0;font-weight:600"'
_DETAIL = ' style="float:none;width:auto;margin:0;padding:0"'

_CODE = re.compile(r"`([^`]*)`")


def escape(text: str) -> str:
    """Make a text safe as content and as an attribute's value."""
    return html.escape(text, quote=True)


def inline(text: str) -> str:
    """Turn one of our sentences into HTML: what stands in backticks becomes code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def paragraph(content: str) -> str:
    return f"<p>{content}</p>"


def badge(text: str, color: str) -> str:
    """Show a word on a background of its own, readable on light and on dark."""
    return (
        f'<span class="iamkit-badge iamkit-badge--{_KINDS[color]}" style="{_BADGE.format(color)}">{escape(text)}</span>'
    )


def preformatted(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def program(text: str) -> str:
    """Show lines of a program or of what it gave: as long as they are, so that a mark stands below its column."""
    return f"<pre{_LINES}>{escape(text)}</pre>"


def items(contents: Iterable[str]) -> str:
    """Make a list of contents that are HTML already."""
    return "<ul>" + "".join(f"<li>{content}</li>" for content in contents) + "</ul>"


def lettered(contents: Iterable[str]) -> str:
    """Make a list that counts a, b, c; JupyterLab's own style would count 1, 2, 3."""
    rows = "".join(f"<li>{content}</li>" for content in contents)
    return f'<ol type="a" style="list-style-type:lower-alpha">{rows}</ol>'


def definitions(rows: Mapping[str, str]) -> str:
    """Make a definition list of terms and details that are HTML already; rows without details are left out."""
    pairs = (f"<dt{_TERM}>{escape(term)}</dt><dd{_DETAIL}>{detail}</dd>" for term, detail in rows.items() if detail)
    return f"<dl{_LIST}>{''.join(pairs)}</dl>"


def table(headers: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> str:
    """Make a table of cells that are HTML already; the first cell of a row is its header."""
    above = f'<caption style="text-align:left;padding:4px 0">{caption}</caption>' if caption else ""
    head = "".join(f'<th scope="col"{_CELL}>{escape(header)}</th>' for header in headers)
    body = "".join(f"<tr>{_row(cells)}</tr>" for cells in rows)
    return f'<table style="margin-left:0">{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    return f'<th scope="row"{_CELL}>{first}</th>' + "".join(f"<td{_CELL}>{cell}</td>" for cell in others)


def details(summary: str, content: str) -> str:
    """Fold content away under a summary; both are HTML already."""
    return f"<details{_FOLD}><summary>{summary}</summary>{content}</details>"


def markdown(text: str) -> str:
    """Render Markdown of the course; HTML in it is shown as text."""
    rendered: str = _renderer().render(text.strip())
    return rendered.replace("<th>", f"<th{_CELL}>").replace("<td>", f"<td{_CELL}>").strip()


def markdown_line(text: str) -> str:
    """Render Markdown that is one line, without a paragraph around it."""
    rendered: str = _renderer().renderInline(text.strip())
    return rendered


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 40 ms that only a lesson needs

    return MarkdownIt("commonmark", {"html": False}).enable("table")
