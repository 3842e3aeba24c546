"""Files are kept whole or not at all, in a private folder or with a service that speaks S3."""

import errno
import hashlib
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from ingestion.storage import Bucket, Storage, StorageFull, StorageUnavailable, TooLarge
from ingestion.storage.errors import translated
from tests.ingestion.s3_server import KEY_ID, S3Server, running

TYPE = "text/plain"
CONTENT = bytes(range(256)) * 40
DIGEST = hashlib.sha256(CONTENT).hexdigest()
KEY = f"acme/{DIGEST}-0123456789abcdef"


@pytest.fixture
async def s3() -> AsyncIterator[S3Server]:
    """An empty bucket."""
    async with running() as server:
        yield server


def bucket(s3: S3Server, **changed: str) -> Bucket:
    """The bucket's address and key."""
    return Bucket.parse(f"s3://files/kb?endpoint={s3.url}", changed.get("key_id", KEY_ID), SecretStr("secret"))


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server) -> Storage:
    """Both kinds."""
    return Storage.local(tmp_path / "files") if request.param == "local" else Storage.s3(bucket(s3))


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A stream."""
    for part in parts:
        yield part


async def put(storage: Storage, content: AsyncIterator[bytes], limit: int = 10**8, key: str = KEY) -> str:
    """Take in a stream and keep it; its hash."""
    async with storage.receive(content, limit) as received:
        await storage.keep(received, key, TYPE)
    return received.sha256


async def read(storage: Storage, key: str) -> bytes:
    """All that is kept under a key."""
    return b"".join([piece async for piece in storage.get(key)])


def entries(folder: Path) -> list[Path]:
    """Everything in a folder, as paths within it."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


async def test_what_is_received_can_be_read_and_is_kept_under_its_key(storage: Storage) -> None:
    async with storage.receive(pieces(CONTENT[:100], b"", CONTENT[100:]), len(CONTENT)) as received:
        assert (received.sha256, received.size, received.path.read_bytes()) == (DIGEST, len(CONTENT), CONTENT)
        key = received.key("acme")
        assert not await storage.exists(key)
        await storage.keep(received, key, TYPE)
    assert await read(storage, key) == CONTENT
    async with storage.as_file(key) as path:
        assert path.read_bytes() == CONTENT


async def test_the_same_content_has_another_key_each_time(storage: Storage) -> None:
    keys = []
    for company in ("acme", "acme", "globex"):
        async with storage.receive(pieces(CONTENT), 10**6) as received:
            keys.append(received.key(company))
            await storage.keep(received, keys[-1], TYPE)
    assert [key.rpartition("-")[0] for key in keys] == [f"acme/{DIGEST}", f"acme/{DIGEST}", f"globex/{DIGEST}"]
    await storage.delete(keys[0])
    assert [await storage.exists(key) for key in keys] == [False, True, True]


async def test_an_empty_file_and_a_large_one_are_kept(storage: Storage) -> None:
    await put(storage, pieces(), 0)
    assert await read(storage, KEY) == b""
    part = os.urandom(1_000_000)
    digest = await put(storage, pieces(*[part] * 35))
    assert hashlib.sha256(await read(storage, KEY)).hexdigest() == digest == hashlib.sha256(part * 35).hexdigest()


async def test_a_service_gives_a_link_that_runs_out_and_a_folder_gives_none(tmp_path: Path, s3: S3Server) -> None:
    link = await Storage.s3(bucket(s3)).link(KEY, timedelta(hours=1))
    parts = urlsplit(link or "")
    assert (parts.netloc, parts.path) == (f"127.0.0.1:{s3.port}", f"/files/kb/{KEY}")
    assert parse_qs(parts.query)["X-Amz-Expires"] == ["3600"]
    assert "secret" not in parts.query
    assert await Storage.local(tmp_path / "files").link(KEY, timedelta(hours=1)) is None


async def test_what_is_missing_is_not_found_and_deleting_it_is_no_error(storage: Storage) -> None:
    assert not await storage.exists(KEY)
    await storage.delete(KEY)
    with pytest.raises(FileNotFoundError, match=f"^nothing is kept under {KEY}$"):
        await read(storage, KEY)
    with pytest.raises(FileNotFoundError):
        async with storage.as_file(KEY):
            raise AssertionError("there is a file")


@pytest.mark.parametrize(
    "key", ["", "acme", f"acme/{DIGEST}/x", f"../{DIGEST}", f"acme/../{DIGEST}", f"/{DIGEST}", KEY.upper(), f"{KEY}\n"]
)
async def test_a_key_that_is_none_is_refused(storage: Storage, key: str) -> None:
    for call in (storage.exists, storage.delete):
        with pytest.raises(ValueError, match="is not a key"):
            await call(key)
    with pytest.raises(ValueError, match="is not a key"):
        await read(storage, key)


@pytest.mark.parametrize("company", ["", ".", "..", "a/b", "a\x00", "a" * 65, "-a"])
async def test_a_company_that_is_no_id_is_refused(storage: Storage, company: str) -> None:
    async with storage.receive(pieces(b"x"), 10) as received:
        with pytest.raises(ValueError, match="company's id"):
            received.key(company)


async def test_a_file_over_the_limit_leaves_nothing_behind(tmp_path: Path, s3: S3Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000

    for storage in (Storage.local(tmp_path / "files"), Storage.s3(bucket(s3))):
        with pytest.raises(TooLarge, match="more than 5,000 bytes"):
            await put(storage, endless(), 5000)
        with pytest.raises(TooLarge):
            await put(storage, pieces(b"123456"), 5)
    assert (entries(tmp_path / "files"), s3.requests) == ([], [])


async def test_an_upload_that_breaks_off_leaves_nothing_behind(tmp_path: Path, s3: S3Server) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 1_000_000
        raise ConnectionResetError("the client is gone")

    for storage in (Storage.local(tmp_path / "files"), Storage.s3(bucket(s3))):
        with pytest.raises(ConnectionResetError, match="the client is gone"):
            await put(storage, broken(), 10**7)
    assert (entries(tmp_path / "files"), s3.requests) == ([], [])


async def test_a_local_folder_and_what_is_in_it_are_private(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    storage = Storage.local(tmp_path / "files")
    await put(storage, pieces(CONTENT))
    modes = {path: stat.S_IMODE((tmp_path / "files" / path).stat().st_mode) for path in [Path(), *entries(tmp_path / "files")]}
    assert modes == {Path(): 0o700, Path("acme"): 0o700, Path(KEY): 0o600}


def test_a_process_that_is_killed_while_it_uploads_leaves_nothing_behind(tmp_path: Path) -> None:
    program = f"""
import asyncio, os, signal
from pathlib import Path
from ingestion.storage import Storage
async def cut():
    yield b"x" * 5_000_000
    os.kill(os.getpid(), signal.SIGKILL)
    yield b"x"
async def main():
    async with Storage.local(Path({str(tmp_path)!r})).receive(cut(), 10**7):
        raise AssertionError("it came whole")
asyncio.run(main())
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert entries(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    storage = Storage.local(tmp_path / "files")
    (tmp_path / "files" / "acme").write_text("in the way")
    with pytest.raises(StorageUnavailable, match="File exists"):
        await put(storage, pieces(CONTENT))
    (tmp_path / "files" / "acme").unlink()
    (tmp_path / "files").rmdir()
    with pytest.raises(StorageUnavailable, match="the upload"):
        await put(storage, pieces(CONTENT))


def test_a_full_disk_is_told_apart() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(StorageFull, match="No space left"), translated("the upload"):
        full.write(b"x")
    with pytest.raises(StorageUnavailable) as refused, translated("x"):
        raise OSError(errno.EACCES, "no")
    assert not isinstance(refused.value, StorageFull)


async def test_small_files_take_one_request_and_large_ones_parts(s3: S3Server) -> None:
    storage = Storage.s3(bucket(s3))
    await put(storage, pieces(CONTENT))
    assert [(request.method, request.path) for request in s3.requests] == [("PUT", f"/files/kb/{KEY}")]
    assert s3.requests[0].headers["content-type"] == TYPE
    s3.requests.clear()
    await put(storage, pieces(b"x" * 17 * 1024 * 1024))
    assert sorted((request.method, request.query.get("partNumber")) for request in s3.requests) == [
        ("POST", None),
        ("POST", None),
        ("PUT", "1"),
        ("PUT", "2"),
    ]
    assert (len(s3.objects[f"kb/{KEY}"]), s3.uploads) == (17 * 1024 * 1024, {})


async def test_parts_of_an_upload_that_fails_are_removed(s3: S3Server) -> None:
    s3.failing.add("PUT part")
    with pytest.raises(StorageUnavailable):
        await put(Storage.s3(bucket(s3)), pieces(b"x" * 17 * 1024 * 1024))
    assert (s3.objects, s3.uploads) == ({}, {})


async def test_a_service_that_refuses_or_is_down_is_unavailable(s3: S3Server) -> None:
    stranger = Storage.s3(bucket(s3, key_id="stranger"))
    with pytest.raises(StorageUnavailable, match=KEY) as refused:
        await put(stranger, pieces(CONTENT))
    assert "secret" not in str(refused.value)
    s3.failing |= {"HEAD", "GET", "DELETE"}
    storage = Storage.s3(bucket(s3))
    for call in (storage.exists, storage.delete):
        with pytest.raises(StorageUnavailable):
            await call(KEY)
    with pytest.raises(StorageUnavailable):
        await read(storage, KEY)


async def test_keys_of_the_environment_are_not_mixed_with_those_given(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    await put(Storage.s3(bucket(s3)), pieces(CONTENT))
    assert "x-amz-security-token" not in s3.requests[0].headers
    assert list(s3.objects) == [f"kb/{KEY}"]


async def test_a_copy_of_a_remote_file_is_removed_after_use(s3: S3Server) -> None:
    storage = Storage.s3(bucket(s3))
    await put(storage, pieces(CONTENT))
    async with storage.as_file(KEY) as path:
        assert path.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_an_address_is_parsed() -> None:
    assert Bucket.parse("s3://files/kb/v1/?endpoint=https://minio.example:9000&region=eu-south-1", "id") == Bucket(
        "files", "kb/v1", "https://minio.example:9000", "eu-south-1", "id"
    )
    assert Bucket.parse("s3://files") == Bucket("files")


@pytest.mark.parametrize("url", ["files", "http://files/kb", "s3://", "s3://key:secret@files", "s3://files?secret=x"])
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a storage address is s3://"):
        Bucket.parse(url)
