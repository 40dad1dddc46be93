"""Long answers: an answer may be as long as what was asked for, and few long ones are held at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trustgen.core import Sampling
from trustgen.models.client import LONG, LONGEST_BODY, SHORT_BODY, longest_body

ASK = """
import asyncio, json, resource, socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

size, at_once, most = map(int, sys.argv[1:])
text = json.dumps({"choices": [{"message": {"content": "a" * size}, "finish_reason": "stop"}]}).encode()

lock, held = threading.Lock(), [0, 0]

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            self.wfile.write(memoryview(text)[:-1])
            with lock:  # taken but for a byte: this answer is held by whoever asked
                held[0] += 1
                held[1] = max(held)
            time.sleep(0.3)
            with lock:
                held[0] -= 1
            self.wfile.write(text[-1:])
        except OSError:
            pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)  # what the system holds, nobody has taken
threading.Thread(target=server.serve_forever, daemon=True).start()
from trustgen.core import ModelFault, ModelOptions, Request, Sampling, user
from trustgen.models import open_model

async def main():
    model = open_model(f"openai-api:m@http://127.0.0.1:{server.server_address[1]}/v1", ModelOptions())
    async def one():
        try:
            return len((await model.ask(Request((user("Hi"),), Sampling(max_tokens=most)))).text)
        except ModelFault as fault:
            return str(fault)
    found = await asyncio.gather(*(one() for _ in range(at_once)))
    await model.close()
    return found

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = asyncio.run(main())
mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(json.dumps([held[1], mb, sorted(set(map(str, found)))]))
"""


def asked(size: int, at_once: int, most: int) -> tuple[int, int, list[str]]:
    """Answers of a size that are held at once, MB that the process grows by, and what became of them."""
    import json

    args = [sys.executable, "-c", ASK, str(size), str(at_once), str(most)]
    done = subprocess.run(args, capture_output=True, text=True, timeout=100, check=True)
    held, mb, found = json.loads(done.stdout)
    return held, mb, found


def test_an_answer_far_longer_than_asked_for_is_none() -> None:
    _, mb, found = asked(30 << 20, 4, 512)
    assert len(found) == 1
    assert found[0].startswith("the answer is longer than 1.25 MB")
    assert mb < 100


def test_few_long_answers_are_held_at_once() -> None:
    """Eight answers of 9 MB that were asked for, all at once: all are read, four at a time."""
    held, _, found = asked(9 << 20, 8, 60_000)
    assert found == [str(9 << 20)]
    assert held == LONG


@pytest.mark.parametrize("logprobs", [0, 5, 20])
def test_what_was_asked_for_fits(logprobs: int) -> None:
    """The largest honest answer: events of a stream for each token, or what is told of each token and alternative."""
    tokens = 400
    sampling = Sampling(max_tokens=300, thinking=100, logprobs=logprobs)
    event = 'data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1700000000,"model":"m",'
    event += '"choices":[{"index":0,"delta":{"content":"\\\\u6f22\\\\u5b57"},"finish_reason":null}]}\n\n'
    told = '{"token":"\\\\u6f22\\\\u5b57","logprob":-12.345678901234567,"bytes":[230,188,162,229,173,151]}'
    size = tokens * (len(event) + (1 + logprobs) * len(told) * bool(logprobs))
    assert size < longest_body(sampling) - SHORT_BODY // 2
    assert longest_body(Sampling(max_tokens=10_000_000)) == LONGEST_BODY
