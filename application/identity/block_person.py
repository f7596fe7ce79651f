"""Block a person, or let them in again."""

from attrs import frozen

from application.identity.lock_persons import locked_persons
from application.identity.ports import Blocks, PairCalls, Persons
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.blocks import block
from domain.identity.events import PersonBlocked, PersonUnblocked
from domain.shared.ids import PersonId


@frozen
class BlockPerson:
    """Shuts one person out for another, both ways; what they have going on ends."""

    transactions: Transactions
    persons: Persons
    blocks: Blocks
    end_pair_calls: PairCalls
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, blocker_id: PersonId, blocked_id: PersonId) -> None:
        """Block; blocking again changes nothing.

        Raises:
            NotFoundError: One of the two does not exist.
            PersonDeletedError: The blocker was erased.
            InvalidValueError: The two are one person.
        """
        now = await self.clock.now()
        made = block(blocker_id, blocked_id, now)
        event = PersonBlocked(
            at=now,
            person_id=blocker_id,
            policy_version=self.rulebook.version,
            blocked_id=blocked_id,
        )

        async def work() -> None:
            blocker, _ = await locked_persons(self.persons, blocker_id, blocked_id)
            blocker.require_not_deleted()
            if await self.blocks.add(made, outgoing(self.new_id, (event,))):
                await self.end_pair_calls(blocker_id, blocked_id)

        await self.transactions.run(work)


@frozen
class UnblockPerson:
    """Lets a blocked person in again."""

    transactions: Transactions
    persons: Persons
    blocks: Blocks
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, blocker_id: PersonId, blocked_id: PersonId) -> None:
        """Remove a block; without one nothing changes.

        Raises:
            NotFoundError: One of the two does not exist.
            PersonDeletedError: The blocker was erased.
        """
        event = PersonUnblocked(
            at=await self.clock.now(),
            person_id=blocker_id,
            policy_version=self.rulebook.version,
            blocked_id=blocked_id,
        )

        async def work() -> None:
            blocker, _ = await locked_persons(self.persons, blocker_id, blocked_id)
            blocker.require_not_deleted()
            await self.blocks.remove(blocker_id, blocked_id, outgoing(self.new_id, (event,)))

        await self.transactions.run(work)
