"""Every benchmark, one after the other: `python -m benchmarks [NAME ...]`. Each compares in one run and prints a table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main() -> None:
    names = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in ("__main__", "peers")]
    chosen = sys.argv[1:] or names
    unknown = set(chosen) - set(names)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    sys.argv = sys.argv[:1]
    for name in chosen:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
