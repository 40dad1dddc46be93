"""Run commands where packages are installed: `python installed.py COMMANDS.json` prints each exit code and output.

The commands are run one after the other in this process, which costs one start instead of one for each.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

from commands import trustgen


def install(folder: Path) -> None:
    """Make a package visible from its folder, as an editable install does: metadata beside it, and no network."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    head = ("Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}")
    (info / "METADATA").write_text("\n".join(head) + "\n", "utf-8")
    groups = project["entry-points"]
    told = [f"[{group}]\n" + "".join(f"{n} = {at}\n" for n, at in points.items()) for group, points in groups.items()]
    (info / "entry_points.txt").write_text("\n".join(told), "utf-8")


if __name__ == "__main__":
    wanted = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    print(json.dumps([[done.returncode, done.stdout, done.stderr] for done in (trustgen(*one) for one in wanted)]))
