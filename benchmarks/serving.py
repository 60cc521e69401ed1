"""Requests a second of the home page: our application, bare uvicorn and nginx with the same bytes, one process each."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen
from subprocess import run as run_process
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import Request, urlopen

from benchmarks import servers
from benchmarks.houses import house
from benchmarks.loader import load
from benchmarks.report import Options, Section, Table, figure
from benchmarks.servers import HOST, running
from statuspage.web.routes import make_app

MODELS, CLASSES = 20, 6
ROUNDS, LASTING, CONNECTIONS = 3, 5, 32
NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  sendfile on;
  open_file_cache max=16;
  types {{ text/html html; }}
  gzip_static always;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen {host}:{port}; root {folder}; index home.html; }}
}}
"""


def run(options: Options) -> Section:
    """Load each in turn, several times, and take the medians."""
    lasting, rounds = (1, 1) if options.quick else (LASTING, ROUNDS)
    with TemporaryDirectory(prefix="serving") as name:
        folder = Path(name)
        with (
            running("benchmarks.serving", name) as [ours],
            running("benchmarks.servers", "bare", str(folder / "home.html.gz")) as [bare],
            _nginx(folder) as nginx,
        ):
            ports = {"our application in uvicorn": ours, "bare uvicorn": bare, "nginx": nginx}
            found: dict[str, list[float]] = {who: [] for who, port in ports.items() if port}
            for number in range(rounds):
                options.progress(f"round {number + 1} of {rounds}", number / rounds)
                for who, rates in found.items():
                    rates.append(_load(f"http://{HOST}:{ports[who]}/", lasting))
        size = (folder / "home.html.gz").stat().st_size
    best = max(median(many) for many in found.values())
    rows = tuple((who, figure(median(many)), f"{median(many) / best:.2f}") for who, many in found.items())
    loader = "wrk, one thread" if shutil.which("wrk") else "a Python loader (wrk is not installed), which is the limit"
    claim = (
        f"GET / with accept-encoding: gzip, {MODELS} models × {CLASSES} user classes, {size:,} bytes of body, "
        f"keep-alive, {CONNECTIONS} connections, {loader} on the same machine; one process each, "
        f"{rounds} interleaved runs of {lasting} s, medians."
    )
    missing = () if "nginx" in found else ("nginx is not installed here and was left out.",)
    return Section("serving", claim, (Table("Requests a second", ("server", "requests/s", "share"), rows, missing),))


def _load(url: str, lasting: float) -> float:
    """Requests a second; every answer must be a 200."""
    if not shutil.which("wrk"):
        return asyncio.run(load(url, CONNECTIONS, lasting))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{lasting:.0f}s", "-H", "Accept-Encoding: gzip", url]
    told = run_process(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate, told
    return float(rate.group(1))


@contextmanager
def _nginx(folder: Path) -> Iterator[int | None]:
    """Nginx with the same compressed file, where it is installed."""
    program = shutil.which("nginx")
    if program is None:
        yield None
        return
    port = servers.free_port()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, host=HOST, port=port), "utf-8")
    folder.chmod(0o755)
    process = Popen([program, "-c", str(file), "-e", str(folder / "error.log")], stdout=DEVNULL, stderr=DEVNULL)
    try:
        _until_answers(f"http://{HOST}:{port}/")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _until_answers(url: str) -> None:
    end = monotonic() + 10
    while True:
        try:
            with urlopen(Request(url, headers={"accept-encoding": "gzip"}), timeout=2) as answer:
                if answer.status == 200 and answer.headers["content-encoding"] == "gzip":
                    return
        except (URLError, ConnectionError):
            if monotonic() > end:
                raise
            sleep(0.05)


async def _serve(folder: Path) -> None:
    """Publish a site of this size, keep its home page beside, and serve it as the service does."""
    async with house(MODELS, CLASSES) as made:
        await made.publisher.publish()
        home = made.site.pages["/"]
        (folder / "home.html").write_bytes(home.body)
        (folder / "home.html.gz").write_bytes(home.gzip or home.body)
        await servers.serve(make_app(made.queries, made.site, made.publisher.current, made.now))


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
