"""Login sessions, as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from domain.identity.sessions import LoginSession, SessionOrigin


class SessionBody(Struct):
    """A login session, without its token."""

    id: UUID
    origin: Annotated[SessionOrigin, Meta(description="How it began")]
    created_at: datetime
    last_used_at: Annotated[datetime, Meta(description="To about ten minutes")]
    idle_ends_at: Annotated[datetime, Meta(description="When it ends if it is not used")]
    ends_at: Annotated[datetime, Meta(description="When it ends in any case")]


def session_body(session: LoginSession) -> SessionBody:
    """Give a session as the API shows it."""
    return msgspec.convert(session, SessionBody, from_attributes=True)
