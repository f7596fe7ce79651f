"""What the dearest calls of a language model would set aside of a person's day."""

from datetime import date
from uuid import UUID, uuid4

from attrs import frozen

from application.personas.budgeted_model import PricedModel
from application.personas.language_model import Line, Manner, ObserveRequest, ReplyRequest, Speaker
from application.personas.model_requests import FORMS
from domain.personas.personas import Persona
from domain.personas.prompts import system_prompt
from domain.shared.ids import MessageId, PersonId

_NOBODY = PersonId(UUID(int=0))
_DAY = date(1970, 1, 1)
# More than any call is shown, so that as much is shown as can be.
_LINES, _WORDS = 1000, 20


@frozen
class Costliest:
    """In millionths of the currency of the settings.

    Attributes:
        reply: A reply late in a long talk in English.
        observe: Reading the longest session.
    """

    reply: int
    observe: int


def costliest(llm: PricedModel) -> Costliest:
    """Give what the dearest calls would set aside, without making them."""
    long_talk = tuple(
        Line(message_id=MessageId(UUID(int=number)), role=Speaker.USER, text="word " * _WORDS)
        for number in range(_LINES)
    )
    prompt, manner, nonce = system_prompt(Persona()), Manner(baseline="-"), uuid4().hex
    return Costliest(
        reply=llm.most_micros(
            ReplyRequest(
                person_id=_NOBODY,
                local_day=_DAY,
                system_prompt=prompt,
                manner=manner,
                transcript=long_talk,
                nonce=nonce,
            )
        ),
        observe=llm.most_micros(
            ObserveRequest(
                person_id=_NOBODY,
                local_day=_DAY,
                system_prompt=prompt,
                manner=manner,
                transcript=long_talk,
                nonce=nonce,
                forms=FORMS,
            )
        ),
    )
