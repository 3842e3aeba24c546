"""Companies in GraphQL; a caller sees their own through `viewer`."""

from models.company import COMPANY
from schema.nodes import node_type

Company = node_type(COMPANY)
