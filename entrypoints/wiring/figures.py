"""Figures for operators, and how the processes of one server add them up."""

from adapters.prometheus import (
    FOLDER,
    MEDIA_TYPE,
    Figures,
    forget_process,
    make_folder,
    shared_figures,
)
from entrypoints.settings import SettingsError

__all__ = ["MEDIA_TYPE", "Figures", "forget_process", "require_folder", "shared_figures"]


def require_folder() -> None:
    """Make sure that figures can be added up where the environment says, if it does.

    Raises:
        SettingsError: They cannot.
    """
    try:
        make_folder()
    except OSError as error:
        problem = f"{FOLDER}: {error.strerror}; give a folder to write to, or leave it out"
        raise SettingsError((problem,)) from error
