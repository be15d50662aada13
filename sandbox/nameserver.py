# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small authoritative name server, on UDP and TCP, that can be slow or broken.

    with NameServer(port, {"demo.example": "@ MX 10 mail"}) as server:
        server.delay_s = 0.03                       # for each answer
        server.faults["slow.example"] = "timeout"   # or "servfail", "refused"
        server.asked                                # (name, type) in order
        server.before = gate.wait                   # called before each answer

Zone text is a master file's (RFC 1035, section 5); SOA and NS are added.
"""

import socketserver
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.zone

HEAD = """$TTL 300
@ IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300
@ IN NS ns.invalid.
"""
CODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 4096


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class NameServer:
    """Answers for its zones, and REFUSED for all else, on 127.0.0.1."""

    def __init__(self, port: int, zones: dict[str, str] | None = None) -> None:
        self.port = port
        self.delay_s = 0.0
        self.faults: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.before: Callable[[], object] | None = None
        self.zones: dict[dns.name.Name, dns.zone.Zone] = {}
        for name, text in (zones or {}).items():
            self.set_zone(name, text)
        place = ("127.0.0.1", port)
        self._servers: list[socketserver.BaseServer] = [
            _Udp(place, _handler(self._over_udp)),
            _Tcp(place, _handler(self._over_tcp)),
        ]

    def set_zone(self, name: str, text: str) -> None:
        """Add a zone or replace it."""
        origin = dns.name.from_text(name)
        self.zones[origin] = dns.zone.from_text(HEAD + text, origin, relativize=False)

    def start(self) -> "NameServer":
        for server in self._servers:
            threading.Thread(
                target=server.serve_forever, args=(0.05,), daemon=True
            ).start()
        return self

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> "NameServer":
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    # --- one question

    def answer(self, wire: bytes) -> dns.message.Message | None:
        """The answer to one packet; None is silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        if self.before:
            self.before()
        time.sleep(self.delay_s)
        fault = self.faults.get(name)
        if fault == "timeout":
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if fault:
            reply.set_rcode(CODES[fault])
        else:
            self._fill(reply, question.name, question.rdtype)
        return reply

    def _fill(self, reply: dns.message.Message, name: dns.name.Name, kind: int) -> None:
        zone = self._zone_of(name)
        if zone is None:
            reply.set_rcode(dns.rcode.REFUSED)
            return
        for _hop in range(8):
            alias = zone.get_rrset(name, dns.rdatatype.CNAME)
            if alias is None or kind == dns.rdatatype.CNAME:
                break
            reply.answer.append(alias)
            name = alias[0].target
            # As a resolver does, which follows into the zones of others.
            zone = self._zone_of(name) or zone
        found = zone.get_rrset(name, kind)
        if found is not None:
            reply.answer.append(found)
            return
        if not reply.answer and not _exists(zone, name):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        reply.authority.append(zone.get_rrset(zone.origin, dns.rdatatype.SOA))

    def _zone_of(self, name: dns.name.Name) -> dns.zone.Zone | None:
        origins = [origin for origin in self.zones if name.is_subdomain(origin)]
        return self.zones[max(origins, key=len)] if origins else None

    def _over_udp(self, handler: Any) -> None:
        wire, socket = handler.request
        reply = self.answer(wire)
        if reply is None:
            return
        try:
            packet = reply.to_wire(max_size=max(reply.request_payload, 512))
        except dns.exception.TooBig:
            reply.sections = [reply.question, [], [], []]
            reply.flags |= dns.flags.TC
            packet = reply.to_wire()
        socket.sendto(packet, handler.client_address)

    def _over_tcp(self, handler: Any) -> None:
        stream = handler.request.makefile("rb")
        while len(size := stream.read(2)) == 2:
            reply = self.answer(stream.read(*struct.unpack("!H", size)))
            if reply is None:
                return
            wire = reply.to_wire()
            handler.request.sendall(struct.pack("!H", len(wire)) + wire)


def _exists(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    """A name with names below it exists, though it has no record (RFC 8020)."""
    return any(known.is_subdomain(name) for known in zone)


def _handler(method: Any) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            method(self)

    return Handler
