# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The policy of MTA-STS, fetched over HTTPS from a web server on loopback."""

import contextlib
import http.server
import ipaddress
import ssl
import threading
import time

import pytest

from odoo.addons.mail_gateway_plus.core.dns import mta_sts
from odoo.addons.mail_gateway_plus.core.dns.book import decided
from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.resolver import Resolver

from sandbox import authority, ports
from sandbox.nameserver import NameServer

from .test_resolver import PATIENT, SLACK_S, at

D = "policy.test"
HOST = f"mta-sts.{D}"
GOOD = "version: STSv1\r\nmode: enforce\r\nmx: mx.policy.test\r\nmax_age: 604800\r\n"
ZONES = {
    "test": "",
    D: '@ MX 5 mx\n_mta-sts TXT "v=STSv1; id=1"\nmta-sts A 127.0.0.1',
}
QUICK = Limits(connect_s=0.4, command_s=2.0, total_s=4.0)


@pytest.fixture
def trusted(monkeypatch, tmp_path):
    """Makes certificates that are trusted, for a name."""

    def issue(name):
        monkeypatch.setattr(authority, "HOST", name)
        monkeypatch.setattr(authority, "ADDRESS", ipaddress.ip_address("192.0.2.1"))
        made = authority.issue(tmp_path / name)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
        return made.chain

    return issue


@contextlib.contextmanager
def web(chain, answer):
    """A web server that answers each request with ``answer(handler)``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            asked.append((self.headers["Host"], self.path))
            answer(self)

        def log_message(self, *_args):
            pass

    asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_args: None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def says(status, text="", **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    return answer


def check(port, limits=PATIENT):
    """(codes, seconds)"""
    with NameServer(ports.any_free(), ZONES) as names:
        rounds = decided(lambda book: mta_sts.findings(book, D))
        begin = time.monotonic()
        found = Resolver([at(names)], limits, web_port=port).answered(rounds)
    return [one.code for one in found], time.monotonic() - begin


@pytest.mark.parametrize(
    "answer, expected",
    [
        (says(200, GOOD), ["mta_sts_ok"]),
        (says(200, GOOD.replace("mx.p", "x.p")), ["mta_sts_unlisted"]),
        (says(200, "<html>"), ["mta_sts_bad_policy"]),
        (says(404), ["mta_sts_no_policy"]),
        (says(302, Location=f"https://{HOST}/other"), ["mta_sts_no_policy"]),
    ],
)
def test_policy(trusted, answer, expected):
    with web(trusted(HOST), answer) as (port, asked):
        assert check(port)[0] == expected
    assert asked == [(HOST, "/.well-known/mta-sts.txt")]


def test_certificate_for_another_name(trusted):
    with web(trusted("other.test"), says(200, GOOD)) as (port, asked):
        assert check(port)[0] == ["mta_sts_certificate"]
    assert not asked


def test_nobody_there():
    codes, seconds = check(ports.any_free(), QUICK)
    assert codes == ["mta_sts_unreachable"]
    assert seconds < QUICK.command_s + SLACK_S


def drips(handler):
    handler.send_response(200)
    handler.end_headers()
    for _second in range(300):
        handler.wfile.write(b"x")
        time.sleep(0.1)


def floods(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"mx: a.example\r\n" * 4096)


@pytest.mark.parametrize("answer", [drips, floods])
def test_server_without_end_is_bounded(trusted, answer):
    with web(trusted(HOST), answer) as (port, _asked):
        codes, seconds = check(port, QUICK)
    assert codes in (["mta_sts_unreachable"], ["mta_sts_bad_policy"])
    assert seconds < QUICK.command_s + SLACK_S
