"""A person as the other contexts need to know them, whichever store keeps them."""

from application.referrals.ports import Party
from application.shared.standing import Participant
from domain.identity.persons import Person, PersonStatus


def participant_of(person: Person) -> Participant:
    """Give what conversations and calls need to know of a person."""
    return Participant(
        id=person.id,
        active=person.status is PersonStatus.ACTIVE,
        deleted=person.status is PersonStatus.DELETED,
        timezone=person.timezone,
        counting_day=person.counting_day,
    )


def party_of(person: Person) -> Party:
    """Give what referrals need to know of a person."""
    return Party(
        id=person.id,
        active=person.status is PersonStatus.ACTIVE,
        deleted=person.status is PersonStatus.DELETED,
        registered_at=person.registered_at,
        email=person.email,
        phone_number=person.phone_number,
    )
