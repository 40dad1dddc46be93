"""Live curation from the web: search engines, guarded fetching, main text, and the pool that puts them together."""

from .agent import Web, WebPool
from .fetch import Fetcher, Page
from .fields import Wanted
from .limits import LIMITS, Limits
from .search import ENGINES, Brave, Engine, Hit, MediaWiki, SearXNG, Tavily, engine, search

__all__ = [
    "ENGINES",
    "LIMITS",
    "Brave",
    "Engine",
    "Fetcher",
    "Hit",
    "Limits",
    "MediaWiki",
    "Page",
    "SearXNG",
    "Tavily",
    "Wanted",
    "Web",
    "WebPool",
    "engine",
    "search",
]
