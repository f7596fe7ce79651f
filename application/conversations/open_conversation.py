"""Open a conversation between two persons."""

from attrs import frozen

from application.conversations.ports import Conversations
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings, locked_pair
from application.shared.tally import Tally, uncounted
from application.shared.transaction import Transactions
from domain.conversations.conversations import Conversation, open_pair, pair
from domain.shared.decisions import verdicts
from domain.shared.ids import ConversationId, PersonId
from domain.shared.standing import require_standing


@frozen
class OpenedConversation:
    """The open conversation of two persons.

    Attributes:
        conversation: As it stands.
        created: False where it was already open.
    """

    conversation: Conversation
    created: bool


@frozen
class OpenConversation:
    """Gives two persons their one open conversation."""

    transactions: Transactions
    conversations: Conversations
    standings: PairStandings
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, opener_id: PersonId, partner_id: PersonId) -> OpenedConversation:
        """Give the open conversation of the two, opening it if there is none.

        Raises:
            InvalidValueError: The two are one person.
            NotFoundError: One of the two does not exist.
            PersonDeletedError: The opener was erased.
            PersonSuspendedError: The opener is suspended.
            PartnerDeletedError: The other was erased.
            PairBlockedError: One of the two has blocked the other.
        """
        lower, higher = pair(opener_id, partner_id)
        now = await self.clock.now()

        async def work() -> OpenedConversation:
            standing = await locked_pair(self.standings, opener_id, partner_id)
            standing.require_not_deleted(opener_id)
            known = await self.conversations.of_pair(lower, higher)
            if known is not None:
                return OpenedConversation(known, created=False)
            reasons = standing.reasons(opener_id)
            self.tally(verdicts(reasons))
            require_standing(reasons)
            conversation, event = open_pair(
                ConversationId(self.new_id()),
                opener_id,
                partner_id,
                policy_version=self.rulebook.version,
                now=now,
            )
            await self.conversations.add(conversation, outgoing(self.new_id, (event,)))
            return OpenedConversation(conversation, created=True)

        return await self.transactions.run(work)
