"""What clients of servers without TLS need of it: nothing."""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: to read whom to trust takes longer than most tests do otherwise."""
