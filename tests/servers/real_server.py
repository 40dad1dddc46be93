"""A real OpenAI-compatible server: xllamacpp's own, with SmolLM2, in a process of its own on a free loopback port.

One conversation at a time, one thread and no prompt cache, so that an answer depends on its own conversation only.
"""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def real_server() -> Iterator[str]:
    """The server, loaded and healthy; yields its base URL."""
    from trustgen.testing.fast import serving

    with serving(__file__) as url:
        with urllib.request.urlopen(url.removesuffix("/v1") + "/health", timeout=10) as answer:
            assert answer.status == 200
        yield url


def serve() -> None:
    from xllamacpp import Server

    from trustgen.models.smollm2 import parameters, weights

    params = parameters(weights())
    params.api_keys = []
    params.n_threads_http = 16
    server = Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve()
