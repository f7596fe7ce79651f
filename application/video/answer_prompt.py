"""Take in what a person did about a prompt."""

from functools import reduce

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants
from application.shared.tally import PromptTally, uncounted_prompts
from application.shared.transaction import Transactions
from application.video.prompt_ports import Prompts
from domain.shared.ids import PersonId, PromptId
from domain.shared.standing import require_not_deleted
from domain.video.prompt_events import PromptAction
from domain.video.prompts import Prompt, act, acted_on, no_such_prompt


@frozen
class AnswerPrompt:
    """Keeps the one action that was taken on a prompt."""

    transactions: Transactions
    prompts: Prompts
    participants: Participants
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    prompt_tally: PromptTally = uncounted_prompts

    async def __call__(
        self, prompt_id: PromptId, action: PromptAction, viewer_id: PersonId | None = None
    ) -> Prompt:
        """Take in the action and give the prompt; the same again changes nothing.

        Args:
            prompt_id: Which prompt.
            action: What the person did.
            viewer_id: The person who says so themself; None for the app itself.

        Raises:
            NotFoundError: There is no such prompt, or it was shown to somebody else.
            PersonDeletedError: The person was erased.
            PromptAnsweredError: Something else was done about it before.
        """

        async def work() -> tuple[Prompt, bool]:
            known = await self.prompts.get(prompt_id)
            if known is None or viewer_id not in {None, known.person_id}:
                raise no_such_prompt()
            person = await self.participants.get(known.person_id, lock=True)
            prompt = await self.prompts.get(prompt_id)
            if person is None or prompt is None:
                raise no_such_prompt()
            require_not_deleted(deleted=person.deleted)
            events = act(prompt, action, self.rulebook.version, await self.clock.now())
            if not events:
                return (prompt, False)
            answered = reduce(acted_on, events, prompt)
            await self.prompts.answer(answered, outgoing(self.new_id, events))
            return (answered, True)

        prompt, is_new = await self.transactions.run(work)
        if is_new:
            self.prompt_tally.prompt(prompt.prompt_type.value, action.value)
        return prompt
