"""For whom a request acts: a service for any person, a person for themself only."""

from uuid import UUID

from domain.identity.sessions import LoginSession
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from entrypoints.http.clients import client_of
from entrypoints.http.context import ApiRequest, kithkin


def acting(request: ApiRequest, person_id: UUID) -> PersonId:
    """Give the person whom a request names as the one it acts for.

    Raises:
        NotFoundError: It comes from a person and names another.
    """
    asker = request.auth
    if isinstance(asker, LoginSession) and asker.person_id != person_id:
        raise NotFoundError(
            f"There is no person {person_id} whom you may act for;"
            " a person's token acts for that person only."
        )
    return PersonId(person_id)


def viewing(request: ApiRequest, person_id: UUID | None) -> PersonId | None:
    """Give the person in whose view something is asked for; None for the app's own view.

    A person who names nobody means themself.

    Raises:
        NotFoundError: The request comes from a person and names another.
    """
    if person_id is not None:
        return acting(request, person_id)
    asker = request.auth
    return asker.person_id if isinstance(asker, LoginSession) else None


def own_session(request: ApiRequest) -> LoginSession:
    """Give the session of the person who asks, on a route that only persons may ask."""
    asker = request.auth
    if not isinstance(asker, LoginSession):
        raise TypeError("the route is not marked as one for persons only")
    return asker


def owner_of(request: ApiRequest) -> str:
    """Give whose idempotency keys those of a request are.

    A client without a credential is known by its address, which is kept under the pepper.
    """
    asker = request.auth
    if isinstance(asker, LoginSession):
        return f"person:{asker.person_id}"
    if asker is None:
        pepper = kithkin(request).ports.pepper()
        return f"client:{pepper.client(client_of(request.scope)).hex()}"
    return f"service:{asker.id}"
