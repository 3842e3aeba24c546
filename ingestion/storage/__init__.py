"""Uploaded files, each under a key of its own: in a local folder, or with any service that speaks S3."""

from ingestion.storage.bucket import Bucket
from ingestion.storage.errors import StorageFull, StorageUnavailable, TooLarge
from ingestion.storage.files import Received, Storage

__all__ = ["Bucket", "Received", "Storage", "StorageFull", "StorageUnavailable", "TooLarge"]
