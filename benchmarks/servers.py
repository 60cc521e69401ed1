"""Servers of the benchmarks, each in a process of its own: what is asked must not share a core's time with who asks."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
_EVENTS = (
    b'data: {"id":"c","object":"chat.completion.chunk","model":"model-1","choices":[{"index":0,"delta":'
    b'{"role":"assistant","content":"OK"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","object":"chat.completion.chunk","model":"model-1","choices":[{"index":0,"delta":{},'
    b'"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


class Provider(asyncio.Protocol):
    """The smallest provider: reads one request at a time and answers each POST with the same stream of events."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when the whole request is there."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._read = b""
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write(_response(keep=self._keep))
        if not self._keep:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _response(*, keep: bool) -> bytes:
    connection = b"keep-alive" if keep else b"close"
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: " + connection + b"\r\ncontent-length: "
        + str(len(_EVENTS)).encode() + b"\r\n\r\n" + _EVENTS
    )  # fmt: skip


async def _provide(folder: Path) -> None:
    """Serve a keeping, a closing and a keeping TLS port until standard input ends."""
    loop = asyncio.get_running_loop()
    context = _server_context(folder)
    servers = [
        await loop.create_server(lambda: Provider(keep=True), HOST, 0),
        await loop.create_server(lambda: Provider(keep=False), HOST, 0),
        await loop.create_server(lambda: Provider(keep=False), HOST, 0, ssl=context),
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(" ".join(map(str, ports)) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


def bare_app(file: Path) -> Any:
    """The least that uvicorn can do: the same bytes and headers for every request."""
    body = file.read_bytes()
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def app(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


async def serve(app: Any) -> None:
    """Serve an application as the service does, tell the port, and end with standard input."""
    config = uvicorn.Config(
        app, host=HOST, port=0, loop="none", http="httptools", log_config=None, access_log=False, lifespan="off",
        server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await task


@contextmanager
def running(module: str, *arguments: str) -> Iterator[list[int]]:
    """A module as a process; the ports that it tells. It ends with the block."""
    process = Popen([sys.executable, "-m", module, *arguments], stdin=PIPE, stdout=PIPE, text=True)
    try:
        assert process.stdout
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _server_context(folder: Path) -> ssl.SSLContext:
    """A self-signed certificate for loopback, kept beside for the client to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(public)
    (folder / "both.pem").write_bytes(public + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def main(arguments: list[str]) -> None:
    """Run one server: ``provider FOLDER`` or ``bare FILE``."""
    what, path = arguments
    asyncio.run(_provide(Path(path)) if what == "provider" else serve(bare_app(Path(path))))


if __name__ == "__main__":
    main(sys.argv[1:])
