"""Forget the codes that an address was sent."""

from attrs import frozen

from application.identity.ports import CodeTallies, SignInCodes
from domain.identity.pepper import Pepper


@frozen
class ForgetCodes:
    """Makes an address as if it had never been sent a code, as part of an erasure."""

    tallies: CodeTallies
    codes: SignInCodes
    pepper: Pepper

    async def __call__(self, email: str) -> None:
        """Forget them in the running transaction, before any person is locked in it.

        Who asks for a code locks in this order, and who uses one locks the person after it.
        """
        address = self.pepper.address(email)
        await self.tallies.remove(address)
        await self.codes.remove_of(address)
