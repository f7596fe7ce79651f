"""Persons who refer, or come by somebody: whether they may."""

from application.referrals.ports import Parties, Party
from application.shared.standing import required
from domain.shared.ids import PersonId
from domain.shared.standing import person_reasons, require_standing


def acting(party: Party | None, person_id: PersonId) -> Party:
    """Give a person who does something, if they may act.

    Raises:
        NotFoundError: There is no such person.
        PersonDeletedError: They were erased.
        PersonSuspendedError: They are suspended.
    """
    found = required(party, person_id)
    require_standing(person_reasons(active=found.active, deleted=found.deleted))
    return found


async def lock_acting(parties: Parties, person_id: PersonId) -> Party:
    """Lock a person who does something, in the running transaction, and give them.

    Raises:
        NotFoundError: There is no such person.
        PersonDeletedError: They were erased.
        PersonSuspendedError: They are suspended.
    """
    return acting((await parties.lock((person_id,))).get(person_id), person_id)
