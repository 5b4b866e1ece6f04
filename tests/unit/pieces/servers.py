"""Real servers for the tests of pieces: each on a free port of this machine, with its files in a folder of its own, stopped by its process."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *glob.glob("/usr/lib/postgresql/*/bin")])
START_SECONDS = 120


def program(name: str) -> str:
    """Where a server is installed. Fails the test that needs it where it is not."""
    found = shutil.which(name, path=PATH)
    assert found, f"{name} is not installed: run scripts/ensure-servers.sh"
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def owner(name: str, *folders: Path) -> str | None:
    """The user that a server insists on if root starts it; the folders become that user's."""
    if os.getuid() != 0:
        return None
    user = pwd.getpwnam(name)
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return name


def run(command: Sequence[str], user: str | None = None) -> None:
    """Run a program to its end."""
    done = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(
    command: Sequence[str], ready: Callable[[], bool], log: Path, user: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A server that has started, for as long as it is needed."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, user=user, cwd="/", env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def postgres(folder: Path) -> Generator[int]:
    """A PostgreSQL with the superuser ``tester`` (password ``s3cret``) and the database ``postgres``; its port."""
    port, data, password = free_port(), folder / "data", folder / "password"
    data.mkdir()
    password.write_text("s3cret")
    for path in (folder, *folder.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    user = owner("postgres", data, password)
    run(
        [
            program("initdb"),
            "-D",
            str(data),
            "-U",
            "tester",
            "--pwfile",
            str(password),
            "-A",
            "scram-sha-256",
            "-N",
            "--no-locale",
            "-E",
            "UTF8",
        ],
        user,
    )
    command = [program("postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    with running(command, lambda: b"ready to accept" in (folder / "log").read_bytes(), folder / "log", user):
        yield port


@contextmanager
def mariadb(folder: Path) -> Generator[int]:
    """A MariaDB with the user ``tester`` (password ``s3cret``) and the database ``shop``; its port."""
    port, data = free_port(), folder / "data"
    data.mkdir()
    for path in (folder, *folder.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    user = owner("mysql", data)
    program("mariadbd")
    first = folder / "first.sql"
    first.write_text("CREATE DATABASE shop;\nCREATE USER tester@localhost IDENTIFIED BY 's3cret';\nGRANT ALL ON *.* TO tester@localhost;\n")
    first.chmod(0o644)
    run(
        [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
        user,
    )
    command = [
        program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={data}/s",
        f"--init-file={first}", "--innodb-flush-log-at-trx-commit=0", f"--pid-file={data}/pid",
    ]  # fmt: skip
    with running(command, lambda: listens(port), folder / "log", user):
        yield port


DOVECOT = """protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log.txt
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
mail_location = maildir:{folder}/mail/%u
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=s3cret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
first_valid_uid = 0
namespace inbox {{
  inbox = yes
  mailbox Archive {{
    auto = create
  }}
}}
"""


@contextmanager
def dovecot(folder: Path) -> Generator[int]:
    """A Dovecot for whose users ``s3cret`` is the password, with the mailboxes INBOX and Archive; its IMAP port."""
    port, mine = free_port(), os.getuid() != 0
    user = pwd.getpwuid(os.getuid()) if mine else pwd.getpwnam("dovecot")
    (folder / "mail").mkdir()
    os.chown(folder / "mail", user.pw_uid, user.pw_gid)
    for path in (folder, *folder.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    login = user.pw_name if mine else "dovenull"
    text = DOVECOT.format(folder=folder, port=port, uid=user.pw_uid, gid=user.pw_gid, login=login, internal=user.pw_name)
    (folder / "dovecot.conf").write_text(text)
    with running([program("dovecot"), "-F", "-c", str(folder / "dovecot.conf")], lambda: listens(port), folder / "log"):
        yield port


@contextmanager
def redis(folder: Path) -> Generator[int]:
    """A Redis that wants the password ``s3cret``; its port."""
    port = free_port()
    command = [
        program("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--requirepass",
        "s3cret",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with running(command, lambda: listens(port), folder / "log"):
        yield port


@dataclass(frozen=True)
class Broker:
    """The ports of a Mosquitto, and the certificate of its TLS."""

    plain: int
    tls: int
    web: int
    certificate: str


@contextmanager
def mosquitto(folder: Path) -> Generator[Broker]:
    """A Mosquitto with the user ``tester`` (password ``s3cret``)."""
    ports = free_port(), free_port(), free_port()
    certificate, key = folder / "server.crt", folder / "server.key"
    make_certificate(certificate, key, "broker.test")
    (folder / "users").write_text("tester:s3cret\n")
    run(["mosquitto_passwd", "-U", str(folder / "users")])
    (folder / "conf").write_text(
        f"user {'root' if os.getuid() == 0 else 'mosquitto'}\nallow_anonymous false\npassword_file {folder}/users\n"
        f"listener {ports[0]} 127.0.0.1\nlistener {ports[1]} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n"
        f"listener {ports[2]} 127.0.0.1\nprotocol websockets\n"
    )
    command = [program("mosquitto"), "-c", str(folder / "conf")]
    with running(command, lambda: all(map(listens, ports)), folder / "log"):
        yield Broker(*ports, certificate.read_text())


def make_certificate(certificate: Path, key: Path, name: str) -> None:
    """A certificate that signs itself."""
    run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key),
         "-out", str(certificate), "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    )  # fmt: skip


@contextmanager
def rabbitmq(folder: Path) -> Generator[int]:
    """A RabbitMQ with the user ``guest`` (password ``guest``); its AMQP port. Its nodes speak among themselves on this machine only."""
    port, names, name = free_port(), free_port(), f"test{os.getpid()}@localhost"
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.file = false\nlog.console = true\nlog.console.level = info\n"
        "vm_memory_high_watermark.absolute = 512MB\ndisk_free_limit.absolute = 1MB\n"
    )
    (folder / "plugins").write_text("[].\n")
    places = {"RABBITMQ_MNESIA_BASE": "data", "RABBITMQ_LOG_BASE": "logs", "RABBITMQ_ENABLED_PLUGINS_FILE": "plugins", "HOME": "."}
    environment = {
        **os.environ, **{name: str(folder / place) for name, place in places.items()}, "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_NODENAME": name, "RABBITMQ_DIST_PORT": str(free_port()), "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names), "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none",
    }  # fmt: skip
    program("rabbitmq-server")
    server = ["/usr/lib/rabbitmq/bin/rabbitmq-server"]  # the other one wants to be root and becomes somebody else
    name_server = [program("epmd"), "-address", "127.0.0.1", "-port", str(names)]  # else it starts one that stays
    with (
        running(name_server, lambda: listens(names), folder / "epmd.log"),
        running(server, lambda: b"Server startup complete" in (folder / "log").read_bytes(), folder / "log", environment=environment),
    ):
        yield port
