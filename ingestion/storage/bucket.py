"""A place at an S3-compatible service."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:  # these exist for type checkers alone
    from obstore.store import S3Config, S3Credential, S3Store

_CONNECT = timedelta(seconds=5)
_REQUEST = timedelta(seconds=30)
_RETRIES = 3
_RETRY_FOR = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Without a key, the ways of the service to find one are used: the environment or the machine's role."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key_id: str = ""
    secret: SecretStr | None = None

    @classmethod
    def parse(cls, url: str, key_id: str = "", secret: SecretStr | None = None) -> Self:
        """From `s3://bucket/prefix?endpoint=https://host&region=name`; raises `ValueError` for another address."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme != "s3" or not parts.hostname or parts.username or not query.keys() <= {"endpoint", "region"}:
            raise ValueError("a storage address is s3://bucket/prefix?endpoint=https://host&region=name, without a key in it")
        return cls(parts.netloc, parts.path.strip("/"), key_id=key_id, secret=secret, **query)

    def open(self) -> "S3Store":
        """The store; nothing is asked of the service yet."""
        from obstore.store import S3Store  # noqa: PLC0415 - it takes 4 MB of each process that keeps no file

        # Not every service knows how to delete many at once, and we never do.
        config: S3Config = {"region": self.region, "disable_bulk_delete": True}
        if self.endpoint:
            config["endpoint"] = self.endpoint
        return S3Store(
            self.name,
            prefix=self.prefix or None,
            config=config,
            client_options={"connect_timeout": _CONNECT, "timeout": _REQUEST, "allow_http": self.endpoint.startswith("http://")},
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
            credential_provider=self._credential if self.key_id else None,
        )

    def _credential(self) -> "S3Credential":
        """As a function, since otherwise a session token in the environment would be added to the key."""
        secret = self.secret.get_secret_value() if self.secret else ""
        return {"access_key_id": self.key_id, "secret_access_key": secret, "token": None, "expires_at": None}
