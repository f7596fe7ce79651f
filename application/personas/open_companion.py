"""Open a person's conversation with their companion."""

from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from domain.personas.conversations import CompanionConversation
from domain.personas.events import CompanionOpened, PersonaCause
from domain.personas.personas import Baseline, OwnPersona, chosen
from domain.shared.ids import ConversationId, PersonId


@frozen
class OpenedCompanion:
    """A person's conversation with their companion.

    Attributes:
        conversation: As it stands.
        own: The companion's persona.
        created: False where it was already open.
    """

    conversation: CompanionConversation
    own: OwnPersona
    created: bool


@frozen
class OpenCompanion:
    """Gives a person their one companion conversation."""

    keep: TalkKeeper

    async def __call__(self, person_id: PersonId, baseline: Baseline | None) -> OpenedCompanion:
        """Give it, opening it if there is none; a baseline is the one talked with from now on.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
        """

        async def work() -> OpenedCompanion:
            await self.keep.acting(person_id)
            now = await self.keep.clock.now()
            known = await self.keep.own(person_id, now, baseline)
            own = known if baseline is None else chosen(known, baseline, None, now)
            if own is not known:
                await self.keep.keep_persona(own, PersonaCause.CHOSEN)
            conversation = await self.keep.conversations.of_person(person_id)
            if conversation is not None:
                return OpenedCompanion(conversation, own, created=False)
            conversation = CompanionConversation(
                id=ConversationId(self.keep.new_id()), person_id=person_id, started_at=now
            )
            event = CompanionOpened(
                at=now,
                person_id=person_id,
                policy_version=self.keep.rulebook.version,
                conversation_id=conversation.id,
            )
            await self.keep.conversations.add(conversation, self.keep.told(event))
            return OpenedCompanion(conversation, own, created=True)

        return await self.keep.transactions.run(work)
