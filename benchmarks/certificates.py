"""A throw-away certificate authority for the servers of the benchmarks."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "authority.pem"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
LASTING = timedelta(days=36_500)


def server_context(folder: Path, *names: str) -> ssl.SSLContext:
    """A server's context for these names, signed by an authority whose certificate is kept in the folder."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a benchmark")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Receivers of a benchmark")])
    authority = _signed(issuer, ours, issuer, ours, x509.BasicConstraints(ca=True, path_length=None))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    own = _signed(subject, theirs, issuer, ours, alternatives)
    (folder / AUTHORITY).write_bytes(authority)
    private = theirs.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = folder / "server.pem"
    chain.write_bytes(own + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> bytes:
    serial, end = x509.random_serial_number(), BEGIN + LASTING
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), serial, BEGIN, end)
    builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    found = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    return (
        builder.add_extension(found, critical=False).sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
