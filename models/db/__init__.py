"""The only way to the database: pools, compiled statements, and sessions bound to one company."""

from models.db.database import Database
from models.db.pool import PoolExhausted
from models.db.session import Session

__all__ = ["Database", "PoolExhausted", "Session"]
