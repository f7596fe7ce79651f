"""The use cases of signing in, on the stores under test, with mail that only the test reads."""

import re

from attrs import Factory, define
from uuid_utils.compat import uuid7

from application.identity.admit_person import PersonAdmitter
from application.identity.authenticate_person import AuthenticatePerson
from application.identity.change_person import PersonChanger
from application.identity.end_session import EndAllSessions, EndSession
from application.identity.mint_token import MintToken
from application.identity.open_session import SessionOpener
from application.identity.request_code import RequestCode
from application.identity.suspend_person import SuspendPerson
from application.identity.verify_code import VerifyCode, VerifyCodeRequest
from application.shared.mail import Mail, MailUnavailableError
from domain.identity.profile import Profile
from domain.shared.ids import PersonId
from tests.contracts.stores import Stores
from tests.contracts.usage import follow_person
from tests.contracts.values import PEPPER, RULEBOOK


@define
class Postbox:
    """Takes mail, or fails to, and gives the codes it was sent."""

    mails: list[Mail] = Factory(list)
    away: bool = False

    async def send(self, mail: Mail) -> None:
        if self.away:
            raise MailUnavailableError("The server of the test is away.")
        self.mails.append(mail)

    def code(self, email: str) -> str:
        """The last code that an address was sent."""
        texts = [mail.text for mail in self.mails if mail.to == email]
        found = re.search(r"\b[0-9]{8}\b", texts[-1])
        assert found
        return found[0]


def request_code(stores: Stores, post: Postbox) -> RequestCode:
    return RequestCode(
        stores.transactions,
        stores.code_tallies,
        stores.sign_in_codes,
        post,
        stores.clock,
        PEPPER,
        RULEBOOK,
    )


def opener(stores: Stores) -> SessionOpener:
    return SessionOpener(stores.sessions, uuid7, RULEBOOK)


def verify_code(stores: Stores) -> VerifyCode:
    return VerifyCode(
        stores.transactions,
        stores.sign_in_codes,
        stores.persons_by_email,
        PersonAdmitter(stores.persons, uuid7, RULEBOOK),
        opener(stores),
        stores.clock,
        PEPPER,
        RULEBOOK,
    )


def mint_token(stores: Stores) -> MintToken:
    return MintToken(stores.transactions, stores.persons, opener(stores), stores.clock, RULEBOOK)


def authenticate(stores: Stores) -> AuthenticatePerson:
    return AuthenticatePerson(stores.session_tokens, stores.clock, RULEBOOK)


def end_session(stores: Stores) -> EndSession:
    return EndSession(stores.transactions, stores.sessions, stores.clock, uuid7, RULEBOOK)


def end_all_sessions(stores: Stores) -> EndAllSessions:
    return EndAllSessions(stores.transactions, stores.sessions, stores.clock, uuid7, RULEBOOK)


def suspend_person(stores: Stores) -> SuspendPerson:
    return SuspendPerson(
        stores.transactions,
        PersonChanger(stores.transactions, stores.persons, uuid7, follow_person(stores)),
        end_all_sessions(stores),
        stores.clock,
        RULEBOOK,
    )


def to_verify(
    email: str, nonce: str, code: str, signed_in_as: PersonId | None = None
) -> VerifyCodeRequest:
    return VerifyCodeRequest(
        nonce=nonce,
        code=code,
        profile=Profile(name="Ana", email=email),
        signed_in_as=signed_in_as,
    )
