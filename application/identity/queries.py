"""Reading persons and reports."""

from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.identity.ports import Persons, Preferences, Reports, ServiceKeys
from application.shared.clock import Clock
from application.shared.pages import Page, Position
from application.shared.standing import required
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.identity.profile import MAX_EMAIL_CHARACTERS
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.text import clean_line


class PersonDirectory(Protocol):
    """The persons as a list."""

    async def page(self, email: str | None, after: Position | None, limit: int) -> Page[Person]:
        """Give persons in the order of their registration, of one email address or all."""
        ...


class SessionDirectory(Protocol):
    """The login sessions of a person as a list."""

    async def page(
        self, person_id: PersonId, now: datetime, after: Position | None, limit: int
    ) -> Page[LoginSession]:
        """Give the sessions that live, the newest first."""
        ...


@frozen
class IdentityQueries:
    """Answers what is asked about persons."""

    persons: Persons
    directory: PersonDirectory
    reports: Reports
    keys: ServiceKeys
    preferences: Preferences
    sessions: SessionDirectory
    clock: Clock

    async def learning_preferences(self, person_id: PersonId) -> LearningPreferences:
        """Give what a person prefers as a learner.

        Raises:
            NotFoundError: There is no such person, or they have set nothing yet.
        """
        found = await self.preferences.get(person_id)
        if found is None:
            await self.person(person_id)
            raise NotFoundError("This person has no learning preferences yet; PUT some here.")
        return found

    async def sessions_of(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[LoginSession]:
        """Give a person's sessions that live, the newest first."""
        return await self.sessions.page(person_id, await self.clock.now(), after, limit)

    async def all_keys(self) -> tuple[ServiceKey, ...]:
        """Give all service keys, the oldest first."""
        return await self.keys.all()

    async def person(self, person_id: PersonId) -> Person:
        """Give a person.

        Raises:
            NotFoundError: There is no such person.
        """
        return required(await self.persons.get(person_id), person_id)

    async def all_persons(
        self, email: str | None, after: Position | None, limit: int
    ) -> Page[Person]:
        """Give persons in the order of their registration, of one email address or all.

        Raises:
            InvalidValueError: The address holds what no text may hold.
        """
        if email is not None:
            email = clean_line("email", email, max_characters=MAX_EMAIL_CHARACTERS)
        return await self.directory.page(email, after, limit)

    async def all_reports(
        self, reported_id: PersonId | None, after: Position | None, limit: int
    ) -> Page[Report]:
        """Give reports, the newest first, of one person or of all."""
        return await self.reports.page(reported_id, after, limit)
