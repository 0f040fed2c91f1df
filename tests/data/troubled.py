"""A proxy between a client and a server that troubles what goes through it, as networks do."""

import os
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import contextmanager

_PIECE = 65536

Trouble = Callable[["Exchange"], None]
"""What is done to one request and its answer; doing nothing passes both on."""


class Exchange:
    """One request, read whole, and the answer of the server to it."""

    def __init__(self, client: socket.socket, server: tuple[str, int], head: bytes, body: bytes):
        self.client, self.server = client, server
        self.head, self.body = head, body
        self.method, self.path = head.split(b" ", 2)[:2]

    def ask(self) -> tuple[bytes, bytes]:
        """Send the request on; the head and the body of the answer."""
        with socket.create_connection(self.server, timeout=60) as server:
            server.sendall(self.head + self.body)
            stream = server.makefile("rb")
            head, length, chunked = _head(stream)
            if self.method == b"HEAD" or head.split(b" ", 2)[1] in (b"204", b"304"):
                return head, b""
            return head, _body(stream, length, chunked)

    def answer(self, head: bytes, body: bytes = b"") -> None:
        self.client.sendall(head + body)

    def pass_on(self) -> None:
        self.answer(*self.ask())

    def reset(self) -> None:
        """End the connection as a machine does that goes away."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.client.detach())  # not close(): the handler still has files of it

    def refuse(self, status: str, code: str, *headers: str) -> None:
        """Answer with an error of S3."""
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.answer("\r\n".join([*lines, "", ""]).encode(), body)


def _head(stream) -> tuple[bytes, int, bool]:
    lines, length, chunked = [], 0, False
    while line := stream.readline():
        lines.append(line)
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"transfer-encoding" and b"chunked" in value:
            chunked = True
        if line == b"\r\n":
            break
    return b"".join(lines), length, chunked


def _body(stream, length: int, chunked: bool) -> bytes:
    if not chunked:
        return stream.read(length)
    parts = []
    while True:
        line = stream.readline()
        parts.append(line)
        size = int(line, 16)
        parts.append(stream.read(size + 2))
        if not size:
            return b"".join(parts)


class Proxy(socketserver.ThreadingTCPServer):
    """Passes requests on to a server; `trouble` sees each, and `seen` has all of them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, server: tuple[str, int]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = server
        self.trouble: Trouble = Exchange.pass_on
        self.seen: list[tuple[bytes, bytes]] = []
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that goes away is no fault of the proxy."""


class _Handler(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        while True:
            head, length, _ = _head(self.rfile)
            if not head:
                return
            if b"100-continue" in head.lower():
                self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                lines = head.split(b"\r\n")
                head = b"\r\n".join(it for it in lines if not it.lower().startswith(b"expect:"))
            body = self.rfile.read(length)
            exchange = Exchange(self.connection, self.server.target, head, body)
            with self.server.lock:
                self.server.seen.append((exchange.method, exchange.path))
            self.server.trouble(exchange)
            if self.connection.fileno() < 0:
                return


@contextmanager
def troubled(endpoint: str):
    """A proxy before the server at an endpoint."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    proxy = Proxy((host, int(port)))
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
