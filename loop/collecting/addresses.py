"""Which addresses may be asked: public ones, unless the user says otherwise.

A name is resolved once for each connection, everything that it resolves to is checked, and the connection is made to
what was checked: a name that answers differently the second time (DNS rebinding) gains nothing.
"""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from loop.collecting.refused import NotCollected, PrivateAddress
from loop.errors import BadInput

LONGEST_URL = 2_000
MOST_PORT = 65_535
SCHEMES = ("http", "https")
_NAT64 = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


def parsed(url: str) -> httpx.URL:
    """A web address without its fragment. Raises BadInput for what is none, or holds a password."""
    try:
        found = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise BadInput(f"'{url:.200}' is no web address: {error}") from error
    if found.scheme not in SCHEMES or not found.host:
        raise BadInput(f"'{url:.200}' is no web address; write it with http:// or https://")
    if not 0 < (found.port or 1) <= MOST_PORT:
        raise BadInput(f"'{url:.200}' names port {found.port}; there are ports from 1 to {MOST_PORT}")
    if found.userinfo:
        raise BadInput(f"the address on {found.host} holds a name or a password; give one that needs none")
    if len(url) > LONGEST_URL:
        raise BadInput(f"'{url:.60}…' has {len(url):,} characters; an address may have {LONGEST_URL:,}")
    return found.copy_with(fragment=None)


def resolved(host: str, port: int, allow_private: bool) -> list[str]:
    """What a host's name stands for, in the system's order. Raises NotCollected if any of it may not be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotCollected(f"there is no host '{host}' to be found; check the address and the network") from error
    addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
    private = [] if allow_private else [each for each in addresses if not is_public(each)]
    if private:
        raise PrivateAddress(f"'{host}' is at {private[0]}, which is not public; if you mean it, add --allow-private")
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, loopback, link-local, reserved or multicast.

    An IPv6 address that carries an IPv4 address inside (mapped, 6to4, Teredo, NAT64) is judged by both.
    """
    return all(map(_is_public, _with_inner(ip_address(address))))


def _is_public(address: Address) -> bool:
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_reserved
    return address.is_global and not (special or address.is_multicast or address.is_unspecified)


def _with_inner(address: Address) -> Iterator[Address]:
    """The address, or what it only spells, and what it is a tunnel to."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
