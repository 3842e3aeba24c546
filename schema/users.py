"""Users in GraphQL; a caller sees their own through `viewer`."""

from models.user import USER
from schema.nodes import node_type

User = node_type(USER)
