"""Connections to addresses that were checked, and to no others."""

import httpx

from loop.collecting.addresses import resolved

PORTS = {"http": 80, "https": 443}


class CheckedTransport(httpx.HTTPTransport):
    """Resolves a request's host, checks what it finds, and connects to just that.

    The `Host` header was written from the name when the request was made, and TLS shows and checks the name: the
    server sees no difference. A connection is used once, since connections are kept by address and not by name.
    Proxies are not used, for behind one there would be nothing to check.
    """

    def __init__(self, allow_private: bool) -> None:
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0))
        self._allow_private = allow_private

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the first of the host's addresses that takes the connection."""
        name = request.url.raw_host.decode("ascii")
        port = request.url.port or PORTS[request.url.scheme]
        request.extensions = {**request.extensions, "sni_hostname": name}
        named, failure = request.url, httpx.ConnectError(f"'{name}' has no address")
        for address in resolved(name, port, self._allow_private):
            request.url = named.copy_with(host=address)
            try:
                return super().handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = httpx.ConnectError(str(error))
            finally:
                request.url = named
        raise failure
