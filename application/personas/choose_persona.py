"""Set what a person's companion is like."""

from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from domain.personas.events import PersonaCause
from domain.personas.personas import Baseline, OwnPersona, Sliders, chosen
from domain.shared.ids import PersonId


@frozen
class ChoosePersona:
    """Lets a person set the persona; a session that goes on keeps the one it started with."""

    keep: TalkKeeper

    async def __call__(
        self, person_id: PersonId, baseline: Baseline, sliders: Sliders | None
    ) -> OwnPersona:
        """Set baseline and sliders and give the persona; sliders left out stay as they are.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """

        async def work() -> OwnPersona:
            await self.keep.held(person_id)
            now = await self.keep.clock.now()
            known = await self.keep.own(person_id, now, baseline)
            own = chosen(known, baseline, sliders, now)
            if own.persona != known.persona:
                await self.keep.keep_persona(own, PersonaCause.CHOSEN)
            elif own is not known:
                await self.keep.personas.put(own, (), ())
            return own

        return await self.keep.transactions.run(work)
