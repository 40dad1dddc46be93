"""A judge's key is its source: what changes it, what does not, and that it is the same on every Python."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tokenize
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import trustgen
from trustgen.core import Case, InputError, Ruling
from trustgen.judge import matches, refuses, source
from trustgen.judge.key import key_of
from trustgen.judge.parsed import hashed, plain
from trustgen.judge.reading import Reading, RuleJudge, scored
from trustgen.judge.source import sources

ROOT = Path(trustgen.__file__).parent
LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
OTHERS = ("3.11", "3.12", "3.13", "3.14")


def tokens(text: str) -> list[str]:
    """The tokens of a source that mean something: without its layout, and without strings that stand alone."""
    found, line = [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT:
            line.append(token)
        elif token.type == tokenize.NEWLINE:
            if not all(one.type == tokenize.STRING for one in line):
                found += line
            line = []
    return [token.string for token in found + line]


def test_the_scan_sees_what_pythons_own_tokeniser_sees() -> None:
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        assert tokens(plain(text)) == tokens(text), path
        assert plain(plain(text)) == plain(text), path


HARD = '''
"""A docstring with a # in it."""
import re  # a comment with "quotes" and 'more
X = (
    "a#b"  # kept strings, dropped comment
    "c"
)
"""What X is."""

def f(a="#", b='\\'#'):
    # alone
    r"""Raw # doc."""
    text = """line

    # not a comment
    """
    return text \\
        "tail"
'''


def test_only_comments_docstrings_and_blank_lines_go() -> None:
    told = plain(HARD)
    assert "docstring" not in told
    assert "What X is" not in told
    assert "Raw" not in told
    assert "alone" not in told
    assert '"a#b"\n    "c"' in told
    assert 'def f(a="#", b=\'\\\'#\'):\n    text = """line\n\n    # not a comment\n    """\n' in told
    assert told.endswith('"tail"')


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("# alone", "# another remark"),
        lambda text: text.replace("Raw # doc", "Other words"),
        lambda text: text.replace("What X is.", "What it was."),
        lambda text: text.replace("\n\ndef", "\n\n\n\ndef").replace("# alone", "# alone   "),
        lambda text: text.replace("\nimport re", "\n\n   \nimport re"),
    ],
)
def test_a_remark_changes_nothing(edit: Callable[[str], str]) -> None:
    assert plain(edit(HARD)) == plain(HARD)


@pytest.mark.parametrize(
    ("before", "after"), [("return text", "return f"), ('"a#b"', '"a#c"'), ("line\n\n", "line\n"), ("import re", "")]
)
def test_what_means_something_changes_it(before: str, after: str) -> None:
    assert plain(HARD.replace(before, after, 1)) != plain(HARD)


# ── the same on every Python, and from a wheel ──────────────────────────────────────────────────────────────────────

# Of TrustGen only the one file is imported there: the packages are stood in for, so that no dependency is needed.
ELSEWHERE = """
import hashlib, importlib.util, json, pathlib, sys, types
root = pathlib.Path(sys.argv[1])
for init in sorted(root.rglob("__init__.py"), key=lambda p: len(p.parts)):
    name = ".".join(init.parent.relative_to(root.parent).parts)
    held = sys.modules[name] = types.ModuleType(name)
    held.__path__ = [str(init.parent)]
    held.__spec__ = importlib.util.spec_from_file_location(name, init, submodule_search_locations=held.__path__)
spec = importlib.util.spec_from_file_location("trustgen.judge.source", root / "judge" / "source.py")
source = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(source)
print(json.dumps([source.sources(name) for name in sys.argv[2:]]))
"""
MODULES = (
    "trustgen.judge.refusals",
    "trustgen.judge.model",
    "trustgen.tasks.llm.safety.attacked",
    "trustgen.tasks.llm.robustness.api_misuse.used",
    "trustgen.tasks.llm.ethics.vignettes.rated",
)


def pythons() -> dict[str, str]:
    """Other Pythons that are installed here, by version."""
    found = {}
    for version in OTHERS:
        beside = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
        if path := shutil.which(f"python{version}") or next((str(path) for path in beside), ""):
            asked = subprocess.run([path, "-V"], capture_output=True, text=True, check=False)
            if f" {version}." in asked.stdout:
                found[version] = path
    return found


def test_it_is_the_same_on_every_python() -> None:
    here = json.loads(json.dumps([sources(name) for name in MODULES]))
    for version, python in pythons().items():
        ran = subprocess.run(
            [python, "-I", "-c", ELSEWHERE, str(ROOT), *MODULES], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == here, version


def test_it_is_the_same_under_any_hash_seed_and_from_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for room in ("core", "judge", "models", "text"):
            for path in (p for p in (ROOT / room).rglob("*") if p.suffix in (".py", ".md", ".toml", ".json")):
                archive.write(path, Path("trustgen") / path.relative_to(ROOT))
        for name in ("__init__.py", "version.py"):
            archive.write(ROOT / name, f"trustgen/{name}")
    code = "import trustgen.judge as j; print(j.__file__); print(j.matches('capital').key, j.refuses().key)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "all.zip"), "PYTHONHASHSEED": "7"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    where, keys = ran.stdout.splitlines() or ("", ran.stderr)
    assert "all.zip" in where
    assert keys.split() == [matches("capital").key, refuses().key]


# ── what it covers ──────────────────────────────────────────────────────────────────────────────────────────────────


class Rule:
    """A rule that holds what it was built from."""

    def __init__(self, *held: object) -> None:
        self.held = held

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        return scored(1.0, "x")


def made(least: int) -> Callable[[Case, Reading], Ruling]:
    """A rule by a function within a function."""

    def rule(case: Case, reading: Reading) -> Ruling:
        return scored(float(len(reading.low) > least), "long")

    return rule


def test_what_a_rule_was_built_from_is_part_of_it() -> None:
    built = [
        Rule(),
        Rule(1),
        Rule("1"),
        Rule(1.5),
        Rule(None),
        Rule(frozenset({"a", "b"})),
        Rule({"a": 1}),
        Rule({"a": 2}),
        Rule(re.compile("a")),
        Rule(re.compile("a", re.I)),
        Rule(Rule(1)),
        Rule(matches()),
        Rule(matches("capital")),
        Rule(made),
        Rule(partial(made, 1)),
        made(1),
        made(2),
    ]
    keys = [RuleJudge("one", rule).key for rule in built]
    assert len(set(keys)) == len(built)
    assert RuleJudge("one", made(1)).key == keys[-2]
    assert RuleJudge("two", made(1)).key != keys[-2]


def test_the_module_of_a_helper_counts_as_much_as_the_rules_own() -> None:
    told = sources("trustgen.judge.free_text")
    assert {
        "trustgen.judge.free_text",
        "trustgen.judge.reading",
        "trustgen.judge.own",
        "trustgen.core.thoughts",
    } <= set(told)
    assert not [name for name in told if name.endswith((".records", ".registry", ".errors", ".key", ".source"))]
    assert "refusals.toml" in sources("trustgen.judge.refusals")["trustgen.judge.refusal_clauses"][1]


def test_a_rule_of_a_package_of_ones_own_is_followed_within_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(helper: str) -> str:
        for name in [name for name in sys.modules if name.startswith("my_rules")]:
            del sys.modules[name]
        for cached in (source.text_of, source._spec, source.imports, source.fingerprint, source.sources):
            cached.cache_clear()
        folder = tmp_path / "my_rules"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text("")
        (folder / "words.py").write_text(helper)
        (folder / "rule.py").write_text("def rule(case, reading):\n    from .words import WORDS\n    return WORDS\n")
        from importlib import import_module, invalidate_caches

        invalidate_caches()
        return key_of(import_module("my_rules.rule").rule)

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = key("WORDS = 1\n")
    assert key("WORDS = 1  # a remark\n") == before
    assert key("WORDS = 2\n") != before


def test_a_rule_without_source_and_a_part_without_a_value_are_refused() -> None:
    held: dict[str, object] = {"__name__": "nowhere"}
    exec("def rule(case, reading): return None", held)
    with pytest.raises(InputError, match=r"`nowhere\.rule` has no source to read"):
        key_of(held["rule"])
    with pytest.raises(InputError, match="no key can cover it"):
        RuleJudge("one", Rule(object())).key  # noqa: B018


# ── what is remembered between processes ────────────────────────────────────────────────────────────────────────────

KEYS = """
import json, sys
from trustgen.judge import choice, matches, refuses, yes_no
print(json.dumps([choice().key, matches("capital").key, refuses().key, yes_no().key]))
"""


def keys(cache: Path) -> str:
    """The keys of some judges, by a process of its own."""
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.run([sys.executable, "-c", KEYS], env=env, capture_output=True, text=True, check=True).stdout


def test_what_is_remembered_of_sources_changes_no_key(tmp_path: Path) -> None:
    first = keys(tmp_path)
    (kept,) = (tmp_path / "trustgen").iterdir()
    assert keys(tmp_path) == first
    for body in (b"", b"{}", b'{"a": 1}', b"[" * 10_000, kept.read_bytes()[:-40]):
        kept.write_bytes(body)
        assert keys(tmp_path) == first
    kept.unlink()
    kept.mkdir()
    assert keys(tmp_path) == first
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    assert keys(nowhere) == first


def test_what_is_remembered_is_found_by_the_text_itself(tmp_path: Path) -> None:
    keys(tmp_path)
    (kept,) = (tmp_path / "trustgen").iterdir()
    told = json.loads(kept.read_bytes())
    for text in (source.text_of("trustgen.judge.letters"), source.text_of("trustgen.judge.reading")):
        assert told[hashed(text)][0] == hashed(plain(text))
        assert hashed(text + "x = 1\n") not in told
