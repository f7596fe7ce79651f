"""Read who came by a person, and who came by those."""

from attrs import define, field, frozen

from application.referrals.ports import Parties, ReferralRecords
from application.shared.pages import Position
from application.shared.standing import not_erased
from domain.referrals.referrals import Referral
from domain.shared.ids import PersonId

MOST_PERSONS = 10_000
MOST_LEVELS = 200
"""Who reads a tree as JSON takes few more that are one in the other."""

_AT_ONCE = 200


@define
class Branch:
    """A person, and who came by them.

    Attributes:
        person_id: Who.
        referral: By which they came; None for the one that was asked about.
        branches: Who came by them, the latest first.
    """

    person_id: PersonId
    referral: Referral | None = None
    branches: list["Branch"] = field(factory=list)


@frozen
class Tree:
    """Who came by a person.

    Attributes:
        root: The person.
        persons: How many there are below.
        whole: That is all; else it was cut where there were too many, or too many levels.
    """

    root: Branch
    persons: int
    whole: bool


@frozen
class ReadTree:
    """Reads the tree of a person, level by level."""

    parties: Parties
    records: ReferralRecords

    async def __call__(self, person_id: PersonId, most: int = MOST_PERSONS) -> Tree:
        """Give the tree, cut after so many persons, and after 200 levels.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        not_erased(await self.parties.get(person_id), person_id)
        root = Branch(person_id)
        level, levels, persons, whole = [root], 0, 0, True
        while level and whole:
            levels += 1
            room = most - persons if levels <= MOST_LEVELS else 0
            below: list[Branch] = []
            for branch in level:
                found = await self._came_by(branch.person_id, room + 1)
                whole = whole and len(found) <= room
                branch.branches = found[:room]
                room -= len(branch.branches)
                below += branch.branches
            persons += len(below)
            level = below
        return Tree(root, persons, whole)

    async def _came_by(self, person_id: PersonId, most: int) -> list[Branch]:
        found: list[Branch] = []
        after: Position | None = None
        while len(found) < most:
            page = await self.records.made_by(person_id, after, _AT_ONCE)
            for referral in page.items:
                referee_id: PersonId | None = getattr(referral, "referee_id", None)
                if referee_id is not None:
                    found.append(Branch(referee_id, referral))
            if page.last is None:
                break
            after = page.last
        return found[:most]
