# SPDX-License-Identifier: MulanPSL-2.0
"""The daemon's start page, beside nginx serving the same bytes, plain and over TLS 1.3."""
import contextlib
import shutil
import subprocess

import harness
from measure import load, milliseconds

CONNECTIONS = (8, 32)
NGINX = """
daemon off; worker_processes 2; pid {dir}/pid; error_log {dir}/log;
events {{ worker_connections 1024; }}
http {{
	access_log off; default_type text/html; keepalive_requests 100000000; tcp_nodelay on;
	client_body_temp_path {dir}/1; proxy_temp_path {dir}/2; fastcgi_temp_path {dir}/3;
	uwsgi_temp_path {dir}/4; scgi_temp_path {dir}/5;
	server {{
		listen 127.0.0.1:{port};
		listen 127.0.0.1:{tls} ssl;
		ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem; ssl_protocols TLSv1.3;
		root {dir}/www;
	}}
}}
"""


def certificate(folder):
    harness.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
                "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem")


@contextlib.contextmanager
def nginx(folder, page):
    (folder / "www").mkdir(exist_ok=True)
    (folder / "www/index.html").write_bytes(page)
    port, tls = harness.free_port(), harness.free_port()
    (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port, tls=tls))
    server = subprocess.Popen(["nginx", "-e", folder / "log", "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL)
    try:
        harness.wait_until(lambda: reachable(port), what="nginx")
        yield port, tls
    finally:
        server.terminate()
        server.wait(10)


def reachable(port):
    try:
        return harness.Client("127.0.0.1", port, 2).get("/").status == 200
    except OSError:
        return False


def compare(folder, seconds, postgres):
    folder = folder / "static"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o755)
    certificate(folder)
    (folder / "targets").write_text("/\n")
    kinds = [f"page=1:get:{folder}/targets"]
    quiet = {"log": {"level": "warn"}}
    postgres.drop_database("bench_empty")
    postgres.setup("bench_empty")
    url = postgres.url("bench_empty", "ipcase_app")
    tls_conf = {**quiet, "http": {"tls_certificate": folder / "cert.pem", "tls_key": folder / "key.pem"}}
    lines = ["## Static page\n", "| | connections | ipcased a second | p99 ms | nginx a second | p99 ms | ratio |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    with harness.Daemon(url, folder / "plain", quiet) as plain:
        page = plain.client().get("/").body
        with nginx(folder, page) as ports:
            for name, tls in (("plain", False), ("TLS 1.3", True)):
                daemon = plain
                with contextlib.ExitStack() as stack:
                    if tls:
                        daemon = start_tls(stack, harness.Daemon(url, folder / "tls", tls_conf))
                    for connections in CONNECTIONS:
                        ours = load(daemon.port, connections, seconds, kinds, tls=tls)[0]
                        theirs = load(ports[tls], connections, seconds, kinds, tls=tls)[0]
                        lines.append(f"| {name}, {len(page)} bytes | {connections} | {ours['per_second']} |"
                                     f" {milliseconds(ours['p99'])} | {theirs['per_second']} |"
                                     f" {milliseconds(theirs['p99'])} |"
                                     f" {ours['per_second'] / max(theirs['per_second'], 1):.2f} |")
                        if ours["bad"] or theirs["bad"]:
                            lines.append(f"\n{ours['bad']} and {theirs['bad']} replies were not 2xx.\n")
    return "\n".join(lines) + "\n"


def start_tls(stack, daemon):
    """The harness asks /readyz without TLS: wait for the log instead."""
    daemon.start(wait=False)
    stack.callback(daemon.stop)
    harness.wait_until(lambda: tcp_open(daemon.port), 20, "the TLS port")
    return daemon


def tcp_open(port):
    import socket
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
