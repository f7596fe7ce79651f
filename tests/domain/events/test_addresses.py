"""Addresses that look like others: each is judged by what it leads to, and by no more."""

from ipaddress import ip_address

import pytest

from domain.events.addresses import is_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        # Teredo: by the client it stands for, whatever its server is.
        ("2001:0:4136:e378:8000:63bf:a247:27dd", True),
        ("2001:0:a00:1:8000:63bf:a247:27dd", True),
        ("2001:0:4136:e378:8000:63bf:f5fe:fdfc", False),
        # An IPv6 address of its own: its last bits mean nothing.
        ("2606:4700::a00:1", True),
        ("2606:4700::", True),
        ("fd12::5db8:d822", False),
        ("2001:db8::5db8:d822", False),
        ("64:ff9b:1::5db8:d822", False),
        ("fec0::5db8:d822", False),
        ("2606:4700::1%eth0", False),
    ],
)
def test_an_address_is_judged_by_what_it_leads_to(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
