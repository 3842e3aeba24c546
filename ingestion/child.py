"""What runs in the child process: it reads one file and prints what `wire.py` describes. It starts for each file, so it imports little."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Self

from ingestion.chunks import Chunker
from ingestion.document import Document, assemble
from ingestion.errors import Problem, Unreadable
from ingestion.extract import reader_for
from ingestion.limits import Chunking, Limits
from ingestion.recognise import recognise
from ingestion.sandbox import confine, use_reserve
from ingestion.tokens import Tokens, bundled_tokenizer

# Percent of the work that is done when all text is read; chunks are the rest.
_READ = 80
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read."""

    path: str
    limits: Limits
    chunking: Chunking

    def encode(self) -> str:
        """As the child's argument."""
        return json.dumps(asdict(self))

    @classmethod
    def decode(cls, text: str) -> Self:
        """From the child's argument."""
        job = json.loads(text)
        return cls(job["path"], Limits(**job["limits"]), Chunking(**job["chunking"]))


class Output:
    """Lines to the parent; libraries that print reach nobody."""

    def __init__(self) -> None:
        self._file: BinaryIO = os.fdopen(os.dup(1), "wb")
        self._progress = -1
        with Path(os.devnull).open("wb") as nobody:
            os.dup2(nobody.fileno(), 1)

    def say(self, **line: object) -> None:
        """One line."""
        self._file.write(json.dumps(line).encode() + b"\n")

    def progress(self, percent: float) -> None:
        """Whole percents, each once, at once."""
        if int(percent) > self._progress:
            self._progress = int(percent)
            self.say(progress=self._progress)
            self._file.flush()

    def close(self) -> None:
        """Everything is sent."""
        self._file.close()


def work(job: Job, output: Output) -> None:
    """Read, chunk and report a document; raises `Unreadable`."""
    path = Path(job.path)
    kind = recognise(path)
    reading = reader_for(kind)(path, job.limits, lambda share: output.progress(share * _READ))
    output.say(kind=kind, pages=reading.pages)
    document = assemble(reading.blocks, job.limits.characters)
    output.progress(_READ)
    for line in _lines(document):
        output.say(**line)
    tokens = Tokens(Path(job.chunking.tokenizer) if job.chunking.tokenizer else bundled_tokenizer())
    for chunk in Chunker(job.chunking, tokens).chunks(document):
        output.say(chunk=(chunk.start, chunk.end, chunk.page, chunk.headings, chunk.tokens))
        output.progress(_READ + (99 - _READ) * chunk.end / len(document.text))
    output.say(done=True)


def _lines(document: Document) -> Iterator[dict[str, object]]:
    for start in range(0, len(document.text), _PIECE):
        yield {"text": document.text[start : start + _PIECE]}
    for page in document.pages:
        yield {"page": (page.number, page.start, page.end)}


def main() -> None:
    """Do the job that the first argument describes. Whatever happens, the parent hears of it: a line, or the way this process ended."""
    job = Job.decode(sys.argv[1])
    logging.disable()
    output = Output()
    confine(job.limits)
    try:
        work(job, output)
    except Unreadable as error:
        refusal = error
    except MemoryError:
        use_reserve()
        refusal = Unreadable(Problem.TOO_MUCH_MEMORY, "The document needs too much memory to be read. Split it and upload the parts.")
    except RecursionError:
        refusal = Unreadable(Problem.DAMAGED, "The document is nested too deeply to be read.")
    except Exception as error:  # noqa: BLE001  # the edge of this process: a document broke a library in a new way
        sentence = "The document could not be read. It may be damaged: open it, save it again and upload the new file."
        refusal = Unreadable(Problem.CRASHED, sentence, f"{type(error).__name__}: {error}")
    else:
        output.close()
        return
    output.say(refusal={"problem": refusal.problem, "reason": refusal.reason, "detail": refusal.detail[:1000]})
    output.close()
