"""Which of a Word document's styles are headings, and which are lists, whatever language Word spoke."""

import re
from dataclasses import dataclass, field

from ingestion.extract.xml_events import Attributes

_HEADING = re.compile(r"heading ([1-9])", re.I)


@dataclass(slots=True)
class Style:
    """A paragraph style. Level 0 is no heading; None: as the style it is based on."""

    level: int | None = None
    listed: bool | None = None
    based_on: str = ""


@dataclass(slots=True)
class Styles:
    """Collects `word/styles.xml`; style names are English in the file in every language, their ids are not."""

    styles: dict[str, Style] = field(default_factory=dict)
    _open: Style | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        value = attributes.get("val", "")
        if name == "style":
            self._open = self.styles.setdefault(attributes.get("styleId", ""), Style())
        elif self._open is None:
            return
        elif name == "name":
            found = _HEADING.fullmatch(value)
            self._open.level = int(found[1]) if found else 1 if value.lower() == "title" else None
        elif name == "basedOn":
            self._open.based_on = value
        elif name == "outlineLvl" and self._open.level is None:
            self._open.level = level_of_outline(value)
        elif name == "numId":
            self._open.listed = value != "0"

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "style":
            self._open = None

    def data(self, text: str) -> None:
        """Styles have no text."""

    def level(self, style_id: str) -> int:
        """The heading level of a style; 0 is none."""
        return next((style.level for style in self._line(style_id) if style.level is not None), 0)

    def listed(self, style_id: str) -> bool:
        """Whether paragraphs of a style are items of a list."""
        return next((style.listed for style in self._line(style_id) if style.listed is not None), False)

    def _line(self, style_id: str) -> list[Style]:
        """A style and those it is based on; a circle ends."""
        line: dict[str, Style] = {}
        while style_id in self.styles and style_id not in line:
            line[style_id] = self.styles[style_id]
            style_id = line[style_id].based_on
        return list(line.values())


def level_of_outline(value: str) -> int:
    """Outline levels 0 to 8 are headings 1 to 9; 9 is body text."""
    return int(value) + 1 if value in "012345678" and value else 0
