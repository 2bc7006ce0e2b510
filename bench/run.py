"""`make bench`: what ntsessions costs, as ratios to a baseline of the same run (docs/performance.md).

    bench/run.py [--json] [--check] [TOPIC...]      topics: calls windows names sessions programs heap idle

`--check` ends with status 1 when a target is missed; without it the table says so, and that is all.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable

import calls
import heap
import idle
import names
import programs
import sessions
import windows
from report import Measured, Skipped, table

TOPICS: dict[str, Callable[[], Iterable[Measured | Skipped]]] = {
    "calls": calls.measure,
    "windows": windows.measure,
    "names": names.measure,
    "sessions": sessions.measure,
    "programs": programs.measure,
    "heap": heap.measure,
    "idle": idle.measure,
}


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}; without any: all")
    parser.add_argument("--json", action="store_true", help="print records instead of a table")
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    options = parser.parse_args()
    unknown = set(options.topics) - set(TOPICS)
    if unknown:
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    results: list[Measured | Skipped] = []
    for name in options.topics or TOPICS:
        print(f"measuring {name} ...", file=sys.stderr)
        results += TOPICS[name]()
    if options.json:
        print(json.dumps([one.record() for one in results], indent=2))
    else:
        print(table(results))
    is_over = any(isinstance(one, Measured) and not one.is_met for one in results)
    return 1 if is_over and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
