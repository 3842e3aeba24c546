"""results.md: one text of sections. The usual run writes all of it but the sections of the runs that are started apart."""

from collections.abc import Iterator

TITLE = "# Benchmark"
JOBS = "## Jobs"
LONG_RUN = "## Long run"
POSTGRAPHILE = "## Beside PostGraphile"
KNOWLEDGE = "## Knowledge base"
# Runs of their own fill these, so that the usual run keeps what it finds.
APART = {LONG_RUN: "make bench-memory", POSTGRAPHILE: "make bench-postgraphile", KNOWLEDGE: "make bench-knowledge"}


def sections(text: str) -> dict[str, str]:
    """A text's sections by their headings, each with its heading; what stands ahead of the first one has none."""
    return {part.partition("\n")[0] if part.startswith("## ") else "": part for part in _parts(text)}


def with_kept(text: str, old: str) -> str:
    """A usual run's text, with the sections of the other runs as they were; one that never ran is said to be missing."""
    kept = sections(old)
    for heading, command in APART.items():
        text = with_section(text, kept.get(heading, f"{heading}\n\nNot measured yet: `{command}`.\n"))
    return text


def with_section(text: str, section: str) -> str:
    """The text with that section in the place of the one of the same heading, or at the end."""
    section = section.rstrip("\n") + "\n"
    heading = section.partition("\n")[0]
    parts = sections(text) if text.strip() else {"": f"{TITLE}\n\n"}
    parts[heading] = section
    return "\n".join(part.rstrip("\n") + "\n" for part in parts.values())


def _parts(text: str) -> Iterator[str]:
    part: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("## ") and part:
            yield "".join(part)
            part = []
        part.append(line)
    if part:
        yield "".join(part)
