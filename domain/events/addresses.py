"""Which addresses on the network an event may be delivered to."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_TRANSLATED_LOCALLY = IPv6Network("64:ff9b:1::/48")
_IPV4_BITS = (1 << 32) - 1


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is on the open internet, and so is no secret place.

    An IPv6 address that stands for an IPv4 one is judged as that one.
    """
    if isinstance(address, IPv6Address):
        if address in _TRANSLATED_LOCALLY or address.is_site_local or address.scope_id:
            return False
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that an IPv6 one leads to, if it is made of one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & _IPV4_BITS)
    return None
