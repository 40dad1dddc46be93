"""What a model has cost."""

from __future__ import annotations

import msgspec

from trustgen.core import Reply, Response


class Spent(msgspec.Struct):
    """What a model has cost so far, over all sessions of a run."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0  # summed latency of the calls that succeeded
    images: int = 0  # pictures made

    @property
    def tokens(self) -> int:
        """Tokens both ways."""
        return self.prompt_tokens + self.completion_tokens

    def join(self, other: Spent) -> None:
        """Count what was spent elsewhere."""
        self.calls += other.calls
        self.prompt_tokens += other.prompt_tokens
        self.completion_tokens += other.completion_tokens
        self.seconds += other.seconds
        self.images += other.images

    def add(self, response: Response) -> None:
        """Count one response."""
        usage = response.usage
        self.calls += response.attempts
        self.prompt_tokens += usage.prompt
        self.completion_tokens += usage.completion
        self.images += usage.images
        self.seconds += sum(r.seconds for r in response.replies)

    def reply(self, reply: Reply) -> None:
        """Count one reply of a game."""
        self.calls += 1
        self.prompt_tokens += reply.usage.prompt
        self.completion_tokens += reply.usage.completion
        self.images += reply.usage.images
        self.seconds += reply.seconds
