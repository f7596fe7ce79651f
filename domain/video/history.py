"""What the completed calls of a conversation come to, in whatever order they arrive."""

from datetime import date, datetime

import attrs
from attrs import frozen

from ..shared.ids import ConversationId


@frozen(kw_only=True)
class VideoHistory:
    """The metadata of a conversation's completed calls.

    Attributes:
        conversation_id: Whose calls.
        started_at: When the conversation was opened.
        first_video_call_at: The end of the first completed call.
        last_video_call_at: The end of the latest completed call.
        video_call_count: UTC days with a completed call.
        last_call_on_a: The latest date a call counts on for the participant with the lower id.
        last_call_on_b: The same for the other.
    """

    conversation_id: ConversationId
    started_at: datetime
    first_video_call_at: datetime | None = None
    last_video_call_at: datetime | None = None
    video_call_count: int = 0
    last_call_on_a: date | None = None
    last_call_on_b: date | None = None

    def with_call(
        self, ended_at: datetime, dates: tuple[date, date], *, first_of_its_day: bool
    ) -> "VideoHistory":
        """Give the history with one more completed call.

        Args:
            ended_at: The call's end.
            dates: The date it counts on for each participant, the lower id first.
            first_of_its_day: No other completed call ended on the same UTC day.
        """
        return attrs.evolve(
            self,
            first_video_call_at=min(self.first_video_call_at or ended_at, ended_at),
            last_video_call_at=max(self.last_video_call_at or ended_at, ended_at),
            video_call_count=self.video_call_count + int(first_of_its_day),
            last_call_on_a=max(self.last_call_on_a or dates[0], dates[0]),
            last_call_on_b=max(self.last_call_on_b or dates[1], dates[1]),
        )
