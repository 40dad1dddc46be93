"""Rules of security in Python by `ast`: which of a family of calls is made, and with what?

As in `python.py`, a rule gives a verdict for every use: True for the safe way, False for the unsafe one. The safe way
may be another function than the unsafe one, and counts as a use of the same API. Each rule names its weakness by the
number that MITRE gave it. Nothing is run.
"""

from __future__ import annotations

import ast
import stat
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from .strings import Strings
from .trees import Parents, calls, imported, keyword, meant, name

Rule = Callable[[ast.Module, Parents], list[bool]]
ROUNDS = 1000  # the least of PBKDF2, by RFC 8018; far more are advised
OTHERS = stat.S_IRWXO
SHELLS = ("sh", "bash", "zsh", "/bin/sh", "/bin/bash", "cmd", "cmd.exe", "powershell")
HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s", "new")
DRAWS = (
    *("random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "uniform", "getrandbits"),
    *("randbytes", "Random"),
)
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
INSIDE = ("is_relative_to", "commonpath", "commonprefix", "startswith", "realpath", "resolve", "relative_to", "isabs")


def of(module: str, *names: str) -> tuple[str, ...]:
    """Dotted names of a module."""
    return tuple(f"{module}.{one}" for one in names)


def among(well: tuple[str, ...], ill: tuple[str, ...]) -> Rule:
    """Calls of one set are safe, and those of another are not."""

    def rule(tree: ast.Module, _: Parents) -> list[bool]:
        return [True for _ in calls(tree, *well)] + [False for _ in calls(tree, *ill)]

    return rule


def is_(node: ast.expr | None, value: object) -> bool:
    """Whether a node is this constant."""
    return isinstance(node, ast.Constant) and node.value is value


def _unpacks(call: ast.Call) -> bool:
    """Whether a call takes arguments that stand elsewhere (`**more`)."""
    return any(k.arg is None for k in call.keywords)


def _set(tree: ast.Module, attribute: str) -> Iterator[ast.expr]:
    """What an attribute of anything is set to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    yield node.value


def _defines(tree: ast.Module, function: str) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in ast.walk(tree))


def safe_yaml(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-502. `yaml.safe_load`, or `load` with a safe loader."""
    means = imported(tree)
    loads = calls(tree, *of("yaml", "load", "load_all"))
    given = [[*c.args[1:], *(k.value for k in c.keywords if k.arg == "Loader")] for c in loads]
    found = [any("Safe" in meant(name(a), means) for a in args) for args in given]
    well, ill = ("safe_load", "safe_load_all"), ("unsafe_load", "full_load", "unsafe_load_all", "full_load_all")
    return found + among(of("yaml", *well), of("yaml", *ill))(tree, _)


def unpickled(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-502. Data from outside by `json`, an unpickler that finds few classes, or after its signature."""
    if _defines(tree, "find_class") or calls(tree, "hmac.compare_digest"):
        return [True]
    ill = [f"{m}.{f}" for m in ("pickle", "cPickle", "_pickle", "dill", "cloudpickle") for f in ("load", "loads")]
    ill += ["pickle.Unpickler", "shelve.open", "marshal.loads", "joblib.load"]
    return among(("json.loads", "json.load", "ast.literal_eval"), tuple(ill))(tree, _)


def commanded(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-78. A command as a list, or a line for a shell in which all is fixed or quoted."""
    held, found = Strings(tree, "shlex.quote", "pipes.quote"), []
    for call in calls(tree, *of("subprocess", "run", "call", "check_call", "check_output", "Popen")):
        line, shell = call.args[0] if call.args else keyword(call, "args"), held.value(keyword(call, "shell"))
        whole = line if shell is not None and not is_(shell, False) else _shell_line(line, held)
        found.append(whole is None or held.fixed(whole))
    plain: tuple[str, ...] = ("os.system", "os.popen", "asyncio.create_subprocess_shell")
    plain += of("subprocess", "getoutput", "getstatusoutput")
    return found + [bool(c.args) and held.fixed(c.args[0]) for c in calls(tree, *plain)]


def _shell_line(line: ast.expr | None, held: Strings) -> ast.expr | None:
    """What a list such as `["sh", "-c", line]` has a shell read."""
    listed = held.value(line)
    if isinstance(listed, ast.List | ast.Tuple) and len(listed.elts) > 2:
        first, flag = (one.value if isinstance(one, ast.Constant) else None for one in listed.elts[:2])
        return listed.elts[2] if first in SHELLS and flag in ("-c", "-lc", "/c", "-Command") else None
    return None


def temporary_name(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-377. A temporary file that is made where it is named; no name that others may take first, or know."""
    made = ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "mkstemp", "mkdtemp")
    well, ill = calls(tree, *of("tempfile", *made)), calls(tree, "tempfile.mktemp")
    held = Strings(tree)
    shared = [c for c in calls(tree, "open", "pathlib.Path") if c.args and _in_tmp(held.value(c.args[0]))]
    named = [] if well or ill else calls(tree, "tempfile.gettempdir")
    return [True for _ in well] + [False for _ in (*ill, *shared, *named)]


def _in_tmp(node: ast.expr | None) -> bool:
    said = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return isinstance(said, ast.Constant) and str(said.value).startswith(("/tmp/", "/var/tmp/"))


def hashed(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-916. A password hashed by a slow function; a fast one alone is none, with salt or without."""
    strong: tuple[str, ...] = ("hashlib.scrypt", *of("bcrypt", "hashpw", "checkpw", "kdf"), "argon2.PasswordHasher")
    strong += of("werkzeug.security", "generate_password_hash", "check_password_hash")
    strong += of("passlib.hash", "bcrypt.hash", "argon2.hash", "pbkdf2_sha256.hash", "pbkdf2_sha256.verify")
    held = Strings(tree)
    found = [True for _ in calls(tree, *strong)]
    for call in calls(tree, "hashlib.pbkdf2_hmac"):
        rounds = held.value(call.args[3] if len(call.args) > 3 else keyword(call, "iterations"))
        number = rounds.value if isinstance(rounds, ast.Constant) else None
        found.append(not isinstance(number, int) or number >= ROUNDS)
    fast = calls(tree, *of("hashlib", *HASHES), *of("hmac", "new", "digest"))
    return found or [False for _ in fast]


def drawn(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-338. What nobody may guess, from the system's source of chance."""
    well = of("secrets", "token_hex", "token_urlsafe", "token_bytes", "choice", "randbelow", "randbits", "SystemRandom")
    well += ("random.SystemRandom", "random.SystemRandom.choice", "os.urandom", "uuid.uuid4")
    ill = (*of("random", *DRAWS), "uuid.uuid1", *of("numpy.random", "choice", "randint", "default_rng"))
    own = {name(t) for node in ast.walk(tree) if isinstance(node, ast.Assign) for t in node.targets}
    return among(well, () if "random" in own else ill)(tree, _)  # a name `random` of their own is another thing


def verified(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-295. Requests that do not switch `verify` off, for a call, a session or a client."""
    held = Strings(tree)
    asked = [c for m in ("requests", "httpx") for c in calls(tree, *of(m, *VERBS, "Session", "Client", "AsyncClient"))]
    if not asked:
        return []
    asked += [c for c in calls(tree, *(f"?.{verb}" for verb in VERBS)) if keyword(c, "verify") is not None]
    off = [v for v in _set(tree, "verify") if is_(held.value(v), False)]
    off += [
        v
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for k, v in zip(node.keys, node.values, strict=True)
        if is_(v, False) and isinstance(k, ast.Constant) and k.value == "verify"
    ]
    return [not is_(held.value(keyword(c, "verify")), False) for c in asked] + [False for _ in off]


def queried(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-89. SQL into whose text no value is built."""
    held = Strings(tree)
    ran = (c for c in calls(tree, "?.execute", "?.executemany", "?.executescript") if c.args)
    return [not held.built(c.args[0]) for c in ran]


def extracted(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-22. An archive unpacked with a filter, or after a look at where each name leads."""
    zips = {
        name(node.optional_vars)
        for node in ast.walk(tree)
        if isinstance(node, ast.withitem) and node.optional_vars and calls(node.context_expr, "zipfile.ZipFile")
    }
    looked = any(isinstance(n, ast.Attribute) and n.attr in INSIDE for n in ast.walk(tree))
    looked = looked or any(isinstance(n, ast.Constant) and n.value == ".." for n in ast.walk(tree))
    looked = looked or any(True for _ in _set(tree, "extraction_filter"))
    found = []
    for call in calls(tree, "?.extractall", "?.extract", "shutil.unpack_archive"):
        if not (isinstance(call.func, ast.Attribute) and name(call.func.value) in zips):
            chosen = keyword(call, "filter")
            trusts = is_(chosen, None) or (isinstance(chosen, ast.Constant) and chosen.value == "fully_trusted")
            trusts = trusts or (chosen is not None and name(chosen).endswith("fully_trusted_filter"))
            found.append(looked or _unpacks(call) or (chosen is not None and not trusts))
    return found


evaluated = among(
    ("ast.literal_eval", "json.loads", "json.load", "ast.parse", "tomllib.loads"),
    ("eval", "exec", "builtins.eval", "builtins.exec"),
)


def encrypted(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-295. A context of TLS that looks at certificates and names."""
    means = imported(tree)
    demanded = [meant(name(v), means).endswith("CERT_REQUIRED") for v in _set(tree, "verify_mode")]
    found = [True for _ in calls(tree, "ssl.create_default_context")]
    for call in calls(tree, "ssl.SSLContext"):
        kind = call.args[0] if call.args else keyword(call, "protocol")
        found.append((kind is not None and "CLIENT" in name(kind)) or (bool(demanded) and all(demanded)))
    for call in calls(tree, "ssl.wrap_socket"):
        wanted = keyword(call, "cert_reqs")
        found.append(wanted is not None and name(wanted).endswith("CERT_REQUIRED"))
    ill = ("ssl._create_unverified_context", "ssl._create_stdlib_context")
    found += [False for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Name) and meant(name(n), means) in ill]
    return found + [False for v in _set(tree, "check_hostname") if is_(v, False)] + [d for d in demanded if not d]


def permitted(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-732. No rights for others on a file with a secret."""
    held, found = Strings(tree), []
    for call in calls(tree, "?.chmod", "os.chmod", "os.fchmod", "os.open", "chmod"):
        last = meant(name(call.func), imported(tree)).split(".")
        own = last[0] != "os"  # a method of a path, whose first argument is the mode
        at = 2 if last[-1] == "open" else 0 if own else 1
        mode = keyword(call, "mode") or (call.args[at] if len(call.args) > at else None)
        if mode is not None:
            found.append(not _bits(mode, held) & OTHERS)
    return found


def _bits(node: ast.expr, held: Strings) -> int:
    """The rights that are named in a mode, as far as they are told."""
    found, left = 0, [held.value(node) or node]
    while left:
        one = left.pop()
        last = name(one).split(".")[-1]
        if isinstance(one, ast.BinOp) and isinstance(one.op, ast.BitOr | ast.Add):
            left += (one.left, one.right)
        elif isinstance(one, ast.Constant) and isinstance(one.value, int):
            found |= one.value
        elif last.startswith("S_I") and isinstance(getattr(stat, last, None), int):
            found |= int(getattr(stat, last))
    return found


def rendered(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-79. HTML from a template that escapes what is put into it."""
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    escapes = bool(calls(tree, "html.escape", "markupsafe.escape", "jinja2.escape", "escape"))
    escapes = escapes or any("|e" in t.replace(" ", "") for t in texts if "{{" in t)
    escapes = escapes or any(not is_(v, False) for v in _set(tree, "autoescape"))
    found = [True for _ in calls(tree, *of("flask", "render_template", "render_template_string"))]
    made = ("jinja2.Environment", "jinja2.Template", "jinja2.sandbox.SandboxedEnvironment")
    for call in calls(tree, *made):
        given = keyword(call, "autoescape")
        found.append(escapes or _unpacks(call) or (given is not None and not is_(given, False)))
    return found


def cookies(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-614. A cookie that is sent by https alone."""
    held, found = Strings(tree), []
    for call in calls(tree, "?.set_cookie"):
        secure = held.value(keyword(call, "secure"))
        found.append(_unpacks(call) or (secure is not None and not is_(secure, False) and not is_(secure, None)))
    return found


def served(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-489. An app that is served without its debugger."""
    held = Strings(tree)
    apps = (["app"], ["application"], ["server"])
    ran = [c for c in calls(tree, "?.run") if name(c.func).split(".")[-2:-1] in apps or keyword(c, "debug")]
    debug = [c.args[2] if len(c.args) > 2 else keyword(c, "debug") for c in ran]
    found = [not is_(held.value(one), True) for one in debug]
    found += [True for _ in calls(tree, "waitress.serve", "?.serve_forever")]
    return found + [False for v in _set(tree, "debug") if found and is_(v, True)]


def compared(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-208. Codes compared in a time that does not tell how much of them is right."""
    found = [True for _ in calls(tree, "hmac.compare_digest", "secrets.compare_digest")]
    held = Strings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, node.comparators[0])
            if any(held.comes_from(one, "digest", "hexdigest") for one in sides):
                found.append(False)
    return found


def known_hosts(tree: ast.Module, _: Parents) -> list[bool]:
    """CWE-322. A host whose key is known, or which is declined."""
    found = [True for _ in calls(tree, "paramiko.SSHClient", "paramiko.client.SSHClient")]
    for call in calls(tree, "?.set_missing_host_key_policy"):
        said = " ".join(name(n) for a in call.args for n in ast.walk(a) if isinstance(n, ast.Name | ast.Attribute))
        found.append("AutoAdd" not in said and "WarningPolicy" not in said)
    looked = bool(calls(tree, "?.get_remote_server_key")) or "hostkey" in _keywords(tree)
    return found + [looked for _ in calls(tree, "paramiko.Transport")]


def _keywords(tree: ast.Module) -> set[str]:
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "yaml.load": safe_yaml,
        "pickle": unpickled,
        "subprocess.shell": commanded,
        "tempfile.mktemp": temporary_name,
        "hashlib": hashed,
        "random": drawn,
        "requests.verify": verified,
        "sqlite3": queried,
        "tarfile": extracted,
        "eval": evaluated,
        "ssl": encrypted,
        "os.chmod": permitted,
        "jinja2": rendered,
        "flask.set_cookie": cookies,
        "flask.run": served,
        "hmac": compared,
        "paramiko": known_hosts,
    }
)

__all__ = ["RULES"]
