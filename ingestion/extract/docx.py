"""Word documents (DOCX): the main text, then the notes, by streaming their XML."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from ingestion.archive import open_checked
from ingestion.document import Block
from ingestion.errors import Problem, Unreadable
from ingestion.extract import Progress, Reading
from ingestion.extract.docx_body import Body
from ingestion.extract.docx_styles import Styles
from ingestion.extract.xml_events import XmlPart
from ingestion.limits import Limits

_MAIN = re.compile(r"word/document\d*\.xml")
_STYLES = "word/styles.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """A Word document; its pages are made when it is shown, so blocks have none."""
    return Reading(None, _blocks(path, progress))


def _blocks(path: Path, progress: Progress) -> Iterator[Block]:
    with open_checked(path) as archive:
        styles = Styles()
        if _STYLES in archive.namelist():
            list(XmlPart(archive, archive.getinfo(_STYLES), styles).parse(lambda _: None))
        for name in _texts(archive):
            body = Body(styles)
            for _ in XmlPart(archive, archive.getinfo(name), body).parse(progress):
                yield from body.taken()
            yield from body.taken()


def _texts(archive: ZipFile) -> list[str]:
    names = archive.namelist()
    main = next((name for name in names if _MAIN.fullmatch(name)), None)
    if main is None:
        raise Unreadable(Problem.KIND, "This is a zip archive, not a Word document. Unpack it and upload the documents inside.")
    return [main, *(name for name in _NOTES if name in names)]
