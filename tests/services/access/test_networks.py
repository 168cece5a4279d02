"""Networks in CIDR notation: read from what people type, and matched with addresses."""

from __future__ import annotations

import pytest

from services.access import networks
from services.errors import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("203.0.113.0/255.255.255.0", "203.0.113.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("2001:db8:0::/48", "2001:db8::/48"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::/0", "::/0"),
    ],
)
def test_an_address_or_network_is_read_in_its_short_form(
    text: str, expected: str
) -> None:
    assert networks.read([text]) == [expected]


def test_each_network_is_kept_once_in_the_order_given() -> None:
    given = ["10.0.0.0/8", "192.0.2.1", "10.0.0.0/255.0.0.0", "192.0.2.1/32"]
    assert networks.read(given) == ["10.0.0.0/8", "192.0.2.1/32"]
    assert networks.read([]) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "office", "203.0.113", "203.0.113.256", "203.0.113.0/33", "10.0.0.0/-1"),
        *(
            "fe80::1%eth0",
            "2001:db8::/129",
            "10.0.0.0/8/8",
            "１.2.3.4",
            "\x00",
            "1" * 99,
        ),
        *("010.0.0.1", "3405803783"),
    ],
)
def test_what_is_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match=r"is not an IP address or network") as caught:
        networks.read(["10.0.0.0/8", text])
    assert caught.value.attribute == "allowed_addresses"
    assert "203.0.113.0/24" in caught.value.detail


@pytest.mark.parametrize(
    ("text", "network", "address"),
    [
        ("203.0.113.7/24", "203.0.113.0/24", "203.0.113.7"),
        ("2001:db8::5/64", "2001:db8::/64", "2001:db8::5"),
    ],
)
def test_host_bits_are_refused_with_the_network_that_may_be_meant(
    text: str, network: str, address: str
) -> None:
    with pytest.raises(Invalid, match="names an address inside the network") as caught:
        networks.read([text])
    assert f"Write {network} for the whole network" in caught.value.detail
    assert f"or {address} for the one address" in caught.value.detail


def test_fifty_networks_are_kept_and_no_more() -> None:
    given = [f"192.0.2.{number}" for number in range(51)]
    assert len(networks.read(given[:50] * 2)) == 50
    with pytest.raises(Invalid, match="51 networks are given, and at most 50"):
        networks.read(given)


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("203.0.114.0", False),
        ("::ffff:203.0.113.9", True),
        ("::ffff:203.0.114.9", False),
        ("2001:db8::9", True),
        ("2001:db8::9%eth0", True),
        ("2001:db9::", False),
        ("", False),
        ("unix:", False),
    ],
)
def test_an_address_is_matched_in_either_notation(
    address: str, is_inside: bool
) -> None:
    allowed = ["203.0.113.0/24", "2001:db8::/32"]
    assert networks.contain(allowed, address) is is_inside


def test_no_network_contains_nothing() -> None:
    assert not networks.contain([], "203.0.113.9")
