"""By whom a person came, and by whom those did."""

from collections.abc import Mapping

from ..shared.ids import PersonId


def root_of(person_id: PersonId, referrers: Mapping[PersonId, PersonId]) -> PersonId:
    """Give the first one of the chain that a person came by; themself if they came by nobody.

    Everyone comes by one person at most, so who came by nobody is an ancestor of all whose
    root they are, and of nobody else: whether a new link would close a cycle shows there.

    Args:
        person_id: Whose.
        referrers: By whom each person came. It holds no cycle.
    """
    while (referrer := referrers.get(person_id)) is not None:
        person_id = referrer
    return person_id
