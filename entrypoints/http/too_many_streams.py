"""The errors for streams that a process has no room for."""

from domain.shared.errors import TooFastError


class TooManyStreamsError(Exception):
    """This process has as many streams as it takes."""


class TooManyStreamsOfPersonError(TooFastError):
    """This process has as many streams of a person as it takes of one."""

    code = "too_many_streams"
