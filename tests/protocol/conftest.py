# SPDX-License-Identifier: MulanPSL-2.0
"""Fixtures of this suite; the classes are in wire.py."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from wire import Probe  # noqa: E402


@pytest.fixture
def start_probe():
    """Start probes with options; all are stopped, and must have ended well, at the end."""
    probes = []

    def start(*options, **more):
        probes.append(Probe(*options, **more))
        return probes[-1]

    yield start
    for probe in probes:
        probe.stop()


@pytest.fixture(scope="module")
def shared_probe():
    probe = Probe()
    yield probe
    probe.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return str(cert), str(key)
