"""How notebooks show results."""

from __future__ import annotations

from html import escape
from typing import Any

#: Most rows that a table shows.
ROWS = 20


def page(heading: str, svg: str | None, columns: dict[str, Any]) -> str:
    """A heading, a picture if there is one, and otherwise the first rows of a table if there is one."""
    parts = [f"<div><code>{escape(heading)}</code></div>"]
    if svg is not None:
        # An XML declaration has no place inside of a page.
        parts.append(svg[svg.index("<svg") :])
    elif columns:
        length = len(next(iter(columns.values())))
        cells = "".join(f"<th>{escape(name)}</th>" for name in columns)
        parts.append(f"<table><thead><tr>{cells}</tr></thead><tbody>")
        for row in range(min(length, ROWS)):
            cells = "".join(f"<td>{escape(_text(column[row]))}</td>" for column in columns.values())
            parts.append(f"<tr>{cells}</tr>")
        parts.append("</tbody></table>")
        if length > ROWS:
            parts.append(f"<div>… and {length - ROWS} more</div>")
    return "\n".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def prose(heading: str, text: str) -> str:
    """A heading and paragraphs."""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))
    return f"<div><code>{escape(heading)}</code></div>\n{paragraphs}"
