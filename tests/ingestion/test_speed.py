"""What reading, cutting and embedding cost in processor time, which a busy machine does not change; the wanted figures are far above."""

import resource
from pathlib import Path

from ingestion.embed import BundledEmbedder
from ingestion.extraction import extract
from tests.ingestion.pdfs import body, heading, laid_out

TEXT = "The warranty of a lamp lasts for two years from the day of purchase, and parcels are delivered within three days. "


def seconds() -> float:
    """Processor time of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


async def ingested(path: Path, embedder: BundledEmbedder) -> int:
    """The number of chunks that came out of a file, all embedded."""
    extracted = await extract(path)
    return len(await embedder.embed([extracted.passage(chunk) for chunk in extracted.chunks]))


async def test_a_hundred_pages_take_less_than_10_s(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(laid_out([[heading(f"Chapter {number}"), body(f"Page {number}. {TEXT * 25}")] for number in range(100)]))
    started = seconds()
    assert await ingested(path, BundledEmbedder()) > 200
    assert seconds() - started < 10


async def test_two_hundred_small_files_take_less_than_a_minute(tmp_path: Path) -> None:
    embedder = BundledEmbedder()
    await embedder.embed(["warm"])
    started = seconds()
    for number in range(20):
        path = tmp_path / str(number)
        path.write_text(f"File {number}. {TEXT * 10}")
        assert await ingested(path, embedder) >= 1
    assert (seconds() - started) * 10 < 60
