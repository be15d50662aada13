# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A benchmark that measures wrongly is worse than none."""

import contextlib
import email
import email.policy
import hashlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from benchmarks import domains, messages, table
from benchmarks.cases import CASES
from benchmarks.delay import Delay
from benchmarks.holes import black_holes
from benchmarks.job import Cost, Result

ONE_WAY_S = 0.015


@contextlib.contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on which `talk` has each connection, until the context ends."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        # Accepting fails when the context ends, talking when the client breaks off.
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listening.accept()
                with connection, contextlib.suppress(ConnectionError):
                    talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        # Closing alone does not wake the thread that accepts.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


def connected(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def read(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = client.recv(size - len(data))
        assert piece, f"closed after {len(data)} of {size} bytes"
        data += piece
    return data


# --- the delay


def test_a_round_trip_takes_both_delays():
    with server(echo) as port, Delay(port, ONE_WAY_S) as proxy:
        with connected(proxy.port) as client:
            client.sendall(b"warm")
            read(client, 4)
            for _turn in range(5):
                begin = time.monotonic()
                client.sendall(b"ping")
                assert read(client, 4) == b"ping"
                assert time.monotonic() - begin >= 2 * ONE_WAY_S


def test_many_bytes_are_not_delayed_packet_by_packet():
    """8 MB are 128 packets of 64 kB or more: one after the other, 1.9 s at least."""
    sent = bytes(range(256)) * 32 * 1024

    def send(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(sent)

    def seconds(delay_s: float) -> float:
        with server(send) as port, Delay(port, delay_s) as proxy:
            with connected(proxy.port) as client:
                begin = time.monotonic()
                client.sendall(b"?")
                assert read(client, len(sent)) == sent
                return time.monotonic() - begin

    # Ten times the delay costs ten delays more, once, and not for each packet. The
    # factors leave room for a machine that does other things as well.
    short, long = seconds(0.01), seconds(0.1)
    assert long - short < 128 * 0.09 / 4


def test_small_packets_on_their_way_overtake_no_clock():
    """A hundred lines sent without waiting arrive in about one round trip."""
    with server(echo) as port, Delay(port, 0.1) as proxy:
        with connected(proxy.port) as client:
            begin = time.monotonic()
            for number in range(100):
                client.sendall(b"%02d" % number)
                time.sleep(0.001)
            read(client, 200)
            assert 0.2 <= time.monotonic() - begin < 100 * 0.2 / 4


def test_the_end_of_a_connection_passes_through():
    def say_goodbye(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass
        connection.sendall(b"bye")

    with server(say_goodbye) as port, Delay(port, ONE_WAY_S) as proxy:
        with connected(proxy.port) as client:
            client.sendall(b"x" * 1000)
            client.shutdown(socket.SHUT_WR)
            assert read(client, 3) == b"bye"
            assert client.recv(1) == b""


def test_a_broken_connection_does_not_stop_the_proxy(caplog):
    with server(echo) as port, Delay(port, 0) as proxy:
        for _turn in range(20):
            client = connected(proxy.port)
            client.sendall(b"x" * 100_000)
            # Resets the connection instead of closing it.
            rude = struct.pack("ii", 1, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, rude)
            client.close()
        with connected(proxy.port) as polite:
            polite.sendall(b"ping")
            assert read(polite, 4) == b"ping"
    assert not caplog.records


# --- the messages

#: Of the mix below. Another digest means other mail: old figures no longer compare.
DIGEST = "d9a228e97fe69d124868c3798aebebfaa49a8d891d5f6e0278d17655d3e865df"


def test_messages_are_the_same_in_every_run():
    mail = b"".join(one.raw for one in messages.several(messages.MIXED, 50))
    assert hashlib.sha256(mail).hexdigest() == DIGEST


def test_messages_are_varied_and_of_usual_size():
    made = list(messages.several(messages.MIXED, 300))
    sizes = [len(one.raw) for one in made]
    assert 2_000 <= min(sizes) < 3_500 and 15_000 < max(sizes) <= 20_000
    assert len({one.message_id for one in made}) == 300
    assert len({email.message_from_bytes(one.raw)["From"] for one in made}) > 100
    kinds = [one.kind for one in made]
    assert {kind: kinds.count(kind) for kind in messages.Kind} == {
        messages.Kind.NEW: 180,
        messages.Kind.REPLY: 90,
        messages.Kind.NOBODY: 30,
    }


@pytest.mark.parametrize("kind", messages.Kind)
def test_messages_are_well_formed(kind):
    for number in range(30):
        message = messages.make(kind, number)
        parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
        assert not any(part.defects for part in parsed.walk())
        assert not any(value.defects for value in parsed.values())
        assert parsed["Message-ID"] == message.message_id
        is_for_nobody = messages.ALIAS not in parsed["Delivered-To"]
        assert is_for_nobody is (kind is messages.Kind.NOBODY)
        is_reply = kind is messages.Kind.REPLY
        assert (parsed["In-Reply-To"] in messages.THREADS) is is_reply


def test_a_size_can_be_asked_for():
    raw = messages.make(messages.Kind.NEW, 1, 1_000_000).raw
    assert 950_000 < len(raw) < 1_050_000


# --- the table


def results(*seconds: float) -> list[Result]:
    return [Result({"all": Cost(each, each / 2, 300, 10)}, {}) for each in seconds]


def test_ratio_of_medians_and_the_spread_of_pairs():
    case = CASES[0]
    runs = {"stock": results(10, 12, 90), "addon": results(5, 4, 3)}
    time_figure = next(table.figures(case, runs))
    assert time_figure.ratio == 12 / 4
    assert time_figure.spread == (2, 30)


def test_the_table_is_markdown():
    case = CASES[0]
    runs = {"stock": results(10), "addon": results(5)}
    lines = table.table(list(table.figures(case, runs))).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].replace("-", "").replace(":", "") == "|  " * 7 + "|"
    assert lines[2].split("|")[1].strip() == f"{case.name}, {case.count}"


# --- the black holes


def test_black_holes_swallow():
    with black_holes(2) as (silent, closed):
        with connected(silent) as client:
            client.settimeout(0.5)
            with pytest.raises(TimeoutError):
                client.recv(1)
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", closed), timeout=0.5)


def test_check_of_domains_is_measured_on_ten_lookups():
    with domains._zones() as port:
        own = [sys.executable, "-m", "benchmarks.domain_addon"]
        found = domains._told(own, port, 1)
    least_ms = domains.DEPTH * domains.ROUND_TRIP_S * 1000
    assert all(least_ms <= took for what in ("spf", "check") for took in found[what])
    assert "| SPF, 10 terms on 4 levels |" in domains._table(found, {})
    assert found["hundred"][0] < domains.HUNDRED_MS
