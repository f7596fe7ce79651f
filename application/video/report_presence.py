"""Report that a participant connected to a call, or left it."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import PairStandings, locked_pair
from application.shared.tally import Tally, uncounted
from application.shared.transaction import Transactions
from application.video.close_call import sides_of
from application.video.ports import Calls
from domain.shared.decisions import verdicts
from domain.shared.ids import VideoCallId
from domain.shared.standing import require_standing
from domain.video.call_commands import ReportPresence as PresenceCommand
from domain.video.call_commands import decide, no_such_call
from domain.video.calls import Call
from domain.video.events import Presence


@frozen
class ReportPresence:
    """Keeps each side's connects and disconnects; only their overlap counts."""

    transactions: Transactions
    calls: Calls
    standings: PairStandings
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, call_id: VideoCallId, command: PresenceCommand) -> Call:
        """Take in the report and give the call; reporting the same again changes nothing.

        Raises:
            NotFoundError: There is no such call, or the person takes no part in it.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: The person is suspended, and connects.
            PartnerDeletedError: The other was erased, and the person connects.
            PairBlockedError: One has blocked the other, and the person connects.
            CallEndedError: The call is over.
            TooManyPresenceReportsError: The call has taken all reports it may.
        """

        async def work() -> Call:
            known = await self.calls.get(call_id)
            if known is None or not known.has(command.person_id):
                raise no_such_call()
            standing = await locked_pair(self.standings, known.initiator_id, known.callee_id)
            standing.require_not_deleted(command.person_id)
            if command.presence is Presence.CONNECTED:
                reasons = standing.reasons(command.person_id)
                self.tally(verdicts(reasons))
                require_standing(reasons)
            call = await self.calls.get(call_id, lock=True)
            if call is None:
                raise no_such_call()
            events = decide(
                call,
                command,
                sides_of(call, standing),
                self.rulebook.policies.video.calls,
                self.rulebook.version,
                await self.clock.now(),
            )
            if not events:
                return call
            return await self.calls.record(call, outgoing(self.new_id, events))

        return await self.transactions.run(work)
