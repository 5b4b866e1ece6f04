"""A real nginx with the configuration of deploy/nginx before a real server, at the root of a host and below a prefix."""

import gzip
import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from piecework.server.api.web import WEB_ROOT
from tests.browser.conftest import OpenPage
from tests.e2e.server_process import Server, StartServer, free_port

NGINX = "/usr/sbin/nginx"
TEMPLATE = Path(__file__).parents[2] / "deploy/nginx/piecework.conf.template"
MAIN = """
daemon off;
worker_processes 1;
error_log stderr;
pid nginx.pid;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {configuration}
}}
"""


@dataclass(frozen=True)
class Site:
    """An nginx, the server behind it, and where the application stands: an address without a slash at its end."""

    origin: str
    base: str
    server: Server

    @property
    def url(self) -> str:
        return self.origin + self.base.rstrip("/")

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False, headers={"accept-encoding": "identity"} | headers)


@pytest.fixture(scope="module", params=["/", "/piecework/"], ids=["root", "prefix"])
def site(request: pytest.FixtureRequest, start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port, base = free_port(), request.param
    origin = f"http://127.0.0.1:{port}"
    server = start_server(allow_open_sign_up=True, frontend_url=origin + base, log_level="warn")
    values = {
        "PIECEWORK_LISTEN": f"127.0.0.1:{port}",
        "PIECEWORK_SERVER": server.url.removeprefix("http://"),
        "PIECEWORK_WEB": str(WEB_ROOT),
        "PIECEWORK_BASE": base,
    }
    text = re.sub(r"\$\{(PIECEWORK_\w+)\}", lambda match: values[match[1]], TEMPLATE.read_text())
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "nginx.conf").write_text(MAIN.format(configuration=text))
    with (folder / "log").open("wb") as log:
        nginx = subprocess.Popen([NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"], stdout=log, stderr=log)
    found = Site(origin, base, server)
    try:
        wait_for(found, nginx, folder / "log")
        yield found
    finally:
        nginx.terminate()
        nginx.wait(timeout=20)


def wait_for(site: Site, nginx: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            assert httpx.get(f"{site.url}/api/v1/health", trust_env=False).status_code == 200
            return
        except httpx.TransportError:
            assert nginx.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def test_every_path_of_the_application_is_its_page(site: Site) -> None:
    with site.client() as client:
        for path in ("/", "/index.html", "/flows/abc", "/settings/users?x=1"):
            page = client.get(path)
            assert (page.status_code, page.headers["content-type"], page.headers["cache-control"]) == (200, "text/html", "no-cache"), path
            assert f'<base href="{site.base}"' in page.text
        missing = client.get("/chunk-that-is-not-there.js")
        assert missing.status_code == 404


def test_the_page_has_the_headers_that_the_server_sends_with_it(site: Site) -> None:
    with site.client() as client, httpx.Client(base_url=site.server.url, trust_env=False) as direct:
        ours, theirs = client.get("/flows"), direct.get("/flows")
    for name in ("content-security-policy", "referrer-policy", "x-content-type-options", "cache-control"):
        assert ours.headers[name] == theirs.headers[name], name


def test_files_are_sent_compressed_and_kept_for_ever(site: Site) -> None:
    with site.client(**{"accept-encoding": "gzip"}) as client:
        script = re.search(r'src="(main-[^"]+\.js)"', client.get("/").text)
        assert script
        with client.stream("GET", f"/{script[1]}") as answer:
            content = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert content == (WEB_ROOT / f"{script[1]}.gz").read_bytes()
        assert gzip.decompress(content) == (WEB_ROOT / script[1]).read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert client.get("/favicon.svg").headers["cache-control"] == "no-cache"
        font = next(WEB_ROOT.glob("media/*latin-wght-normal*.woff2"))
        assert client.get(f"/media/{font.name}").headers["content-type"] == "font/woff2"


def test_the_api_answers(site: Site) -> None:
    with site.client(**{"accept-encoding": "gzip"}) as client:
        flags = client.get("/api/v1/flags")
        assert flags.headers["content-encoding"] == "gzip"
        assert flags.json()["WEBHOOK_URL_PREFIX"] == f"{site.url}/api/v1/webhooks"
        assert flags.json()["PUBLIC_URL"] == f"{site.url}/"
        unknown = client.get("/api/v1/nope")
        assert (unknown.status_code, unknown.json()["message"]) == (404, "Route not found")
        assert client.get("/api/nope").json()["statusCode"] == 404


def test_the_documentation_of_the_api_is_reachable(site: Site) -> None:
    with site.client() as client:
        page = client.get("/api/v1/docs")
        assert page.status_code == 200
        for address in re.findall(r'(?:src|href|url)\s*[=:]\s*["\']([^"\']+)["\']', page.text):
            assert httpx.get(httpx.URL(f"{site.url}/api/v1/docs").join(address), trust_env=False).status_code == 200, address


def test_a_body_that_is_too_large_is_refused_in_the_words_of_the_api(site: Site) -> None:
    with site.client() as client:
        refused = client.post("/api/v1/webhooks/abc", content=b"x" * (26 * 1024 * 1024))
        assert (refused.status_code, refused.json()["code"]) == (413, "FST_ERR_CTP_BODY_TOO_LARGE")
        assert client.post("/api/v1/webhooks/abc", content=b"x" * (24 * 1024 * 1024)).status_code != 413


def test_the_live_connection_is_upgraded(site: Site) -> None:
    session = site.server.sign_up(f"live{time.time_ns()}@example.com")
    address = f"{site.url.replace('http', 'ws', 1)}/api/socket.io/?EIO=4&transport=websocket"
    with connect(address, proxy=None) as live:
        assert json.loads(str(live.recv(20)).removeprefix("0"))["pingInterval"] > 0
        live.send("40" + json.dumps({"token": session["token"], "projectId": session["projectId"]}))
        assert "sid" in json.loads(str(live.recv(20)).removeprefix("40"))


def test_the_prefix_leads_to_its_slash(site: Site) -> None:
    if site.base == "/":
        return
    with httpx.Client(base_url=site.origin, trust_env=False) as client:
        answer = client.get(site.base.rstrip("/"))
        assert (answer.status_code, answer.headers["location"]) == (301, site.base)
        assert client.get("/flows").status_code != 200


def test_a_browser_signs_up_through_it(site: Site, open_page: OpenPage) -> None:
    page = open_page(url=f"{site.url}/")
    page.goto("sign-up")
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("Last name").fill("Hopper")
    page.get_by_label("E-mail address").fill(f"grace{time.time_ns()}@example.com")
    page.get_by_label("Password", exact=True).fill("Passw0rd!x")
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(f"{site.url}/flows")
    expect(page.get_by_role("navigation", name="Main navigation")).to_be_visible()
    page.reload()
    expect(page).to_have_url(f"{site.url}/flows")


def test_a_server_that_is_away_is_told_as_json(start_server: StartServer, site: Site) -> None:
    """Last of the file's tests: it takes the server away."""
    site.server.stop()
    with site.client() as client:
        answer = client.get("/api/v1/flags")
        assert (answer.status_code, answer.json()["message"]) == (502, "The server does not answer")
        assert client.get("/flows").status_code == 200
