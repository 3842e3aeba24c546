"""What is said of a document besides its file."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from resolvers.inputs import Input, Patch

Title = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Description = Annotated[str, StringConstraints(max_length=2000)]


class Unnamed(Input):
    """What is said of a file that comes with it."""

    title: Title | None = Field(None, description="What people call it; the file's name unless said.")
    description: Description | None = Field(None, description="What is in it, at most 2,000 characters.")
    agent_id: UUID | None = Field(
        None, validation_alias="agentId", description="The agent that it is for; all of the company's unless said."
    )
    meta: dict[str, Any] = Field({}, alias="metadata", description="Anything else, as JSON; searches can be held to it.")


class NewDocument(Unnamed):
    """A document to be made of a file that was sent before."""

    file_id: UUID = Field(validation_alias="fileId", description="What `POST /api/knowledge-base/files` answered, in the last day.")


class DocumentPatch(Patch):
    """What to change of a document; only what is sent is touched, metadata is replaced."""

    title: Title = Field("", description="What people call it.")
    description: Description | None = Field(None, description="What is in it, at most 2,000 characters.")
    agent_id: UUID | None = Field(None, validation_alias="agentId", description="The agent that it is for; null for all of the company's.")
    meta: dict[str, Any] = Field({}, alias="metadata", description="Anything else, as JSON; searches can be held to it.")
