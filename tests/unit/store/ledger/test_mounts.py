"""A SQLite ledger on a network share is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.errors import StoreError
from etl.store.ledger import Ledger, connection
from etl.store.ledger.mounts import mounts, network_kind

MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/data /mnt/so\\040lieu nfs4 rw 0 0
//nas/etl /srv/etl cifs rw 0 0
/dev/sdb /srv/etl/disk xfs rw 0 0
user@host: /home/lan/xa fuse.sshfs rw 0 0
tmpfs /mnt/so\\040lieu/ram tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/etl", None),
        ("/mnt/so lieu/etl/data", "nfs4"),
        ("/mnt/so lieu/ram/etl", None),
        ("/srv/etl", "cifs"),
        ("/srv/etl-2", None),
        ("/srv/etl/disk/data", None),
        ("/home/lan/xa/data", "fuse.sshfs"),
    ],
)
def test_the_longest_mount_point_above_a_path_decides(path, kind):
    assert network_kind(Path(path), MOUNTS) == kind


def test_this_machine_says_what_it_has_mounted():
    assert " / " in mounts()


def test_a_ledger_on_a_share_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "mounts", lambda: f"server:/x {tmp_path} nfs rw 0 0\n")
    with pytest.raises(StoreError, match=r"ổ mạng \(nfs\).*ETL_DATABASE_URL.*network share"):
        Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite")
    assert list(tmp_path.iterdir()) == []
