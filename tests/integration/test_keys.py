# SPDX-License-Identifier: MulanPSL-2.0
"""ipcasectl key, and whether other programs agree with our signatures: OpenSSL, GnuTLS.

No database is needed. What signs and verifies here is the unit test program, called as a tool.
"""
import datetime
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

import harness

CODE = "512022-market"
NAME = "某县市场监督管理局"
TEXT = "甲机关向乙机关移送案件。\r\n第二行\n"


def key(*args, **more):
    return harness.ctl("key", *args, **more)


def openssl(*args, **more):
    return harness.run("openssl", *args, **more)


def tool(*args, check=True):
    program = harness.program("tests/unit/test_crypto_verify")
    return harness.run(program, *args, check=check)


def now(days=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.fixture
def ca(tmp_path):
    key("ca", "--dir", tmp_path / "ca", "--name", "某县签发中心")
    return tmp_path / "ca"


@pytest.fixture
def organ(tmp_path, ca):
    """A folder with both pairs of one organ, and trust/ca.pem beside."""
    folder = tmp_path / "keys"
    for algorithm, infix in (("p256", ""), ("sm2", ".sm2")):
        key("new", CODE, "--name", NAME, "--alg", algorithm, "--dir", folder)
        key("sign", "--dir", folder, "--ca", ca, folder / f"{CODE}{infix}.csr")
    (folder / "trust").mkdir()
    (folder / "trust/ca.pem").write_bytes((ca / "ca.pem").read_bytes())
    return folder


@pytest.fixture
def signed(tmp_path, organ):
    path = tmp_path / "content"
    path.write_bytes(TEXT.encode())
    tool("sign", organ, CODE, path)
    return path


def secrets(folder):
    """Lines of the private keys: none of them may be printed anywhere."""
    return [line for path in folder.glob("**/*.key") for line in path.read_text().splitlines()
            if "PRIVATE" not in line]


# --- files --------------------------------------------------------------------------------------


def test_files_and_modes(organ, ca):
    assert sorted(p.name for p in organ.iterdir()) == sorted(
        ["trust"] + [f"{CODE}{i}.{s}" for i in ("", ".sm2") for s in ("key", "csr", "pem")])
    for path in (organ / f"{CODE}.key", organ / f"{CODE}.sm2.key", ca / "ca.key"):
        assert mode(path) == 0o600
    assert mode(organ) == mode(ca) == 0o700
    assert mode(organ / f"{CODE}.pem") == 0o644
    # a copy of each certificate under its serial number
    assert len(list((ca / "issued").iterdir())) == 2


@pytest.mark.parametrize("mask", ["000", "077"])
def test_mode_does_not_depend_on_the_umask(tmp_path, mask):
    subprocess.run(["sh", "-c", f'umask {mask}; exec "$@"', "sh", harness.program("ipcasectl"), "key", "new", CODE,
                    "--name", NAME, "--dir", str(tmp_path / "k")], check=True, env=harness.clean_env(),
                   capture_output=True)
    assert mode(tmp_path / "k" / f"{CODE}.key") == 0o600
    assert mode(tmp_path / "k" / f"{CODE}.csr") == 0o644


def test_nothing_is_overwritten(organ, ca):
    before = {p: p.read_bytes() for p in [*organ.glob("*.*"), *ca.glob("*.*")]}
    for args in (("new", CODE, "--name", NAME, "--dir", organ),
                 ("new", CODE, "--name", NAME, "--dir", organ, "--alg", "sm2"),
                 ("ca", "--dir", ca, "--name", "另一个"),
                 ("sign", "--dir", organ, "--ca", ca, organ / f"{CODE}.csr")):
        refused = key(*args, check=False)
        assert refused.returncode == 1 and "已经存在" in refused.stderr
    assert {p: p.read_bytes() for p in before} == before
    # not through a dangling link either
    (organ / "other.key").symlink_to(organ / "elsewhere")
    assert key("new", "other", "--name", NAME, "--dir", organ, check=False).returncode == 1
    assert not (organ / "elsewhere").exists() and not (organ / "other.csr").exists()
    # a certificate may be renewed on purpose
    key("sign", "--dir", organ, "--ca", ca, organ / f"{CODE}.csr", "--replace")
    assert (organ / f"{CODE}.pem").read_bytes() != before[organ / f"{CODE}.pem"]
    assert not list(organ.glob(".new-*"))


def test_keys_are_never_printed(organ, ca):
    printed = ""
    for args in (("show", "--dir", organ), ("show", organ / f"{CODE}.key"), ("check", "--dir", organ),
                 ("show", "--dir", ca), ("revoke", "--ca", ca, organ / f"{CODE}.pem"),
                 ("new", "second", "--name", "乙", "--dir", organ), ("show", organ / "none.pem")):
        done = key(*args, check=False)
        printed += done.stdout + done.stderr
    assert NAME in printed and "序列号" in printed
    for line in secrets(organ) + secrets(ca):
        assert line not in printed
    assert "PRIVATE" not in printed


@pytest.mark.parametrize("args, says", [
    (("new", "Organ", "--name", "x"), "机关代码"),
    (("new", "../x", "--name", "x"), "机关代码"),
    (("new", "x" * 61, "--name", "x"), "机关代码"),
    (("new", "x", "--name", "字" * 65), "名称"),
    (("new", "x", "--name", "a\x07b"), "不能用的字符"),
    (("new", "x", "--name", "y", "--alg", "rsa"), "--alg"),
    (("new", "x", "--name", "y", "--alg", "ed25519"), "Ed25519"),
])
def test_refused_names_leave_nothing(tmp_path, args, says):
    refused = key(*args, "--dir", tmp_path / "k", check=False)
    assert refused.returncode == 1 and says in refused.stderr
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("args", [(), ("new",), ("new", "x"), ("sign", "x.csr"), ("paint",), ("show", "a", "b"),
                                  ("ca", "--dir", "x", "--name", "y", "--days", "0"), ("check", "x", "--dir", "y")])
def test_usage(args):
    assert key(*args, check=False).returncode == 2


# --- requests and certificates ------------------------------------------------------------------------


def test_openssl_reads_requests_and_certificates(organ, ca):
    assert openssl("req", "-in", organ / f"{CODE}.csr", "-verify", "-noout").returncode == 0
    assert openssl("req", "-in", organ / f"{CODE}.sm2.csr", "-verify", "-noout", "-sm3", "-vfyopt",
                   "distid:1234567812345678").returncode == 0
    for infix in ("", ".sm2"):
        pem = organ / f"{CODE}{infix}.pem"
        subject = openssl("x509", "-in", pem, "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb").stdout
        assert subject.strip() == f"subject=OU={CODE},CN={NAME}"
        for purpose in ("smimesign", "sslclient", "sslserver"):
            openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca / "ca.pem", pem)


def test_a_changed_request_is_refused(organ, ca, tmp_path):
    lines = (organ / f"{CODE}.csr").read_text().splitlines()
    lines[-2] = ("A" if lines[-2][0] != "A" else "B") + lines[-2][1:]  # in the signature
    (tmp_path / "bad.csr").write_text("\n".join(lines) + "\n")
    refused = key("sign", "--dir", tmp_path / "out", "--ca", ca, tmp_path / "bad.csr", check=False)
    assert refused.returncode == 1 and "申请" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_request_without_code_is_refused(ca, tmp_path):
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-subj", "/CN=x", "-out",
            tmp_path / "x.csr")
    refused = key("sign", "--dir", tmp_path, "--ca", ca, tmp_path / "x.csr", check=False)
    assert refused.returncode == 1 and "OU" in refused.stderr


def test_install(organ, ca, tmp_path):
    """The CA is elsewhere: the request travels there, the certificate back."""
    mine, there = tmp_path / "mine", tmp_path / "there"
    key("new", CODE, "--name", NAME, "--dir", mine)
    key("sign", "--dir", there, "--ca", ca, mine / f"{CODE}.csr")
    waiting = key("check", "--dir", mine)
    assert "warn" in waiting.stdout and "等待" in waiting.stdout
    key("install", there / f"{CODE}.pem", "--dir", mine)
    assert key("check", "--dir", mine).stdout.count("ok ") == 2
    # somebody else's certificate, and an SM2 one where there is no SM2 key
    for other in (organ / f"{CODE}.pem", organ / f"{CODE}.sm2.pem", ca / "ca.pem", mine / f"{CODE}.csr"):
        refused = key("install", other, "--dir", mine, check=False)
        assert refused.returncode == 1, other
    assert (mine / f"{CODE}.pem").read_bytes() == (there / f"{CODE}.pem").read_bytes()
    key("install", organ / f"{CODE}.sm2.pem", "--dir", organ)


# --- check ------------------------------------------------------------------------------------------------


def openssl_ca(folder, request, out, start, end, *more):
    """`openssl ca`, which can give a certificate any dates; start and end in days from now."""
    work = folder / "openssl-ca"
    work.mkdir()
    (work / "index").write_text("")
    (work / "config").write_text(
        f"[ca]\ndefault_ca=a\n[a]\ndatabase={work}/index\nnew_certs_dir={work}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\nunique_subject=no\npreserve=yes\n"
        "[p]\ncommonName=supplied\norganizationalUnitName=optional\n"
        "[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    stamp = [(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=d)).strftime("%Y%m%d%H%M%SZ")
             for d in (start, end)]
    openssl("ca", "-batch", "-utf8", "-notext", "-config", work / "config", "-in", request, "-out", out,
            "-startdate", stamp[0], "-enddate", stamp[1], *more)
    shutil.rmtree(work)


def issue(ca, folder, start, end):
    openssl_ca(folder, folder / f"{CODE}.csr", folder / f"{CODE}.pem", start, end, "-cert", ca / "ca.pem", "-keyfile",
               ca / "ca.key")


def age(ca, days):
    """The same CA, but so old."""
    openssl("req", "-new", "-utf8", "-key", ca / "ca.key", "-subj", "/CN=某县签发中心", "-out", ca / "ca.csr")
    openssl_ca(ca, ca / "ca.csr", ca / "ca.pem", -days, 1000, "-selfsign", "-keyfile", ca / "ca.key", "-extensions",
               "root")


@pytest.mark.parametrize("left, verdict, says", [
    (31, "ok", "有效至"), (29.5, "warn", "30 天预警"), (13.5, "warn", "14 天预警"), (2.5, "warn", "3 天预警"),
    (-0.5, "FAIL", "到期"),
])
def test_check_warns_before_the_end(ca, tmp_path, left, verdict, says):
    folder = tmp_path / "k"
    key("new", CODE, "--name", NAME, "--dir", folder)
    issue(ca, folder, -100, left)
    done = key("check", "--dir", folder, check=False)
    line = [x for x in done.stdout.splitlines() if f"{CODE}.pem" in x]
    assert line and line[0].startswith(verdict) and says in line[0], done.stdout
    assert done.returncode == (1 if verdict == "FAIL" else 0)


def test_check_finds_what_is_wrong(organ, ca, tmp_path):
    def check(code, says):
        done = key("check", "--dir", organ, check=False)
        assert done.returncode == code and says in done.stdout, done.stdout

    check(0, "配对")
    os.chmod(organ / f"{CODE}.key", 0o640)
    check(1, "权限")
    os.chmod(organ / f"{CODE}.key", 0o600)
    os.chmod(organ, 0o770)
    check(1, "改写")
    os.chmod(organ, 0o700)
    good = (organ / f"{CODE}.pem").read_bytes()
    (organ / f"{CODE}.pem").write_bytes((organ / f"{CODE}.sm2.pem").read_bytes())
    check(1, "不是一对")
    (organ / f"{CODE}.pem").write_bytes(good)
    (organ / "trust/bad.pem").write_text("no certificate")
    check(1, "bad.pem")
    (organ / "trust/bad.pem").write_bytes((organ / f"{CODE}.key").read_bytes())
    check(1, "私钥")
    (organ / "trust/bad.pem").unlink()
    (organ / "crl").mkdir()
    key("revoke", "--ca", ca, "--days", "10")
    (organ / "crl/ca.pem").write_bytes((ca / "crl.pem").read_bytes())
    check(0, "14 天预警")
    assert key("check", "--dir", tmp_path / "none", check=False).returncode == 1
    (tmp_path / "empty").mkdir()
    assert key("check", "--dir", tmp_path / "empty", check=False).returncode == 1


# --- signatures, as other programs see them -----------------------------------------------------------------


def cms_verify(path, ca, *more):
    return openssl("cms", "-verify", "-binary", "-content", path, "-inform", "DER", "-in", f"{path}.p7s", "-CAfile",
                   ca / "ca.pem", "-out", "/dev/null", *more, check=False)


def certtool_verify(path, ca):
    return harness.run("certtool", "--p7-verify", "--inder", "--load-data", path, "--load-ca-certificate",
                       ca / "ca.pem", "--infile", f"{path}.p7s", check=False)


def test_others_verify_ours(signed, ca, organ, tmp_path):
    assert cms_verify(signed, ca).returncode == 0
    assert cms_verify(signed, ca, "-cades").returncode == 0
    assert certtool_verify(signed, ca).returncode == 0
    pub = tmp_path / "pub.pem"
    pub.write_text(openssl("x509", "-in", organ / f"{CODE}.sm2.pem", "-noout", "-pubkey").stdout)
    sm2 = ("dgst", "-sm3", "-verify", pub, "-sigopt", "distid:1234567812345678", "-signature", f"{signed}.sm2", signed)
    assert "OK" in openssl(*sm2).stdout
    # and none of them verifies another content, or with another CA
    key("ca", "--dir", tmp_path / "ca2", "--name", "另一中心")
    assert cms_verify(signed, tmp_path / "ca2").returncode != 0
    assert certtool_verify(signed, tmp_path / "ca2").returncode != 0
    signed.write_bytes(TEXT.encode().replace(b"\r\n", b"\n"))
    assert cms_verify(signed, ca).returncode != 0
    assert certtool_verify(signed, ca).returncode != 0
    assert openssl(*sm2, check=False).returncode != 0


def test_we_verify_others(signed, ca, organ):
    trust = organ / "trust"
    assert tool("verify", signed, trust, now()).stdout.strip() == CODE
    pair = (organ / f"{CODE}.pem", organ / f"{CODE}.key")
    openssl("cms", "-sign", "-binary", "-md", "sha256", "-in", signed, "-signer", pair[0], "-inkey", pair[1],
            "-outform", "DER", "-out", f"{signed}.p7s")
    assert tool("verify", signed, trust, now()).stdout.strip() == CODE
    os.unlink(f"{signed}.p7s")
    harness.run("certtool", "--p7-detached-sign", "--p7-time", "--hash", "SHA256", "--load-certificate", pair[0],
                "--load-privkey", pair[1], "--infile", signed, "--outder", "--outfile", f"{signed}.p7s")
    assert tool("verify", signed, trust, now()).stdout.strip() == CODE
    signed.write_bytes(b"x")
    refused = tool("verify", signed, trust, now(), check=False)
    assert refused.returncode == 1 and refused.stdout.startswith("signature-wrong")


# --- refused --------------------------------------------------------------------------------------------------


def verdict(signed, trust, at):
    done = tool("verify", signed, trust, at, check=False)
    return done.stdout.split()[0]


def test_revoked(signed, ca, organ):
    trust = organ / "trust"
    since = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    key("revoke", "--ca", ca, organ / f"{CODE}.pem", "--since", since)
    (trust / "crl.pem").write_bytes((ca / "crl.pem").read_bytes())
    assert verdict(signed, trust, now()) == "certificate-revoked"
    assert "1 份" in key("show", ca / "crl.pem").stdout
    text = openssl("crl", "-in", ca / "crl.pem", "-noout", "-text", "-CAfile", ca / "ca.pem").stdout
    serial = openssl("x509", "-in", organ / f"{CODE}.pem", "-noout", "-serial").stdout.strip().partition("=")[2]
    assert serial in text
    crl_check = openssl("verify", "-crl_check", "-CRLfile", ca / "crl.pem", "-CAfile", ca / "ca.pem",
                        organ / f"{CODE}.pem", check=False)
    assert crl_check.returncode != 0 and "revoked" in crl_check.stderr
    # the other pair is not touched, and the list can be renewed
    openssl("verify", "-crl_check", "-CRLfile", ca / "crl.pem", "-CAfile", ca / "ca.pem", organ / f"{CODE}.sm2.pem")
    key("revoke", "--ca", ca)
    assert "1 份" in key("show", ca / "crl.pem").stdout
    # a certificate of another CA, a date to come
    refused = key("revoke", "--ca", ca, ca / "ca.key", check=False)
    assert refused.returncode == 1
    assert key("revoke", "--ca", ca, "--since", "2999-01-01", check=False).returncode == 1


def test_revocation_has_a_date(signed, ca, organ):
    """What was signed before stays good; a list that has run out refuses."""
    trust = organ / "trust"
    age(ca, 200)
    issue(ca, organ, -100, 500)
    (trust / "ca.pem").write_bytes((ca / "ca.pem").read_bytes())
    tool("sign", organ, CODE, signed)
    since = (datetime.date.today() - datetime.timedelta(days=10)).isoformat()
    key("revoke", "--ca", ca, "--days", "20")
    (trust / "crl.pem").write_bytes((ca / "crl.pem").read_bytes())
    assert verdict(signed, trust, now(-90)) == CODE
    assert verdict(signed, trust, now(19)) == CODE
    assert verdict(signed, trust, now(21)) == "revocation-unknown"
    key("revoke", "--ca", ca, organ / f"{CODE}.pem", "--since", since)
    (trust / "crl.pem").write_bytes((ca / "crl.pem").read_bytes())
    assert verdict(signed, trust, now(-12)) == CODE
    assert verdict(signed, trust, now(-8)) == "certificate-revoked"
    assert verdict(signed, trust, now()) == "certificate-revoked"


def test_expired_and_foreign(signed, ca, organ, tmp_path):
    trust = organ / "trust"
    assert verdict(signed, trust, now(3 * 365 + 1)) == "certificate-expired"
    assert verdict(signed, trust, now(-1)) == "certificate-not-yet-valid"
    (tmp_path / "empty").mkdir()
    assert verdict(signed, tmp_path / "empty", now()) == "certificate-foreign"
    issue(ca, organ, -10, -1)
    refused = tool("sign", organ, CODE, signed, check=False)
    assert refused.returncode == 1 and refused.stdout.startswith("certificate-expired")
    issue(ca, organ, 1, 10)
    refused = tool("sign", organ, CODE, signed, check=False)
    assert refused.stdout.startswith("certificate-not-yet-valid")


def test_a_readable_key_is_refused(signed, organ):
    os.chmod(organ / f"{CODE}.key", 0o644)
    refused = tool("sign", organ, CODE, signed, check=False)
    assert refused.returncode == 1 and refused.stdout.startswith("key-permissions")
    for line in secrets(pathlib.Path(organ)):
        assert line not in refused.stdout + refused.stderr
