"""Stand-ins for services that pieces speak to: an HTTP(S) server whose answers a test gives, and servers for whom a name means the stand-in."""

import datetime
import ipaddress
import json
import os
import random
import shutil
import ssl
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.http_servers import Answering, url_of


@dataclass(frozen=True)
class Asked:
    """One request: ``body`` is parsed JSON, the fields of a form, or text."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: Mapping[str, str]


Answers = Callable[[Asked], Any]
"""What a request is answered, as JSON; None: 404."""


class StandIn(ThreadingHTTPServer):
    """``asked`` is what came in, in order."""

    def __init__(self, answers: Answers, address: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((address, port), _Handler)
        self.answers = answers
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return url_of(self)


class _Handler(Answering):
    server: StandIn

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked = Asked(self.command, parts.path, query, self._parsed(), {name.lower(): value for name, value in self.headers.items()})
        self.server.asked.append(asked)
        answer = self.server.answers(asked)
        self.answer_json(answer, 404 if answer is None else 200)

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _parsed(self) -> Any:
        text = self.body().decode()
        if "form" in self.headers.get("content-type", ""):
            return {name: values[-1] for name, values in parse_qs(text).items()}
        try:
            return json.loads(text)
        except ValueError:
            return text


# ---- names that mean a stand-in ----------------------------------------------------------------------------------------------------------

_BIND_HOSTS = 'mount --bind "$0" /etc/hosts && exec "$@"'


def under_names(hosts: Path) -> list[str]:
    """The command before which a program sees the file in the place of /etc/hosts, in a mount namespace of its own."""
    unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    return [*unshare, "sh", "-c", _BIND_HOSTS, str(hosts)]


@cache
def names_can_be_changed() -> bool:
    """Whether this machine lets the tests do that, and listen on port 443."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*under_names(Path("/etc/hosts")), "true"], check=False, capture_output=True)
    try:
        ThreadingHTTPServer(("127.0.0.1", 443), _Handler).server_close()
    except OSError:
        return False
    return tried.returncode == 0


def own_address() -> str:
    """An address of this machine that no other process of the tests listens on."""
    return f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"


def write_hosts(path: Path, names: Mapping[str, str]) -> None:
    """This machine's names and some more, each with its address."""
    path.write_text("".join(f"{address} {name}\n" for name, address in names.items()) + Path("/etc/hosts").read_text())


def with_certificate(server: StandIn, name: str, folder: Path) -> Path:
    """Have a stand-in speak TLS as a host; gives the certificate, which nobody trusts by himself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return public
