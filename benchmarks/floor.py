"""The floor: pgbench with Kithkin's own two statements in one transaction."""

import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from adapters.postgres.embedded_programs import find_programs
from adapters.postgres.executor import Statement
from adapters.postgres.send_gate import LOOK, STORE

_PAIR = "(SELECT {column} FROM benchmark_pairs WHERE n = :n)"
_LOOK_VALUES = {
    "conversation_id": _PAIR.format(column="conversation_id"),
    "sender_id": _PAIR.format(column="person_id"),
    "now": "now()",
    "client_message_id": "NULL",
    "owner": "'floor'",
    "key": "'none'",
}
_EVENT = """'{"recipient_id": "01a1fdba-b7fa-72e4-986c-3341ca6f97c8", "policy_version": "0"}'"""
_STORE_VALUES = {
    "id": "gen_random_uuid()",
    "conversation_id": ":id",
    "sender_id": ":participant_a",
    "role": "'user'",
    "tag": "'general'",
    "text": "'Hello there, how are you today?'",
    "client_message_id": "NULL",
    "counted_on": "current_date",
    "daily_number": "(:latest_count::integer + 1)",
    "daily_limit": "1000000",
    "policy_version": "'0123456789abcdef'",
    "created_at": "now()",
    "edited_at": "NULL",
    "deleted_at": "NULL",
    "first_text_digest": "NULL",
    "sender_version": ":sender_version",
    "conversation_version": ":version",
    "event_id": "gen_random_uuid()",
    "event_type": "'message_sent'",
    "event_person_id": ":participant_a",
    "event_at": "now()",
    "event_policy_version": "'0123456789abcdef'",
    "event_data": _EVENT,
    "opens_day": "false",
    "counting_on": "current_date",
    "counting_since": "now()",
    "kept_owner": "'floor'",
    "kept_key": "gen_random_uuid()::text",
    "kept_fingerprint": "decode('00112233445566778899aabbccddeeff', 'hex')",
    "kept_person_id": ":participant_a",
    "kept_status": "201",
    "kept_body": "decode(repeat('7b', 1300), 'hex')",
    "kept_expires_at": "now() + interval '1 day'",
}


def script(pairs_per_client: int) -> str:
    """Give the transaction, with a pair that no other client takes."""
    return "\n".join(
        (
            f"\\set n :client_id * {pairs_per_client} + random(0, {pairs_per_client - 1})",
            "BEGIN;",
            f"{_filled(LOOK, _LOOK_VALUES)} \\gset",
            f"{_filled(STORE[True], _STORE_VALUES)};",
            "COMMIT;",
        )
    )


def transactions_per_second(url: str, data: Path, clients: int, pairs: int, seconds: int) -> float:
    """Run pgbench and give its figure; an error of a client is an error here."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    with TemporaryDirectory() as folder:
        path = Path(folder, "send.sql")
        path.write_text(script(pairs // clients))
        done = subprocess.run(
            [
                find_programs(data).folder / "pgbench",
                *("--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=1"),
                *(f"--time={seconds}", f"--file={path}", f"--username={parts.username}"),
                *(f"--host={query['host'][0]}", f"--port={query['port'][0]}"),
                parts.path[1:],
            ],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return float(found[1])


def _filled(statement: Statement, values: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = statement.names[int(found[1]) - 1]
        if name in values:
            return f"({values[name]})"
        literal = statement.literals[name]
        return str(literal) if isinstance(literal, int) else f"'{literal}'"

    return " ".join(re.sub(r"\$([0-9]+)", value, statement.sql).split())
