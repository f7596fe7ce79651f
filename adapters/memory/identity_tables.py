"""What is kept of persons and how they sign in."""

from adapters.memory.isolation import Isolation
from adapters.memory.table import Table
from adapters.memory.versioned import VersionedTable
from domain.identity.blocks import Block
from domain.identity.code_limits import Tally
from domain.identity.erasure import Erasure
from domain.identity.google import GoogleAttempt, GoogleLink
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.identity.profile import email_key
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.shared.ids import LoginSessionId, PersonId, ReportId, ServiceKeyId


class IdentityTables(Isolation):
    """The tables of identity, all empty at first."""

    def __init__(self) -> None:
        super().__init__()
        self.persons: VersionedTable[PersonId, Person] = VersionedTable(
            self.note,
            lambda person: person.id,
            unique={"email": _email_key},
        )
        self.blocks: Table[tuple[PersonId, PersonId], Block] = Table(
            self.note,
            lambda block: (block.blocker_id, block.blocked_id),
            references={"persons": (self.persons, lambda row: (row.blocker_id, row.blocked_id))},
            checks={"two_persons": lambda block: block.blocker_id != block.blocked_id},
        )
        self.reports: Table[ReportId, Report] = Table(
            self.note,
            lambda report: report.id,
            groups={"reported": lambda report: (report.reported_id,)},
            references={"persons": (self.persons, lambda row: (row.reporter_id, row.reported_id))},
        )
        self.preferences: Table[PersonId, LearningPreferences] = Table(
            self.note,
            lambda preferences: preferences.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.erasures: Table[PersonId, Erasure] = Table(
            self.note,
            lambda erasure: erasure.person_id,
            groups={"email": lambda erasure: (erasure.email_hash,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.service_keys: Table[ServiceKeyId, ServiceKey] = Table(
            self.note, lambda key: key.id, unique={"digest": lambda key: key.digest}
        )
        self.tallies: Table[bytes, Tally] = Table(self.note, lambda tally: tally.subject)
        self.sign_in_codes: Table[bytes, SignInCode] = Table(
            self.note,
            lambda code: code.address,
            unique={"nonce_digest": lambda code: code.nonce_digest},
        )
        self.google_attempts: Table[bytes, GoogleAttempt] = Table(
            self.note,
            lambda attempt: attempt.state_digest,
            references={
                "person": (
                    self.persons,
                    lambda attempt: () if attempt.person_id is None else (attempt.person_id,),
                )
            },
        )
        self.google_links: Table[tuple[str, str], GoogleLink] = Table(
            self.note,
            lambda link: (link.issuer, link.subject),
            groups={"person": lambda link: (link.person_id,)},
            references={"person": (self.persons, lambda link: (link.person_id,))},
        )
        self.sessions: Table[LoginSessionId, LoginSession] = Table(
            self.note,
            lambda session: session.id,
            unique={"digest": lambda session: session.digest},
            groups={"person": lambda session: (session.person_id,)},
            references={"person": (self.persons, lambda session: (session.person_id,))},
        )


def _email_key(person: Person) -> str | None:
    return None if person.email is None else email_key(person.email)
