"""A small S3 service on loopback: one bucket in memory, whose requests must be signed and whose contents must match their hashes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]
KEY_ID = "test-key"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


def error(status: int, code: str) -> Answer:
    """An error as S3 words it."""
    return status, {}, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


@dataclass
class S3Server:
    """`failing` holds methods, and `METHOD part` for the parts of uploads, that answer 503."""

    bucket: str = "files"
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one answer."""
        try:
            request = await self._read(reader)
            self.requests.append(request)
            status, headers, body = self.answer(request)
            size = {} if request.method == "HEAD" and status == 200 else {"Content-Length": str(len(body))}
            lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in (size | {"Connection": "close"} | headers).items()), "", ""]
            writer.write("\r\n".join(lines).encode() + (b"" if request.method == "HEAD" else body))
            await writer.drain()
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query, keep_blank_values=True).items()}
        return Request(method, unquote(urlsplit(target).path), query, headers, body)

    def answer(self, request: Request) -> Answer:
        """What S3 would say."""
        if not request.headers.get("authorization", "").startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/"):
            return error(403, "InvalidAccessKeyId")
        declared = request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        if declared not in ("UNSIGNED-PAYLOAD", hashlib.sha256(request.body).hexdigest()):
            return error(400, "XAmzContentSHA256Mismatch")
        if not request.path.startswith(f"/{self.bucket}/"):
            return error(404, "NoSuchBucket")
        if {request.method, f"{request.method} part" if "partNumber" in request.query else request.method} & self.failing:
            return error(503, "SlowDown")
        key = request.path.removeprefix(f"/{self.bucket}/")
        return self._upload(request, key) if request.query.keys() & {"uploads", "uploadId"} else self._object(request, key)

    def _object(self, request: Request, key: str) -> Answer:
        if request.method == "PUT":
            self.objects[key] = request.body
            return 200, self._tags(key), b""
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return 204, {}, b""
        if key not in self.objects:
            return error(404, "NoSuchKey")
        content = self.objects[key]
        return 200, self._tags(key) | {"Content-Length": str(len(content))}, content

    def _upload(self, request: Request, key: str) -> Answer:
        if request.method == "POST" and "uploads" in request.query:
            number = f"upload-{len(self.uploads) + 1}"
            self.uploads[number] = {}
            return 200, {}, f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>".encode()
        number = request.query["uploadId"]
        if request.method == "PUT":
            self.uploads[number][int(request.query["partNumber"])] = request.body
            return 200, {"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'}, b""
        parts = self.uploads.pop(number)
        if request.method == "POST":
            self.objects[key] = b"".join(parts[at] for at in sorted(parts))
            tag = self._tags(key)["ETag"]
            return 200, {}, f"<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>".encode()
        return 204, {}, b""

    def _tags(self, key: str) -> dict[str, str]:
        return {"ETag": f'"{hashlib.md5(self.objects[key]).hexdigest()}"', "Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT"}


@asynccontextmanager
async def running() -> AsyncIterator[S3Server]:
    """A server that listens on a free port until the block ends."""
    s3 = S3Server()
    server = await asyncio.start_server(s3.serve, "127.0.0.1", 0)
    s3.port = server.sockets[0].getsockname()[1]
    async with server:
        yield s3
