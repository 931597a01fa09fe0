#!/usr/bin/env python3
"""Writes the sample cases, one file per group: `python3 datasets/cases/generate.py [--check]`.

Needs Python 3.11 and nothing else. The output depends on nothing but the files beside this one.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.dont_write_bytecode = True  # keeps this folder free of caches; has to precede our own modules

from scenario import Case, Pair, Side  # noqa: E402

FOLDER = Path(__file__).resolve().parent
GROUPS = (
    "charge",
    "delivery",
    "key",
    "leak",
    "window",
    "route",
    "takeover",
    "partial",
    "race",
    "chargeback",
    "incident",
    "currency",
    "evidence",
    "channel",
    "risk",
    "unknown",
    "network",
    "batch",
)
# Each pair has a home address of its own in 175.16.199.0/24 (Changchun in the public test files), so that no address
# looks busy.
HOME_IP = "175.16.199.{}"
PAIRS_MAX = 254


def main() -> int:
    """Writes or checks every group; answers the exit status."""
    parser = argparse.ArgumentParser(description="Writes the sample cases.")
    parser.add_argument("--check", action="store_true", help="fail if a file differs, write nothing")
    check = parser.parse_args().check
    pairs: dict[str, list[Pair]] = {group: importlib.import_module(f"groups.{group}").PAIRS for group in GROUPS}
    if sum(map(len, pairs.values())) > PAIRS_MAX:
        sys.exit(f"more than {PAIRS_MAX} pairs; find another network for their homes")
    homes = (HOME_IP.format(host) for host in range(1, PAIRS_MAX + 1))
    texts = {FOLDER / f"{group}.jsonl": render(pairs[group], homes) for group in GROUPS}
    names = [json.loads(line)["name"] for text in texts.values() for line in text.splitlines()]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        sys.exit(f"used twice: {', '.join(sorted(repeated))}; give every case a name of its own")
    stale = [path for path, text in texts.items() if not same(path, text)]
    stale += [path for path in FOLDER.glob("*.jsonl") if path not in texts]
    if check:
        for path in stale:
            print(f"`{path.name}` differs; run generate.py and commit what it writes", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        if path in texts:
            path.write_bytes(texts[path].encode())
        else:
            path.unlink()
    print(f"{len(names)} cases in {len(texts)} files, {len(stale)} changed")
    return 0


def same(path: Path, text: str) -> bool:
    """Whether the file holds exactly this text."""
    return path.exists() and path.read_bytes() == text.encode()


def render(pairs: list[Pair], homes: Iterator[str]) -> str:
    """The lines of one group; each pair takes the next home address."""
    lines = []
    for pair, home_ip in zip(pairs, homes):
        for side, other in ((pair.left, pair.right), (pair.right, pair.left)):
            lines.append(json.dumps(build(pair, side, other, home_ip), ensure_ascii=False, separators=(",", ":")))
    return "".join(f"{line}\n" for line in lines)


def build(pair: Pair, side: Side, other: Side, home_ip: str) -> dict:
    """One case as ProtoJSON of `vouch.cases.v1.Case`."""
    case = Case(side.name, home_ip)
    pair.build(case)
    if side.change is not None:
        side.change(case)
    steps = [{"claim": claim, "expect": expect} for claim, expect in zip(case.claims, side.expect, strict=True)]
    built = {"name": side.name, "pair": other.name, "story": side.story, "facts": case.facts, "steps": steps}
    return {name: value for name, value in built.items() if value != []}


if __name__ == "__main__":
    sys.exit(main())
