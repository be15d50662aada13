# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server that misbehaves on purpose, for what a real one can't be made to do."""

import contextlib
import socket
import threading
import time


class Scripted:
    """Runs ``script(sock)`` for each connection; ``lines`` are what clients sent."""

    def __init__(self, script, port=0):
        self.script = script
        self.lines = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._stop = threading.Event()
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while not self._stop.is_set():
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            # Else the second of two short answers waits for the client's kernel.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=[sock], daemon=True).start()

    def _talk(self, sock):
        # The client hangs up in the middle, or speaks TLS where a line is awaited: that
        # is what these tests are about.
        with contextlib.suppress(OSError, ValueError, LookupError), sock:
            self.script(self, sock)

    def read(self, sock):
        """One line from the client, noted."""
        line = b""
        while not line.endswith(b"\n"):
            byte = sock.recv(1)
            if not byte:
                raise ConnectionError("the client has gone")
            line += byte
        self.lines.append(line.rstrip())
        return line.rstrip()

    def logged_in(self):
        return [line for line in self.lines if b" LOGIN " in line]

    def logged_out(self):
        return [line for line in self.lines if line.endswith(b" LOGOUT")]

    def close(self):
        self._stop.set()
        self._listener.close()
        for sock in self._open:
            sock.close()


@contextlib.contextmanager
def server(script, port=0):
    made = Scripted(script, port)
    try:
        yield made
    finally:
        made.close()


def silent(_server, sock):
    """Takes the connection and never says a word."""
    sock.recv(1)
    time.sleep(60)


def hangs_up(_server, _sock):
    """Closes at once."""


def drips(_server, sock):
    """Sends a byte of a greeting that never ends, faster than any read times out."""
    sock.sendall(b"* OK ")
    while True:
        sock.sendall(b"x")
        time.sleep(0.05)


def trickles(_server, sock):
    """A greeting at a byte a second."""
    for byte in b"* OK [CAPABILITY IMAP4rev1] a server that takes its time\r\n":
        sock.sendall(bytes([byte]))
        time.sleep(1)


def half_a_handshake(_server, sock):
    """Takes the client's hello, and its own ends after the first bytes."""
    sock.recv(1)
    sock.sendall(b"\x16\x03\x03\x40\x00\x02")
    sock.recv(65536)
    time.sleep(60)


def floods(_server, sock):
    """A greeting line without an end."""
    sock.sendall(b"* OK ")
    while True:
        sock.sendall(b"x" * 65536)


def imap(*, capabilities="IMAP4rev1", answers=None):
    """An IMAP server that answers commands from a table; ``answers`` maps a command
    ("UID", or more exactly "UID FETCH" or "UID FETCH 1:3") to what is sent for it, with
    TAG in place of the tag."""
    answers = {
        "CAPABILITY": f"* CAPABILITY {capabilities}\r\nTAG OK done\r\n",
        **(answers or {}),
    }

    def script(self, sock):
        sock.sendall(b"* OK ready\r\n")
        while True:
            tag, command, *rest = self.read(sock).decode().upper().split()
            said = answers.get(command, "TAG OK done\r\n")
            for more in (1, 2):
                said = answers.get(" ".join([command, *rest[:more]]), said)
            sock.sendall(said.replace("TAG", tag).encode())

    return script


def encrypted(context, inside):
    """A script within TLS, with a server's context."""

    def script(self, sock):
        with context.wrap_socket(sock, server_side=True) as secure:
            inside(self, secure)

    return script


def pop(answers):
    """The same for POP3, where a whole line counts before a command."""
    answers = {"CAPA": "-ERR what?\r\n", **answers}

    def script(self, sock):
        sock.sendall(b"+OK ready\r\n")
        while True:
            line = self.read(sock).decode().strip().upper()
            said = answers.get(line.split()[0], "+OK\r\n")
            sock.sendall(answers.get(line, said).encode())

    return script


def smtp(*, capabilities="PIPELINING SIZE=1000 AUTH=PLAIN", answers=None):
    """The same for SMTP, where the first that fits of a whole line, its first two
    words and its first word counts; ``capabilities`` are keywords, each with = in place
    of its blank. An answer may be a list, whose last one stays. The greeting is the
    answer to nothing, that to a message's content the one to its last line, a dot."""
    offered = [word.replace("=", " ") for word in capabilities.split()]
    hello = ["mx.test", *offered]
    lines = [f"250-{line}" for line in hello[:-1]] + [f"250 {hello[-1]}"]
    answers = {
        "EHLO": "\r\n".join(lines),
        "AUTH": "235 welcome",
        "DATA": "354 go on",
        "QUIT": "221 bye",
        **(answers or {}),
    }

    def script(self, sock):
        sock.sendall(f"{_next(answers.get('', '220 ready'))}\r\n".encode())
        while True:
            words = self.read(sock).decode().split() or [""]
            verb = words[0].upper()  # smtplib whispers
            keys = (" ".join(words), " ".join(words[:2]), verb)
            said = next((answers[key] for key in keys if key in answers), "250 ok")
            said = _next(said)
            sock.sendall(f"{said}\r\n".encode() if said else b"")
            if verb == "DATA" and said.startswith("3"):
                while self.read(sock) != b".":
                    pass
                sock.sendall(f"{answers.get('.', '250 taken')}\r\n".encode())

    return script


def _next(said):
    if isinstance(said, list):
        return said.pop(0) if len(said) > 1 else said[0]
    return said


def repeats(piece, pause_s=0.0):
    """Says the same again and again."""

    def script(_server, sock):
        while True:
            sock.sendall(piece)
            time.sleep(pause_s)

    return script


#: What a server says before TLS: its greeting, and its answers to the client's lines.
BEFORE_TLS = {
    "imap": (
        b"* OK ready\r\n",
        b"* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK done\r\n",
        b"TAG OK begin\r\n",
    ),
    "pop": (
        b"+OK ready\r\n",
        b"+OK\r\nSTLS\r\n.\r\n",
        b"+OK\r\nSTLS\r\n.\r\n",
        b"+OK begin\r\n",
    ),
    "smtp": (
        b"220 ready\r\n",
        b"250-mx.test\r\n250 STARTTLS\r\n",
        b"220 begin\r\n",
    ),
}


def drips_after_starttls(protocol, context=None):
    """Agrees to STARTTLS, then sends a byte at a time and never a whole line: inside
    TLS with a server's ``context``, else in place of the handshake."""

    def script(self, sock):
        greeting, *answers = BEFORE_TLS[protocol]
        sock.sendall(greeting)
        for answer in answers:
            sock.sendall(answer.replace(b"TAG", self.read(sock).split()[0]))
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        else:
            sock.recv(1)  # the client's hello: from now on it reads TLS
            sock.sendall(b"\x16\x03\x03\x40\x00\x02")
        while True:
            sock.sendall(b"*")
            time.sleep(0.05)

    return script
