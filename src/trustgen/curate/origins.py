"""Where the files of a pool are: in an installed package, beside the manifest, in a dataset folder, or on a hub."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec

from trustgen.core import InputError, Kit, MissingExtra, Source, plain

from .archives import LIMITS, Limits, is_packed
from .download import FetchError, fetch
from .rows import ENDINGS, Format, Shape, format_of

HUB = "https://huggingface.co"
HUB_SECONDS = 600.0
HUB_BYTES = 256 << 20
_ORDER = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt")  # which files of a folder hold its data
_PACKAGE = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_ASIDE = ("dataset_infos.json", "dataset_info.json", "state.json", "readme.txt", "license.txt")


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of `package` (with `file`), `path`, `hub` (with `file` and a pinned revision), `graph`, `endpoint`.

    `path` is relative to the manifest, and a file or a dataset folder, of which `split` is read. `member` stands in an
    archive. `install` is the command that brings a package; `format`, `columns`, `comment` and `at` say the layout.
    """

    package: str = ""
    file: str = ""
    install: str = ""
    path: str = ""
    member: str = ""
    hub: str = ""
    split: str = ""
    format: Format | None = None
    columns: tuple[str, ...] = ()
    comment: str = ""
    at: str = ""
    graph: str = ""
    endpoint: str = ""

    def check(self, where: str, digest: str, revision: str) -> None:
        """Raise `InputError` where the keys do not belong together."""
        kinds = [kind for kind in ("package", "path", "hub", "graph", "endpoint") if getattr(self, kind)]
        if len(kinds) != 1:
            raise InputError(
                f"{where}: [origin] needs exactly one of package, path, hub, graph, endpoint: it has {kinds}"
            )
        if (bool(self.file)) != (kinds[0] in ("package", "hub")):
            raise InputError(f"{where}: [origin] `file` goes with `package` or `hub`, and they with it")
        for value in (self.file, self.path, self.graph):
            _inside(where, value)
        if self.hub and not (digest and re.fullmatch(r"[0-9a-f]{40}", revision)):
            raise InputError(f"{where}: a hub data set needs `sha256`, and as `revision` a commit of 40 digits")
        if self.hub and not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", self.hub):
            raise InputError(f"{where}: `hub` is {self.hub[:80]!r}: write owner/name")
        if self.package and not re.fullmatch(_PACKAGE, self.package):
            raise InputError(f"{where}: `package` is {self.package[:80]!r}: write the name of a distribution")
        if self.install and not self._installs():
            raise InputError(
                f"{where}: `install` is {self.install[:80]!r}: write  pip install NAME==VERSION  of that package, or "
                "leave it out"
            )
        if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
            raise InputError(f"{where}: `endpoint` is {self.endpoint[:80]!r}: write an http or https address")

    def _installs(self) -> bool:
        """Whether `install` brings the package and nothing else: it is shown as a command to run."""
        found = re.fullmatch(rf"pip install (?:--no-deps )?({_PACKAGE})(?:==[\w.]+)?", self.install)
        return found is not None and _same(found[1], self.package)


def _same(a: str, b: str) -> bool:
    """Whether two names are of one distribution."""
    return re.sub(r"[-_.]+", "-", a).lower() == re.sub(r"[-_.]+", "-", b).lower()


class Part(NamedTuple):
    """One file to read. `name` is the file's, `label` what bad rows call it; `bytes` is its size as it lies there."""

    content: Path | bytes
    name: str
    label: str
    member: str
    shape: Shape
    source: Source
    bytes: int

    @property
    def packed(self) -> bool:
        """Whether more may come out of it than its size says."""
        return bool(self.member) or self.name.endswith((".gz", ".parquet"))


def _inside(where: str, path: str) -> None:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or path[1:2] == ":":
        raise InputError(f"{where}: {path[:80]!r} leads out of its folder: put the manifest above the files it names")


def beside(manifest: Path, name: str) -> Path:
    """The file or folder that a manifest names, all links followed; it must lie where the manifest does, or below."""
    home = manifest.parent
    try:
        home = home.resolve()
        place = (home / name).resolve()
    except (OSError, RuntimeError) as error:
        raise InputError(f"{name} cannot be read: its links lead in a ring") from error
    if not place.is_relative_to(home):
        raise InputError(f"{name} is a link that leads out of the manifest's folder: put the file itself there")
    return place


def hash_of(content: Path | bytes, limits: Limits = LIMITS) -> tuple[str, int]:
    """The SHA-256 of a file, and its size; raises `InputError` where it is missing, empty or too big."""
    if isinstance(content, bytes):
        return sha256(content).hexdigest(), len(content)
    hashed, size = sha256(), 0
    try:
        with plain.opened(content) as file:
            while block := file.read(1 << 20):
                hashed.update(block)
                size += len(block)
                if size > limits.file:
                    raise InputError(f"{content.name} is over {limits.file:,} bytes: split it")
    except OSError as error:
        raise InputError(f"{content.name} cannot be read ({error.strerror}): check `path` and `file`") from error
    if not size:
        raise InputError(f"{content.name} is empty: fetch it again, or name another file")
    return hashed.hexdigest(), size


def parts(described: Any, manifest: Path, kit: Kit, limits: Limits) -> tuple[Part, ...]:
    """The files that a manifest names, found and checked. `described` is a `trustgen.curate.manifest.Described`."""
    origin: Origin = described.origin
    name, revision = origin.path, described.revision
    found: list[tuple[str, Path | bytes]]
    if origin.package:
        place, version = packaged(f"pool `{described.name}`", origin.package, origin.file, origin.install)
        name, revision, found = origin.package, revision or version, [(place.name, place)]
    elif origin.hub:
        name, found = f"{HUB}/datasets/{origin.hub}", [(PurePosixPath(origin.file).name, _hub(described, kit))]
    else:
        place = beside(manifest, origin.path)
        name_of = PurePosixPath(origin.path).name
        found = [*_folder(place, origin, limits)] if place.is_dir() else [(name_of, place)]
    hashes = [hash_of(content, limits) for _, content in found]
    whole = hashes[0][0]
    if len(found) > 1:  # as `sha256sum` prints them, hashed once more
        lines = (f"{h}  {label}\n" for (label, _), (h, _) in zip(found, hashes, strict=True))
        whole = sha256("".join(lines).encode()).hexdigest()
    if described.sha256 and whole != described.sha256:
        mend = f"run  {origin.install}" if origin.install else "fetch the file again, or correct `sha256`"
        raise InputError(f"pool `{described.name}`: the file has sha256 {whole}, not {described.sha256}: {mend}")
    made = []
    for (label, content), (digest, size) in zip(found, hashes, strict=True):
        source = Source(origin=name, revision=revision or whole[:12], licence=described.licence, sha256=digest)
        shape = _shape(origin, origin.member or label)
        if is_packed(label):
            _inside(label, origin.member)
        shown = f"{label}:{origin.member}" if origin.member else label
        made.append(Part(content, label, shown, origin.member, shape, source, size))
    return tuple(made)


def _shape(origin: Origin, name: str) -> Shape:
    return Shape(format=origin.format or format_of(name), columns=origin.columns, comment=origin.comment, at=origin.at)


def packaged(what: str, package: str, file: str, install: str = "") -> tuple[Path, str]:
    """A file of an installed distribution, which is not imported, and the distribution's version.

    Raises `MissingExtra` where the distribution is absent, `InputError` where the file is.
    """
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise MissingExtra(what, package, install or f"pip install {package}") from error
    place = Path(str(found.locate_file(file))).resolve()  # some installers put links there
    if not place.exists():
        raise InputError(
            f"{what}: {package} {found.version} has no `{file}`: run  {install or 'another version of it'}"
        )
    return place, found.version


def source_of(package: str, file: str, licence: str, install: str) -> tuple[Source, Path]:
    """A package's file, or folder, and its source."""
    path, found = packaged(f"a pool of {package}", package, file, install)
    digest, _ = hash_of(path) if path.is_file() else ("", 0)
    return Source(origin=package, revision=found, licence=licence, sha256=digest), path


def _folder(folder: Path, origin: Origin, limits: Limits) -> list[tuple[str, Path]]:
    """The data files of a split of a dataset folder, by name; of several formats the first in `_ORDER`."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name.lower() not in _ASIDE)
    if len(paths) > limits.files:
        raise InputError(f"{folder.name} holds more than {limits.files:,} files: name one of them")
    labels = {p.relative_to(folder).as_posix(): p for p in paths if not p.name.startswith(".")}
    endings = [origin.format and f".{origin.format}"] if origin.format else list(_ORDER)
    for ending in endings:
        held = {n: p for n, p in labels.items() if n.lower().removesuffix(".gz").endswith(str(ending))}
        if not held:
            continue
        splits = {n: _split_of(n) for n in held}
        names = sorted(set(splits.values()))
        wanted = origin.split or (names[0] if len(names) == 1 else "")
        if wanted not in names:
            raise InputError(f"{folder.name}: no split `{wanted}`: set `split` to one of {', '.join(names)}")
        return [(n, beside(folder / n, p.name)) for n, p in held.items() if splits[n] == wanted]
    raise InputError(f"{folder.name} holds no data file: expected {', '.join(ENDINGS)}")


def _split_of(name: str) -> str:
    """The split of a file of a folder: `data/train-00000-of-00002.parquet` and `train/0.csv` are of `train`."""
    path = PurePosixPath(name)
    stem = path.name.split(".", 1)[0]
    shard = re.fullmatch(r"(.+?)-\d+(?:-of-\d+)?", stem)
    if shard:
        return shard[1]
    return path.parent.name if stem.isdecimal() and path.parent.name else stem


def _hub(described: Any, kit: Kit) -> bytes:
    """A file of a data set at a pinned revision: fetched once, then remembered with the build."""
    origin: Origin = described.origin
    base = os.environ.get("HF_ENDPOINT", HUB).rstrip("/")
    url = f"{base}/datasets/{origin.hub}/resolve/{described.revision}/{origin.file}"

    def get() -> bytes:
        try:
            body, _ = fetch(url, seconds=HUB_SECONDS, most=HUB_BYTES)
        except FetchError as error:
            raise InputError(f"pool `{described.name}`: {origin.hub} cannot be fetched: {error}") from error
        if (found := sha256(body).hexdigest()) != described.sha256:  # nothing wrong is ever remembered
            raise InputError(f"pool `{described.name}`: {origin.hub}: the file has sha256 {found}, not `sha256`")
        return body

    return kit.cache.remember("dataset", f"{origin.hub}@{described.revision}/{origin.file}", get)


__all__ = ["Origin", "Part", "hash_of", "packaged", "parts", "source_of"]
