"""One size of cluster, in a process of its own: Dask starts workers anew from the program that is run."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.cluster import measured

if __name__ == "__main__":
    print(measured(Path(sys.argv[1]), int(sys.argv[2])), flush=True)
