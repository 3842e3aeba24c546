"""Links that authorise by themselves: whoever has one may read one file of one company until it runs out."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

LIFETIME = timedelta(hours=1)
PATH = "/files/"
# Company, document, second of its end.
FACTS = struct.Struct(">16s16sQ")
MAC = 32


class Link(NamedTuple):
    """What a link allows."""

    company_id: UUID
    document_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links; `base_url` is where this server is reached."""

    key: bytes
    base_url: str

    def url(self, link: Link) -> str:
        """The address of a file."""
        facts = FACTS.pack(link.company_id.bytes, link.document_id.bytes, int(link.expires_at.timestamp()))
        return self.base_url + PATH + base64.urlsafe_b64encode(self._mac(facts) + facts).decode().rstrip("=")

    def read(self, text: str, at: datetime) -> Link | None:
        """What a link allows at a moment; None for one that was not made here or has run out."""
        try:
            found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, facts = found[:MAC], found[MAC:]
        if len(facts) != FACTS.size or not hmac.compare_digest(mac, self._mac(facts)):
            return None
        company, document, seconds = FACTS.unpack(facts)
        link = Link(UUID(bytes=company), UUID(bytes=document), datetime.fromtimestamp(seconds, UTC))
        return link if at < link.expires_at else None

    def _mac(self, facts: bytes) -> bytes:
        return hmac.digest(self.key, facts, hashlib.sha256)
