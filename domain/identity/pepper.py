"""The pepper: the server's secret, under which what could be guessed is kept."""

import hashlib
import hmac

from attrs import field, frozen

from .profile import email_key, mailbox


@frozen
class Pepper:
    """A secret of the server's, without which not even a guess at what was hashed can be checked.

    Each use has a key of its own, which is derived from the secret and tells nothing of the
    others: what is a digest for one use is none for another.
    """

    _secret: bytes = field(repr=False)

    def digest(self, use: str, *parts: str) -> bytes:
        """Give the HMAC-SHA256 of some texts under the key of a use."""
        key = hmac.digest(self._secret, b"kithkin/" + use.encode(), hashlib.sha256)
        # Each text by its length first, so that no two lists of texts read alike.
        texts = (text.encode("utf-8", "surrogatepass") for text in parts)
        message = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
        return hmac.digest(key, message, hashlib.sha256)

    def address(self, email: str) -> bytes:
        """Give what stands for an email address where only its codes are counted."""
        return self.digest("sign-in/address", email_key(email))

    def client(self, client: str) -> bytes:
        """Give what stands for a client's network address."""
        return self.digest("sign-in/client", client)

    def google_client(self, client: str) -> bytes:
        """Give what stands for a client's network address where its attempts are counted."""
        return self.digest("google/client", client)

    def code(self, nonce: str, email: str, code: str) -> bytes:
        """Give what is stored of a code; it holds for one login attempt and mailbox only."""
        return self.digest("sign-in/code", nonce, mailbox(email), code)

    def request(self, fingerprint: bytes) -> bytes:
        """Give what stands for a request that nobody but the same one shall match."""
        return self.digest("idempotency/request", fingerprint.hex())

    def erased_email(self, email: str) -> bytes:
        """Give what an address of an erased person is known again by, but never read.

        Addresses that count as one give one hash.
        """
        return self.digest("erasure/email", email_key(email))
