"""The door: commands listed by name, imported on use, and errors as one line with the mend."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from trustgen.version import VERSION

from .saying import print_json, say

COMMANDS = {
    "quickstart": "Measure the embedded model on the core suite: no key, no network, minutes.",
    "ask": "Ask models the questions of a file of yours, and judge the replies.",
    "new": "Write a package with a working task, model, pool, judge or mitigation of your own.",
    "check": "Hold a task to the contract that every task keeps; exit 1 where a law is broken.",
    "list": "List tasks, models, pools or suites.",
    "show": "Show one task, pool, suite, edition or run.",
    "doctor": "Check what is installed and what would work.",
    "build": "Build an edition: fresh, validated, frozen cases.",
    "verify": "Check an edition or a run: hashes, and what follows derived again.",
    "audit": "Audit an edition for what gives generated tests away, against thresholds.",
    "content": "Measure how new and how guessable the content of tasks is, between two editions.",
    "diff": "Compare two editions: what they share, and what they were made with.",
    "plan": "Say what a run would cost before it runs.",
    "run": "Ask models an edition (or a suite, built first), judge, estimate.",
    "rejudge": "Judge the stored answers of a run again; nothing is asked.",
    "review": "Label replies by hand, blind and twice; what the labels say joins the numbers.",
    "report": "Print a run, or write it as HTML, Markdown, CSV, JSON, JUnit or SARIF.",
    "cases": "Look through the cases of a run: what was asked, said and judged.",
    "alignment": "Score the pictures of a run by CLIPScore or VQAScore, beside its numbers.",
    "judges": "The judges: what they read, how often they err, whether they can be talked over.",
    "compare": "Compare two models of a run, paired case by case.",
    "gate": "Hold a run to a policy; exit 1 when it fails.",
    "leaderboard": "Rank the models of runs on one edition, with those not shown to differ left tied.",
    "equate": "Put the scores of one run on the scale of another, made on another edition.",
}


POSIX = os.name == "posix"


class Commands(click.Group):
    """Sub-commands by name; a module of `trustgen.cli` is imported only when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"trustgen.cli.{cmd_name}_").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing any of it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, "-V", "--version", prog_name="trustgen")
@click.pass_context
def app(context: click.Context) -> None:
    """Measure how trustworthy a generative model is, with tests that are fresh, validated and frozen.

    Exit codes: 0 success, 1 a gate or comparison failed, 2 wrong usage or unusable input, 3 a valid run that is not
    whole: it was stopped, or some model has no scored case or mostly errors.
    """
    if context.invoked_subcommand is None:  # the first thing that a newcomer types
        say(context.get_help())


def main(args: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    args = sys.argv[1:] if args is None else args
    as_json = "--json" in args
    if not POSIX:
        sys.exit(
            _complain("TrustGen runs on Linux and macOS, whose file locks keep runs whole: use WSL here", 2, as_json)
        )
    try:
        code = app.main(args, prog_name="trustgen", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = _complain("interrupted", 3, as_json)
    except click.exceptions.Abort:
        code = _complain("interrupted", 3, as_json)
    except click.ClickException as error:
        code = _complain(_usage(error), 2, as_json)
    except Exception as error:
        if "--debug" in args:
            raise
        from trustgen.core import TrustGenError

        if not isinstance(error, TrustGenError):
            what = f"{type(error).__name__}: {error} (a bug in TrustGen; --debug shows where)"
            code = _complain(what, 70, as_json)
        else:
            code = _complain(str(error), error.exit_code, as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context else ""
    return " ".join(error.format_message().split()) + hint


def _complain(message: str, code: int, as_json: bool) -> int:
    line = " ".join(message.split())
    say(f"trustgen: {line}", err=True)
    if as_json:
        print_json({"error": line, "exit_code": code})
    return code
