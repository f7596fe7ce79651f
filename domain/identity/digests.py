"""Under what secrets are stored: keys, tokens, nonces and states are kept as digests only."""

import hashlib


def secret_digest(secret: str) -> bytes:
    """Give the SHA-256 of a secret that has 256 random bits, so that it needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
