"""Which addresses are one mailbox, and which network an address is of."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ..shared.errors import InvalidValueError

_IPV4_BITS = 24
_IPV6_BITS = 48

_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_ALIASES = {"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me"}
_PLUS_TAGS = _GOOGLE | {
    "fastmail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "zoho.com",
}
_HYPHEN_TAGS = frozenset({"yahoo.com", "yahoo.co.in", "yahoo.co.uk", "ymail.com", "rocketmail.com"})


def same_mailbox_key(email: str) -> str:
    """Give the form in which two addresses of one mailbox are equal.

    Dots and plus tags are left out where the large providers leave them out; elsewhere
    they may tell two owners apart.
    """
    local, _, domain = email.strip().casefold().rpartition("@")
    if domain in _PLUS_TAGS:
        local = local.partition("+")[0] or local
    elif domain in _HYPHEN_TAGS:
        local = local.partition("-")[0] or local
    if domain in _GOOGLE:
        local = local.replace(".", "")
    return f"{local}@{_ALIASES.get(domain, domain)}"


def mail_domain(email: str) -> str:
    """Give the domain of an address, in lower case."""
    return email.strip().casefold().rpartition("@")[2]


def network_of(field: str, address: str) -> str:
    """Give the /24 or /48 that an address is of.

    Raises:
        InvalidValueError: It is no address.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.strip())
    except ValueError:
        raise InvalidValueError(
            field, "This is no IP address; give one like 203.0.113.7 or 2001:db8::7."
        ) from None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = _IPV4_BITS if isinstance(parsed, IPv4Address) else _IPV6_BITS
    return str(ip_network(f"{parsed}/{bits}", strict=False))
