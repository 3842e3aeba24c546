"""The revisions that this code knows, by the names of their files: alembic would take 10 MB of each web process to tell the newest."""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def newest() -> str:
    """The newest revision; raises `RuntimeError` when there is none. Files are named `<revision>_<what it does>.py`."""
    found = [path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")]
    if not found:
        raise RuntimeError("models/migrations/versions holds no revision")
    return max(found)
