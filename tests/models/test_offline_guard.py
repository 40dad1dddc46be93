"""`TRUSTGEN_OFFLINE=1` lets nothing out. The guard stays for the life of a process, so each test runs one."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from trustgen.models.offline import guard, is_loopback, offline


def offline_run(code: str, value: str = "1") -> str:
    """Run code in a process with the guard on; its output."""
    head = """
        import asyncio, socket
        from trustgen.core import InputError, Request, Sampling, Transient, user
        from trustgen.models import open_model
        from trustgen.models.offline import guard
        guard()
        def refused(work, *args):
            try:
                work(*args)
            except InputError as error:
                assert str(error).startswith("TRUSTGEN_OFFLINE=1 refuses a connection to "), error
                print("refused", str(error).split()[5].rstrip(":"))
            except Exception as error:
                print(type(error).__name__)
            else:
                print("done")
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(head) + textwrap.dedent(code)],
        env={**os.environ, "TRUSTGEN_OFFLINE": value},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sockets_and_names_are_refused() -> None:
    out = offline_run("""
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        six = socket.socket(socket.AF_INET6)
        refused(tcp.connect, ("192.0.2.1", 80))
        refused(tcp.connect_ex, ("192.0.2.1", 80))
        refused(six.connect, ("2001:db8::1", 80))
        refused(six.connect, ("::ffff:192.0.2.1", 80))
        refused(udp.sendto, b"x", ("192.0.2.1", 53))
        refused(udp.sendmsg, [b"x"], [], 0, ("192.0.2.1", 53))
        refused(socket.getaddrinfo, "example.com", 443)
        refused(socket.getaddrinfo, b"example.com", 443)
        refused(socket.gethostbyname, "example.com")
        refused(socket.create_connection, ("example.com", 443))
        refused(tcp.connect, ("0.0.0.0", 80))
        refused(tcp.connect, ("", 80))
        for s in (tcp, udp, six): s.close()
    """).splitlines()
    assert out[:3] == ["refused 192.0.2.1", "refused 192.0.2.1", "refused 2001:db8::1"]
    assert all(line.startswith("refused") for line in out), out


def test_loopback_and_unix_sockets_are_not() -> None:
    out = offline_run("""
        import os, tempfile
        server = socket.create_server(("127.0.0.1", 0))
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port)) as client:
                refused(client.send, b"x")
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            refused(udp.sendto, b"x", ("127.0.0.1", port))
            udp.connect(("127.0.0.1", port))
            refused(udp.sendmsg, [b"x"])
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as unix:
            unix.bind(os.path.join(folder, "s"))
            unix.listen()
            with socket.socket(socket.AF_UNIX) as client:
                refused(client.connect, os.path.join(folder, "s"))
        refused(socket.getaddrinfo, None, 0)
        server.close()
    """).splitlines()
    assert out == ["done"] * 6


def test_models_say_so() -> None:
    """The refusal is the caller's to mend: it is an `InputError` to the end, never a fault to retry."""
    out = offline_run("""
        def run(uri, step):
            async def main():
                model = open_model(uri)
                try:
                    await step(model)
                finally:
                    await model.close()
            asyncio.run(main())
        ask = lambda model: model.ask(Request((user("Hi"),), Sampling()))
        for uri in ("openai-api:m@http://192.0.2.1/v1", "openai-api:m@https://example.com/v1"):
            refused(run, uri, lambda model: model.check())
            refused(run, uri, ask)
    """).splitlines()
    assert out == ["refused 192.0.2.1"] * 2 + ["refused example.com"] * 2


def test_the_embedded_model_works_offline() -> None:
    out = offline_run("""
        async def main():
            model = open_model("smollm2")
            await model.check()
            assert (await model.ask(Request((user("Hi"),), Sampling(max_tokens=3)))).text
            await model.close()
        asyncio.run(main())
        print("answered")
    """)
    assert out == "answered\n"


@pytest.mark.parametrize("value", ["1", "true", "yes", " on ", "anything"])
def test_every_value_but_a_plain_no_is_a_yes(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRUSTGEN_OFFLINE", value)
    assert offline()


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
def test_a_plain_no_is_a_no(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRUSTGEN_OFFLINE", value)
    assert not offline()
    guard()  # installs nothing: this very process goes on connecting below


def test_loopback_is_told_from_everything_else() -> None:
    inside = "127.0.0.1 127.9.9.9 ::1 [::1] ::ffff:127.0.0.1 localhost LOCALHOST. a.localhost ::1%lo"
    outside = "0.0.0.0 :: 10.0.0.1 example.com localhost.example.com nolocalhost 127.0.0.1.nip.io ::ffff:8.8.8.8 213"
    assert [host for host in inside.split() if not is_loopback(host)] == []
    assert [host for host in ["", *outside.split()] if is_loopback(host)] == []
