# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small text from a web server, over verified TLS: the policy of MTA-STS (RFC 8461).

The addresses come from our own resolver, so that what is fetched is of the name servers
that were asked for all else.
"""

import ssl
from collections.abc import Sequence

import urllib3  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError  # type: ignore[import-untyped]

from ..core.dns.answer import FOUND, UNCHECKED, Answer
from ..core.dns.mta_sts import BAD_CERTIFICATE, MOST_TEXT
from .deadline import Deadline, Limits
from .tls import context

PATH = "/.well-known/mta-sts.txt"
PORT = 443
UNREACHABLE = "unreachable"
#: Addresses that are tried.
MOST = 2


def policy(
    host: str, addresses: Sequence[str], limits: Limits, port: int = PORT
) -> Answer:
    """(status, text) as the web server gives it; UNCHECKED with the reason
    ``certificate`` or ``unreachable``.

    Redirections are not followed (3.3); more than ``MOST_TEXT`` is not read. It takes
    twice ``limits.connect_s`` at the most: whoever waits for the answer does so longer.
    """
    deadline = Deadline(limits)
    deadline.start(2 * limits.connect_s)
    answer = Answer(UNCHECKED, why=UNREACHABLE)
    for address in addresses[:MOST]:
        answer = _asked(host, address, port, deadline)
        if answer.known:
            break
    return answer


def _asked(host: str, address: str, port: int, deadline: Deadline) -> Answer:
    try:
        return Answer(FOUND, (_fetched(host, address, port, deadline),))
    except (HTTPError, OSError, ValueError) as error:
        return Answer(UNCHECKED, why=_why(error))


def _fetched(host: str, address: str, port: int, deadline: Deadline) -> tuple[int, str]:
    connect_s = min(deadline.limits.connect_s, deadline.remaining())
    with urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=urllib3.Timeout(connect=connect_s, read=deadline.remaining()),
        ssl_context=context(verified=True, deadline=deadline),
        server_hostname=host,
        assert_hostname=host,
        retries=False,
    ) as pool:
        response = pool.request(
            "GET",
            PATH,
            headers={"Host": host, "Accept": "text/plain"},
            redirect=False,
            preload_content=False,
        )
        try:
            text = response.read(MOST_TEXT, decode_content=False)
        finally:
            response.close()
    return int(response.status), text.decode("utf-8", "replace")


def _why(error: BaseException | None) -> str:
    """The fault of the certificate lies below those of the library."""
    while error is not None:
        if isinstance(error, (ssl.CertificateError, ssl.SSLCertVerificationError)):
            return BAD_CERTIFICATE
        error = error.__cause__ or getattr(error, "reason", None) or error.__context__
        if not isinstance(error, BaseException):
            return UNREACHABLE
    return UNREACHABLE
