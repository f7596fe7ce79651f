"""Void a video call that was fraud."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings, locked_pair
from application.shared.transaction import Transactions
from application.video.ports import Calls
from application.video.settle_calls import SettleCalls
from application.video.tell_reward import RewardTeller
from domain.shared.ids import VideoCallId
from domain.shared.text import clean_text
from domain.video.call_commands import no_such_call
from domain.video.calls import Ended
from domain.video.void_call import void


@frozen
class VoidCall:
    """Takes a completed call out of both participants' rewards, from now on."""

    transactions: Transactions
    calls: Calls
    standings: PairStandings
    settle_calls: SettleCalls
    tell_reward: RewardTeller
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, call_id: VideoCallId, reason: str) -> Ended:
        """Void the call and give it; voiding it again changes nothing.

        Raises:
            InvalidValueError: The reason is malformed.
            NotFoundError: There is no such call.
            CallNotCompletedError: The call goes on, or was not completed.
        """
        longest = self.rulebook.policies.video.calls.void_reason_max_characters
        reason = clean_text("reason", reason, max_characters=longest)
        known = await self.calls.get(call_id)
        if known is None:
            raise no_such_call()
        await self.settle_calls(known.conversation_id)

        async def work() -> Ended:
            standing = await locked_pair(self.standings, known.initiator_id, known.callee_id)
            both = (standing.lower, standing.higher)
            call = await self.calls.get(call_id, lock=True)
            if call is None:
                raise no_such_call()
            now = await self.clock.now()
            voiding = void(call, reason, policy_version=self.rulebook.version, now=now)
            if not voiding.events:
                return voiding.call
            # What time has brought comes first, so that a lapse is not taken for a withdrawal.
            for person in both:
                await self.tell_reward(person, now)
            after = await self.calls.save(call, voiding.call, outgoing(self.new_id, voiding.events))
            for person in both:
                await self.tell_reward(person, now)
            return after

        return await self.transactions.run(work)
