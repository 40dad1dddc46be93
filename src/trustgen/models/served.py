"""What the models of servers share that answer to a name at a URL: `SCHEME:MODEL@http://host:port/v1`."""

from __future__ import annotations

from typing import ClassVar

from yarl import URL

from trustgen.core import InputError, ModelOptions, NoPicture, Permanent

from .adapting import REFUSABLE, Adapting
from .address import address
from .client import Client, read_key, sealed
from .faults import NAMED, clean
from .pictures import MOST, elsewhere
from .secrets import is_secret


class Served(Adapting):
    """One model of one server. Its connections belong to the event loop of the first call, until `close`.

    A subclass says its `scheme`, the `path` that it asks at, and which parameters may be left out.
    """

    scheme: ClassVar[str]
    path: ClassVar[str]
    refusable: ClassVar[tuple[str, ...]] = REFUSABLE

    def __init__(self, rest: str, options: ModelOptions) -> None:
        """Raises `InputError` for a malformed URI, an unset key, and a secret that would go over a network in clear."""
        super().__init__()
        self._name, self._base = address(self.scheme, rest, self.path)
        self._key_env = options.api_key_env
        key = read_key(self._key_env)
        secret = "its key" if key else next((f"header `{h}`" for h in options.headers if is_secret(h)), "")
        sealed(secret, self._base, options, f"model `{self._name}`")
        self.uri = f"{self.scheme}:{self._name}@{self._base}"
        self._target = URL(f"{self._base}{self.path}")
        self._client = Client(key, options, refusable=self.refusable)
        self.ends_within = options.timeout

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.uri!r})"

    async def check(self) -> None:
        """Ask for the list of models. Raises `InputError` where nothing answers or the key is refused."""
        if (status := await self._client.reach("GET", URL(f"{self._base}/models"), self._base)) in (401, 403):
            named = f"the key in `{self._key_env}`" if self._key_env else "calls without a key"
            mend = f"correct `{self._key_env}`" if self._key_env else "name its variable with --api-key-env"
            raise InputError(f"{self._base} refuses {named} (HTTP {status}): {mend}")

    async def fetched(self, place: str) -> bytes:
        """The bytes of a picture that lies on the server that was asked; one on any other is `NoPicture`."""
        try:
            url = self._target.join(URL(place))
            own = url.scheme in ("http", "https") and url.origin() == self._target.origin()
        except ValueError:
            raise NoPicture(f"the picture's URL is malformed: {clean(place, self._client.hide)}") from None
        if not own:
            raise elsewhere(str(url), self._client.hide)
        try:
            return await self._client.ask(url, b"", MOST, lambda content, _: content, method="GET", text=True)
        except Permanent as fault:  # of one picture, and of no other request
            raise NoPicture(f"the picture is not given: {str(fault).removesuffix(NAMED)}") from None

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        await self._client.close()


__all__ = ["Served"]
