"""Documents are read in a child process: a file that breaks, stalls or fills it harms nobody else."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.child import Job
from ingestion.chunks import Chunk
from ingestion.document import PageSpan
from ingestion.errors import Problem, Unreadable
from ingestion.limits import MIB, Chunking, Limits
from ingestion.recognise import Kind
from ingestion.wire import Line

# Neither the environment nor the set-up of installed packages is read: that is safer, and halves the start.
_PROGRAM = "import sys; sys.path += sys.argv[2:]; from ingestion.child import main; main()"

OnProgress = Callable[[int], Awaitable[None]]

# Bytes of one line; the longest has a piece of the text.
_LONGEST_LINE = MIB
_LAST_WORDS = 2000
_NO_MEMORY = "memory allocation of"
# No secret of the parent's: a library's path and what keeps the tokenizer in one thread.
_ENVIRONMENT = {"PATH": "", "LANG": "C.UTF-8", "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}
_KEPT = ("LD_LIBRARY_PATH",)


@dataclass(slots=True)
class Extracted:
    """A document's whole text, where its pages are in it, and its chunks. `page_count` is None for formats without pages."""

    kind: Kind = Kind.TEXT
    page_count: int | None = None
    text: str = ""
    pages: list[PageSpan] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)

    def content(self, chunk: Chunk) -> str:
        """A chunk's text."""
        return self.text[chunk.start : chunk.end]

    def passage(self, chunk: Chunk) -> str:
        """What is embedded of a chunk."""
        return passage(chunk.headings, self.content(chunk))


def passage(headings: Sequence[str], content: str) -> str:
    """What is embedded of a chunk: the headings above it, unless it begins with them, and its text."""
    opening = content[: sum(len(name) + 2 for name in headings)]
    return "\n".join([*(name for name in headings if name not in opening), content])


async def extract(
    path: Path, *, limits: Limits | None = None, chunking: Chunking | None = None, on_progress: OnProgress | None = None
) -> Extracted:
    """Read and chunk a file in a child process; `on_progress` is awaited with rising percents.

    Raises `Unreadable` when the file cannot be used, whatever is the matter with it. Cancelling kills the child.
    """
    job = _job(path, limits or Limits(), chunking or Chunking())
    async with _child(job) as process:
        try:
            async with asyncio.timeout(job.limits.wall) as deadline:
                extracted = await _collect(process, job.limits, on_progress)
        except TimeoutError:
            if deadline.expired():
                raise _too_slow(f"{job.limits.wall:g} s have passed") from None
            raise
    return extracted


def _job(path: Path, limits: Limits, chunking: Chunking) -> Job:
    """The child works in another folder."""
    return Job(str(path.absolute()), limits, chunking)


def _import_path() -> list[str]:
    """Where this process finds libraries, and this package, which may be installed as a link."""
    return [*(entry for entry in sys.path if Path(entry).is_absolute()), str(Path(__file__).parents[1])]


@asynccontextmanager
async def _child(job: Job) -> AsyncIterator[Process]:
    """A process of its own session, started without forking this one's threads; it is gone when the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _PROGRAM, job.encode(), *_import_path()),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        limit=_LONGEST_LINE,
        cwd="/",
        env=_ENVIRONMENT | {name: os.environ[name] for name in _KEPT if name in os.environ},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            _kill(process)
        await process.wait()


def _kill(process: Process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself and is only waited for


async def _collect(process: Process, limits: Limits, on_progress: OnProgress | None) -> Extracted:
    """Read the child's lines to their end; raises `Unreadable` with its refusal, or with what its end means."""
    assert process.stderr is not None
    last_words = asyncio.create_task(_tail(process.stderr))
    extracted, pieces = Extracted(), list[str]()
    try:
        async for line in _lines(process, limits):
            if line.done:
                extracted.text = "".join(pieces)
                return extracted
            if line.progress is not None and on_progress:
                await on_progress(line.progress)
            _take(line, extracted, pieces)
        raise _ended(await process.wait(), await last_words)
    finally:
        last_words.cancel()


async def _lines(process: Process, limits: Limits) -> AsyncIterator[Line]:
    """What the child says, which is not believed to be short or well formed."""
    assert process.stdout is not None
    most = limits.characters * 16 + 16 * MIB
    try:
        while raw := await process.stdout.readline():
            most -= len(raw)
            line = Line.model_validate_json(raw)
            if most < 0:
                raise _crashed("it says more than a document can hold")
            yield line
    except ValueError as error:
        raise _crashed(f"it says what nobody understands: {error}") from None


def _take(line: Line, extracted: Extracted, pieces: list[str]) -> None:
    if line.refusal:
        raise Unreadable(line.refusal.problem, line.refusal.reason, line.refusal.detail)
    if line.kind:
        extracted.kind, extracted.page_count = line.kind, line.pages
    if line.text is not None:
        pieces.append(line.text)
    if line.page:
        extracted.pages.append(PageSpan(*line.page))
    if line.chunk:
        extracted.chunks.append(Chunk(len(extracted.chunks), *line.chunk))


async def _tail(stream: asyncio.StreamReader) -> str:
    """The last of what a process writes; all of it is read, so that it never waits."""
    last = b""
    while piece := await stream.read(_LAST_WORDS):
        last = (last + piece)[-_LAST_WORDS:]
    return last.decode(errors="replace")


def _ended(code: int, last_words: str) -> Unreadable:
    """What it means that the child ended without a word."""
    if code in (-signal.SIGXCPU, -signal.SIGALRM):
        return _too_slow(f"ended by {signal.Signals(-code).name}")
    # The system kills who takes too much; the tokenizer, which is not written in Python, gives up by itself.
    if code == -signal.SIGKILL or _NO_MEMORY in last_words:
        sentence = "The document needs too much memory to be read. Split it and upload the parts."
        return Unreadable(Problem.TOO_MUCH_MEMORY, sentence, last_words or "killed by the system")
    return _crashed(f"ended with {signal.Signals(-code).name if code < 0 else code}: {last_words}")


def _too_slow(detail: str) -> Unreadable:
    return Unreadable(Problem.TOO_SLOW, "Reading the document took too long. Split it and upload the parts.", detail)


def _crashed(detail: str) -> Unreadable:
    sentence = "The document could not be read. It may be damaged: open it, save it again and upload the new file."
    return Unreadable(Problem.CRASHED, sentence, detail)
