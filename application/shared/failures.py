"""Work for many, of which a few may fail without holding up the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define

from application.shared.transaction import StoreUnavailableError


@define
class Failures:
    """What failed on the way, to be raised once all the others had their turn.

    Attributes:
        first: The first failure, if there was one.
    """

    first: Exception | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what fails within, unless it is the store that went away."""
        try:
            yield
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever fails for one, the others go on
            self.first = self.first or error

    def raise_first(self) -> None:
        """Raise the first failure, if there was one."""
        if self.first is not None:
            raise self.first
