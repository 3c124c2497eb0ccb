"""What administrators may send to panels and generations."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.bodies import Body, Text, WorkspaceName
from contracts.policy import Stage

Verb = Literal["pause", "resume", "activate", "retire"]


class SwitchBody(Body):
    """A stage to bring a panel to."""

    stage: Stage = Stage.PRIMARY
    share: float | None = Field(
        None, description="Of the questions (shadow) or keys (canary), above 0 and up to 1."
    )
    force: bool = Field(default=False, description="Against all reasons; kept in the audit.")
    workspace: WorkspaceName | None = Field(
        None, description="Left out: the default, or the key's own workspace."
    )


class BackBody(Body):
    """Whose policy goes back to what it was."""

    workspace: WorkspaceName | None = Field(
        None, description="Left out: the default, or the key's own workspace."
    )


class RebuildBody(Body):
    """What to fill a panel from."""

    source: Annotated[Text, Field(min_length=1, max_length=4000)] = Field(
        description="The other panel's name, `originals`, or `file:PATH` on the server.",
        examples=["vector"],
    )


class RepairBody(Body):
    """What to mend: everything, or one document."""

    deep: bool = Field(default=False, description="Also read every payload again.")
    document: UUID | None = None
    workspace: WorkspaceName | None = Field(None, description="The document's.")


class GenerationBody(Body):
    """An embedding space to build beside the live one."""

    model: Annotated[Text, Field(min_length=1, max_length=300)]
    dimension: int = Field(ge=1, le=2000)
    chunker: Annotated[Text, Field(min_length=1, max_length=300)]
