"""A document is read in a child process that has little, may do little, and is always gone afterwards."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ingestion import extraction
from ingestion.errors import Problem, Unreadable
from ingestion.extraction import extract
from ingestion.limits import MIB, Chunking, Limits
from ingestion.recognise import Kind
from tests.ingestion.children import alive, children, readers
from tests.ingestion.pdfs import body, heading, laid_out, one_line_pages

# The parser of HTML needs quadratic time for these.
ENDLESS = b"<html>" + b"<!--" * 2_500_000


def written(folder: Path, content: bytes, name: str = "upload") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


class Watcher:
    """Takes progress, and remembers the child that made it."""

    def __init__(self) -> None:
        self.pid = 0
        self.working = asyncio.Event()

    async def note(self, _: int) -> None:
        """The child is at work."""
        (self.pid,) = readers()
        self.working.set()


async def test_a_document_comes_with_its_pages_and_chunks(tmp_path: Path) -> None:
    content = laid_out([[heading("Warranty"), body("Two years.")], [heading("Returns"), body("Within 14 days.")]])
    extracted = await extract(written(tmp_path, content))
    assert (extracted.kind, extracted.page_count) == (Kind.PDF, 2)
    assert extracted.text == "Warranty\n\nTwo years.\n\nReturns\n\nWithin 14 days."
    assert [(page.number, extracted.text[page.start : page.end]) for page in extracted.pages] == [
        (1, "Warranty\n\nTwo years."),
        (2, "Returns\n\nWithin 14 days."),
    ]
    assert [(chunk.ordinal, chunk.page, chunk.headings, extracted.content(chunk)) for chunk in extracted.chunks] == [
        (0, 1, ("Warranty",), "Warranty\n\nTwo years."),
        (1, 2, ("Returns",), "Returns\n\nWithin 14 days."),
    ]


async def test_a_passage_has_the_headings_that_its_text_lacks(tmp_path: Path) -> None:
    text = "# Shop\n\n## Lamps\n\n" + " ".join(f"Lamp {number} is in room {number}." for number in range(40))
    extracted = await extract(written(tmp_path, text.encode()), chunking=Chunking(64, 8))
    first, second = extracted.chunks[:2]
    assert extracted.passage(first) == extracted.content(first)
    assert extracted.passage(second) == f"Shop\nLamps\n{extracted.content(second)}"
    assert max(chunk.tokens for chunk in extracted.chunks) <= 64


async def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    seen: list[int] = []

    async def note(percent: int) -> None:
        seen.append(percent)

    await extract(written(tmp_path, one_line_pages(*map(str, range(50)))), on_progress=note)
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1]) == (1, 99)
    assert len(seen) > 50


async def test_the_same_document_gives_the_same_chunks(tmp_path: Path) -> None:
    path = written(tmp_path, laid_out([[heading(f"Part {number}"), body("It goes on. " * 100)] for number in range(5)]))
    assert await extract(path) == await extract(path)


async def test_the_child_has_no_secrets_and_hard_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_JWT_SECRET", "a-canary-that-nobody-may-see")
    seen: dict[str, str] = {}

    async def look(_: int) -> None:
        for pid in readers():
            with suppress(FileNotFoundError, ProcessLookupError):  # what it said before may be heard after its end
                seen.update({name: (Path("/proc") / str(pid) / name).read_text() for name in ("environ", "limits")})

    await extract(written(tmp_path, one_line_pages(*["text"] * 20)), on_progress=look, limits=Limits(memory=300 * MIB, cpu=7))
    assert {entry.partition("=")[0] for entry in seen["environ"].split("\0") if entry} <= {
        *("PATH", "LANG", "TOKENIZERS_PARALLELISM", "RAYON_NUM_THREADS", "LD_LIBRARY_PATH")
    }
    limits = {line[:26].strip(): line[26:].split()[:2] for line in seen["limits"].splitlines()}
    assert limits["Max address space"] == [str(284 * MIB), str(300 * MIB)]
    assert limits["Max cpu time"] == ["7", "8"]
    assert limits["Max file size"] == limits["Max core file size"] == ["0", "0"]


async def test_a_child_that_breaks_down_is_a_reason_and_the_next_document_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, one_line_pages(*["text"] * 50))

    async def segfault(_: int) -> None:
        for pid in readers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSEGV)

    with pytest.raises(Unreadable, match="could not be read") as broken:
        await extract(path, on_progress=segfault)
    assert (broken.value.problem, broken.value.worth_retrying) == (Problem.CRASHED, True)
    assert "SIGSEGV" in broken.value.detail
    assert len((await extract(path)).pages) == 50


async def test_a_child_that_the_system_kills_had_too_much_memory(tmp_path: Path) -> None:
    async def kill(_: int) -> None:
        for pid in readers():
            with suppress(ProcessLookupError):  # what it said before may be heard after its end
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(Unreadable, match="too much memory") as killed:
        await extract(written(tmp_path, one_line_pages(*["text"] * 50)), on_progress=kill)
    assert killed.value.problem is Problem.TOO_MUCH_MEMORY


@pytest.mark.parametrize(
    ("content", "megabytes"), [(b"1,2\n" * 500_000, 128), (b"A text without an end " * 140_000, 104)], ids=["table", "text"]
)
async def test_a_document_that_fills_the_memory_is_refused(tmp_path: Path, content: bytes, megabytes: int) -> None:
    with pytest.raises(Unreadable, match="too much memory") as refused:
        await extract(written(tmp_path, content), limits=Limits(memory=megabytes * MIB))
    assert (refused.value.problem, refused.value.worth_retrying) == (Problem.TOO_MUCH_MEMORY, True)


async def test_a_document_that_takes_the_processor_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="took too long") as refused:
        await extract(written(tmp_path, ENDLESS), limits=Limits(cpu=1))
    assert (refused.value.problem, refused.value.detail) == (Problem.TOO_SLOW, "ended by SIGXCPU")


async def test_a_document_that_takes_too_long_is_refused_and_its_child_is_gone(tmp_path: Path) -> None:
    started, watcher = time.monotonic(), Watcher()
    with pytest.raises(Unreadable, match="took too long") as refused:
        await extract(written(tmp_path, ENDLESS), limits=Limits(wall=1.5), on_progress=watcher.note)
    assert refused.value.problem is Problem.TOO_SLOW
    assert time.monotonic() - started < 10
    assert watcher.pid
    assert not alive(watcher.pid)


async def test_cancelling_kills_the_child(tmp_path: Path) -> None:
    watcher = Watcher()
    reading = asyncio.create_task(extract(written(tmp_path, ENDLESS), on_progress=watcher.note))
    await watcher.working.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not alive(watcher.pid)


async def test_an_error_of_the_caller_passes_through_and_ends_the_child(tmp_path: Path) -> None:
    async def lost(_: int) -> None:
        raise ValueError("the job was taken by another worker")

    before = children()
    with pytest.raises(ValueError, match="taken by another worker"):
        await extract(written(tmp_path, one_line_pages(*["text"] * 50)), on_progress=lost)
    assert children() == before


async def test_several_documents_are_read_at_once(tmp_path: Path) -> None:
    paths = [written(tmp_path, f"Text number {number}.".encode(), str(number)) for number in range(6)]
    texts = [extracted.text for extracted in await asyncio.gather(*map(extract, paths))]
    assert texts == [f"Text number {number}." for number in range(6)]


@pytest.mark.parametrize(
    ("program", "detail"),
    [
        ("print('no json')", "nobody understands"),
        ("print('{\"other\": 1}')", "nobody understands"),
        ("print('x' * 3_000_000)", "nobody understands"),
        ("line = '{\"text\": \"' + 'x' * 60_000 + '\"}'\nwhile True: print(line)", "more than a document can hold"),
        ("import sys; sys.exit('no such module')", "ended with 1: no such module"),
        ("print('{\"progress\": 5}')", "ended with 0"),
    ],
    ids=["no json", "unknown", "long line", "endless", "exit", "silence"],
)
async def test_what_a_child_says_is_not_believed(program: str, detail: str) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=pipe, stderr=pipe, limit=MIB)
    with pytest.raises(Unreadable, match="could not be read") as refused:
        await extraction._collect(process, Limits(), None)
    assert refused.value.problem is Problem.CRASHED
    assert detail in refused.value.detail
    if process.returncode is None:
        process.kill()
    await process.wait()
