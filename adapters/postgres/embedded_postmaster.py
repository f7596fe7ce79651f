"""What a running or crashed PostgreSQL has written about itself into its folder."""

import os
import socket
from pathlib import Path

from attrs import frozen

PORT = 5432  # nothing listens on it: it only names the socket file


@frozen
class Postmaster:
    """The server's own note on its process id, its socket and whether it takes connections."""

    pid: int
    socket_folder: Path
    ready: bool

    def answers(self) -> bool:
        """Tells whether a server listens on the socket, even one that is starting or stopping."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(socket_file(self.socket_folder)))
            except OSError:
                return False
        return True

    def runs(self, cluster: Path) -> bool:
        """Tells whether the process lives and is, as far as can be seen, a server on that cluster.

        A zombie does not live, and after a crash the id may be another program's.
        """
        try:
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return not Path("/proc/self").exists() and self._is_alive()
        return os.fsencode(cluster) in command.split(b"\0")

    def _is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def socket_file(folder: Path) -> Path:
    """Tells where a server makes its socket, given the folder for it."""
    return folder / f".s.PGSQL.{PORT}"


def pid_file(cluster: Path) -> Path:
    """Tells where a server writes its note."""
    return cluster / "postmaster.pid"


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Reads the note in a cluster's folder; None if there is none or it is half written.

    Raises:
        PermissionError: If this user may not read the folder.
    """
    try:
        lines = pid_file(cluster).read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    match lines:
        case [pid, _, _, _, socket_folder, _, _, status]:
            return Postmaster(int(pid), Path(socket_folder), status.strip() == "ready")
        case _:
            return None
