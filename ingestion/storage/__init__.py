"""Uploaded files, by their content: in a local folder, or with any service that speaks S3."""

from ingestion.storage.bucket import Bucket
from ingestion.storage.errors import StorageFull, StorageUnavailable, TooLarge
from ingestion.storage.files import Storage, Stored

__all__ = ["Bucket", "Storage", "StorageFull", "StorageUnavailable", "Stored", "TooLarge"]
