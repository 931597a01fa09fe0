#!/usr/bin/env python3
"""Writes families.json from a release of uap-core: `python3 datasets/user-agents/update.py`.

Needs Python 3.11 with pip, and the network. uap-core is the collection of patterns that the ua-parser project keeps; its
monthly release for Python, `ua-parser-builtins`, is fetched, and of it what names the family of a browser and of an
operating system is kept: patterns and names, no versions, no devices.
"""

import json
import subprocess
import sys
import tempfile
import types
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "families.json"


def main() -> None:
    """Fetches the newest release and writes what is kept of it."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "ua-parser-builtins"]
        subprocess.run(pip, check=True)
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            source = archive.read("ua_parser_builtins/regexes.py").decode()
            revision = archive.read("REVISION").decode().strip()
    lists = patterns(source)
    kept = {
        "source": "https://github.com/ua-parser/uap-core, Apache-2.0",
        "revision": revision,
        "user_agent": lists["USER_AGENT_PARSERS"],
        "os": lists["OS_PARSERS"],
    }
    TARGET.write_text(json.dumps(kept, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(kept['user_agent'])} browsers and {len(kept['os'])} systems of revision {revision}")


def patterns(source: str) -> dict[str, list[dict]]:
    """The lists of the module, each entry as its pattern and, when it has one, the name that replaces what matched."""

    def entry(pattern: str, family: str | None = None, *_versions: str | None) -> dict:
        return {"pattern": pattern} if family is None else {"pattern": pattern, "family": family}

    parsers = types.ModuleType("ua_parser.user_agent_parser")
    parsers.UserAgentParser = parsers.OSParser = entry
    parsers.DeviceParser = lambda *_parts: None
    sys.modules["ua_parser"] = types.ModuleType("ua_parser")
    sys.modules["ua_parser.user_agent_parser"] = parsers
    lists: dict = {}
    exec(source, lists)
    return lists


if __name__ == "__main__":
    main()
