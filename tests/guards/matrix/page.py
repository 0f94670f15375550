"""The matrix as a page that people can read."""

from __future__ import annotations

from pathlib import Path

from tests.guards.matrix.finding import Table
from tests.guards.matrix.people import Person

PAGE = Path(__file__).resolve().parents[3] / "docs" / "access-matrix.md"
HEAD = """# Who may do what

Found by asking, written by `python -m tests.guards.matrix`, and compared by `tests/guards/test_matrix.py`: change nothing by
hand. There are two libraries, Fablewright (F) and Harbour Press (H). In each a reader has a private story, an author a piece of
the studio, and staff a row of everything; everybody below asks for these by their ids, at both libraries' hosts. *both* is one
person, an author at F and a reader at H. People come with their browser's session; programs with a token, of the host's library
where they belong to it and of their own where they do not.

A number is the HTTP status; **bold**, the answer tells what the thing holds (or, of a socket or a tool, gives it). *in* leads
to signing in. 404 is what one may not see. 400, 409, 415 and 422 say that whoever asked may, and what was sent was wrong: forms
and bodies are empty here. What a library holds never stands in any answer of the other's host; the test fails where it does.
"""
NAMES = {"fablewright": "Fablewright", "harbour": "Harbour Press"}


def read(text: str) -> dict[str, dict[str, list[str]]]:
    """The rows of a page: heading and room -> way -> cells."""
    found: dict[str, dict[str, list[str]]] = {}
    heading = room = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("### "):
            room = line[4:]
        elif line.startswith("| `"):
            title, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
            found.setdefault(f"{heading}: {room}", {})[title] = cells
    return found


def written(tables: list[Table], people: list[Person]) -> str:
    parts = [HEAD]
    for table in tables:
        whose = "its own" if table.host == table.about else f"{NAMES[table.about]}'s"
        parts.append(f"## At {NAMES[table.host]}'s host, about {whose} things\n")
        if table.host != table.about:
            parts.append("Ways whose address names nothing answer as above.\n")
        for room, rows in table.rows.items():
            names = [person.name for person in people]
            parts.append(f"### {room}\n")
            lines = [f"| | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
            lines += [f"| `{title}` | {' | '.join(cells)} |" for title, cells in rows.items()]
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
