"""On which kind of file system a path lies: SQLite's locks mean nothing on a network share."""

from __future__ import annotations

import re
from pathlib import Path

#: file systems whose locks other machines do not see, or see too late
NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "davfs"),
        *("fuse.sshfs", "fuse.davfs", "fuse.davfs2", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph"),
        *("fuse.gvfsd-fuse", "fuse.smbnetfs", "fuse.curlftpfs", "fuse.goofys", "fuse.gcsfuse"),
    )
)

_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_kind(path: Path, mounts: str) -> str | None:
    """The kind of network share that a path lies on, or None for a disk of this machine.

    mounts: the text of /proc/mounts. Of the mount points above the path the longest decides; of two at one place the last.
    """
    place, kind = "", None
    for line in mounts.splitlines():
        point, fs = line.split(" ")[1:3]
        point = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), point)
        if path.is_relative_to(point) and len(point) >= len(place):
            place, kind = point, fs
    return kind if kind in NETWORK else None


def mounts() -> str:
    """What this machine has mounted; '' where that cannot be known."""
    try:
        # bytes of a mount point that are no UTF-8 must not stop the opening of a ledger
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
