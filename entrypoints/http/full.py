"""What a process has no room for."""


class TooManyStreamsError(Exception):
    """This process has as many streams as it takes."""
