"""Two servers of the same files, each in processes of its own on a core of its own: an appliance, and nginx."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from matinee.wire.title import TitleIndex
from tests.support.edge import Issuer
from tests.support.titles import write_title

TITLE = "heat"
STARTS_WITHIN_S = 15
SERVING_CORE, LOADING_CORE = 0, -1
"""Of those that there are: the first and the last."""
_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; {user}
events {{ worker_connections 8192; }}
http {{
  sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000000; types {{ video/mp4 m4s; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_protocols TLSv1.3;
  server {{ listen 127.0.0.1:{port} {tls}; root {shelf}; }}
}}
"""


class Site(NamedTuple):
    """What both serve."""

    folder: Path
    title: TitleIndex
    issuer: Issuer

    @property
    def shelf(self) -> Path:
        return self.folder / "shelf"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"


class Server(NamedTuple):
    """One that answers."""

    name: str
    port: int
    is_secured: bool
    prefix: str
    """Of the path of every file, with the title."""
    process: int

    def cpu_s(self) -> float:
        """User's and system's time of all of its processes so far."""
        return sum(_cpu_s(process) for process in self._processes())

    def memory_kb(self) -> int:
        """Of all of its processes, what they share counted once (PSS); the kernel's buffers are not in it."""
        return sum(_pss_kb(process) for process in self._processes())

    def _processes(self) -> list[int]:
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return [self.process, *map(int, children)]


def make_site(folder: Path, *, segments: int, segment_bytes: int) -> Site:
    """Two renditions and sound of random bytes, a token, and a certificate for localhost."""
    site = Site(
        folder, write_title(folder / "shelf", TITLE, segments=segments, segment_bytes=segment_bytes), Issuer(folder)
    )
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = ["-keyout", str(site.key), "-out", str(site.certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return site


@contextmanager
def appliance(site: Site, *, is_secured: bool = False) -> Iterator[Server]:
    """Ours, as operators start it: an origin over the shelf."""
    ready = site.folder / f"ready-{is_secured}"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "matinee_edge", "--name", "ours", "--kind", "origin", "--max-connections", "8192"]
    command += ["--shelf", str(site.shelf), "--trust", str(site.issuer.trust), "--ready-file", str(ready)]
    command += ["--tls-certificate", str(site.certificate), "--tls-key", str(site.key)] if is_secured else []
    token = site.issuer.media_token(TITLE)
    with _running(command) as process:
        _await(ready.exists)
        port = int(json.loads(ready.read_text())["url"].rpartition(":")[2])
        yield Server("ours", port, is_secured, f"/t/{token}/titles/{TITLE}", process)


@contextmanager
def nginx(site: Site, *, is_secured: bool = False) -> Iterator[Server]:
    """One worker, `sendfile` and `tcp_nopush`; no token is asked for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = site.folder / f"nginx-{is_secured}.conf"
    tls = f"ssl; ssl_certificate {site.certificate}; ssl_certificate_key {site.key}" if is_secured else ""
    user = "user root;" if os.geteuid() == 0 else ""
    settings.write_text(_NGINX.format(folder=site.folder, port=port, shelf=site.shelf, tls=tls, user=user))
    log = str(site.folder / "nginx.log")
    with _running([str(nginx_path()), "-c", str(settings), "-e", log]) as process:
        server = Server("nginx", port, is_secured, f"/{TITLE}", process)
        _await(lambda: _answers(port))
        yield server


def nginx_path() -> str | None:
    """Where it is; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def fetch(server: Server, path: str, *, headers: dict[str, str]) -> tuple[int, bytes, str]:
    """Status, body and cipher of one answer."""
    connection: http.client.HTTPConnection
    if server.is_secured:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", f"{server.prefix}/{path}", headers=headers)
        cipher = connection.sock.cipher() if isinstance(connection.sock, ssl.SSLSocket) else None
        answer = connection.getresponse()
        return answer.status, answer.read(), cipher[0] if cipher else ""
    finally:
        connection.close()


@contextmanager
def on_core(place: int) -> Iterator[None]:
    """Whatever is started meanwhile stays on the core of that place, among those that there are."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[place]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _running(command: list[str]) -> Iterator[int]:
    with on_core(SERVING_CORE):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _await(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + STARTS_WITHIN_S
    while not is_so():
        if time.monotonic() > until_s:
            raise TimeoutError("a server did not start")
        time.sleep(0.05)


def _cpu_s(process: int) -> float:
    # proc(5): the name may hold spaces; utime and stime are the 12th and 13th after it.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
