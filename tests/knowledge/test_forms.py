"""F12: malformed forms end in a 4xx at once, leave no files and take no memory."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.knowledge.library import UPLOAD, Library

KIND = "multipart/form-data; boundary=mark"
FILE = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n'


def form(*parts: bytes, end: bytes = b"--mark--\r\n") -> bytes:
    """Parts, each with its headers and content."""
    return b"".join(b"--mark\r\n" + part + b"\r\n" for part in parts) + end


MALFORMED = {
    "no boundary": ("multipart/form-data", form(FILE + b"\r\nhello")),
    "a long boundary": (f"multipart/form-data; boundary={'x' * 300}", b"--" + b"x" * 300),
    "another boundary": (KIND.replace("mark", "other"), form(FILE + b"\r\nhello")),
    "many parts": (KIND, form(*[b'Content-Disposition: form-data; name="a"\r\n\r\nb'] * 100_000)),
    "huge headers": (KIND, form(b"X-Long: " + b"x" * 1_000_000 + b"\r\n" + FILE + b"\r\nhello")),
    "many headers": (KIND, form(b"X: y\r\n" * 100_000 + FILE + b"\r\nhello")),
    "no end": (KIND, form(FILE + b"\r\nhello", end=b"")),
    "no name": (KIND, form(b"Content-Disposition: form-data\r\n\r\nhello")),
    "no disposition": (KIND, form(b"Content-Type: text/plain\r\n\r\nhello")),
    "two files": (KIND, form(FILE + b"\r\nhello there", FILE + b"\r\nhello again")),
    "no file": (KIND, form(b'Content-Disposition: form-data; name="title"\r\n\r\nhello')),
    "huge fields": (KIND, form(b'Content-Disposition: form-data; name="title"\r\n\r\n' + b"x" * 100_000, FILE + b"\r\nhello")),
    "nothing": (KIND, b""),
    "no form": (KIND, b'{"file": 1}'),
    "not utf-8": (KIND, form(FILE + b"\r\nhello there", b'Content-Disposition: form-data; name="title"\r\n\r\n\xff')),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_form_is_refused_at_once_and_leaves_nothing(name: str, library: Library) -> None:
    kind, body = MALFORMED[name]
    began = time.process_time()
    answer = await library.tenant.rest("POST", UPLOAD, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), answer.text
    assert time.process_time() - began < 1
    assert (await library.count("documents"), await library.jobs(), library.files()) == (0, [], [])


async def test_another_content_type_is_refused(library: Library) -> None:
    answer = await library.tenant.rest("POST", UPLOAD, json={"file": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(library: Library) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"--mark\r\n" + FILE + b"\r\n" + b"x" * 1_000_000
        raise asyncio.CancelledError

    with pytest.raises((httpx2.HTTPError, asyncio.CancelledError)):
        await library.tenant.rest("POST", UPLOAD, content=broken(), headers={"Content-Type": KIND})
    assert (await library.count("documents"), library.files()) == (0, [])


async def test_memory_stays_flat_while_a_file_comes_that_has_no_end(library: Library) -> None:
    async def large() -> AsyncIterator[bytes]:
        yield b"--mark\r\n" + FILE + b"\r\n"
        for _ in range(150):
            yield b"lamp " * 13_000

    tracemalloc.start()
    answer = await library.tenant.rest("POST", UPLOAD, content=large(), headers={"Content-Type": KIND})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, peak < 4_000_000) == (400, True), peak
    assert (await library.count("documents"), library.files()) == (0, [])


async def test_fields_may_stand_on_either_side_of_the_file(library: Library) -> None:
    title = b'Content-Disposition: form-data; name="title"\r\n\r\nReturns'
    about = b'Content-Disposition: form-data; name="description"\r\n\r\nAbout lamps'
    body = form(title, FILE + b"\r\nhello there", about)
    for size in (1, 7, len(body)):

        async def pieces(size: int = size) -> AsyncIterator[bytes]:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        answer = await library.tenant.rest("POST", UPLOAD, content=pieces(), headers={"Content-Type": KIND})
        made = answer.json()
        assert (made["title"], made["description"], made["file_size"]) == ("Returns", "About lamps", len(b"hello there"))
