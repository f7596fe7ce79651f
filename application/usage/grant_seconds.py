"""Grant purchased seconds."""

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from domain.shared.ids import PersonId
from domain.shared.text import clean_line
from domain.usage.accounts import UsageAccount
from domain.usage.purchased import Grant

REASON_MAX_CHARACTERS = 200


@frozen
class GrantSeconds:
    """Gives a person seconds that never expire, with a line in their ledger."""

    keep: AccountKeeper

    async def __call__(self, person_id: PersonId, seconds: int, reason: str) -> UsageAccount:
        """Grant them and give the account.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            InvalidValueError: The number is out of its range, or the reason is no text.
            TooManySecondsError: The person would have too many.
        """
        why = clean_line("reason", reason, max_characters=REASON_MAX_CHARACTERS)

        async def work() -> UsageAccount:
            account = await self.keep.opened(await self.keep.subscriber(person_id, lock=True))
            return await self.keep.decided(account, Grant(seconds=seconds), why)

        return await self.keep.transactions.run(work)
