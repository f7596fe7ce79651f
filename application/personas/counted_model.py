"""A language model whose calls are counted, with what they came to."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager

from attrs import define, frozen

from application.personas.language_model import (
    NOTHING_USED,
    Finished,
    InsufficientDataError,
    LanguageModel,
    ModelUnavailableError,
    ModelUsage,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)
from application.personas.model_budget import ModelBudgetSpentError
from application.shared.tally import ModelFigures

_DONE, _FAILED, _BROKEN_OFF = "done", "failed", "broken_off"


@define
class _Ending:
    """How a call ends; broken off from our side, where nothing else is said."""

    outcome: str = _BROKEN_OFF
    usage: ModelUsage = NOTHING_USED


@frozen(kw_only=True)
class CountedModel:
    """Counts each call by how it ended: what was refused for the budget, too.

    Attributes:
        model: The model itself.
        figures: Where its calls are counted.
        seconds: The time by a watch.
    """

    model: LanguageModel
    figures: ModelFigures
    seconds: Callable[[], float]

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the transcript says of the person."""
        with self._counted("observe") as ending:
            observed = await self.model.observe(request)
            ending.outcome, ending.usage = _DONE, observed.usage
        return observed

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream the companion's next message."""
        with self._counted("reply") as ending:
            async with aclosing(self.model.reply(request)) as parts:
                async for part in parts:
                    if isinstance(part, Finished):
                        ending.outcome, ending.usage = _DONE, part.usage
                    yield part

    @contextmanager
    def _counted(self, task: str) -> Iterator[_Ending]:
        began, ending = self.seconds(), _Ending()
        try:
            yield ending
        except (InsufficientDataError, ModelUnavailableError) as error:
            ending.outcome, ending.usage = error.code, error.usage
            raise
        except ModelBudgetSpentError as error:
            ending.outcome = error.code
            raise
        except Exception:
            ending.outcome = _FAILED
            raise
        finally:
            usage = ending.usage
            self.figures.model_call(
                task,
                outcome=ending.outcome,
                seconds=self.seconds() - began,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                price_micros=usage.price_micros,
            )
