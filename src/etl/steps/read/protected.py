"""Workbooks that are encrypted: with a password of their own, or with the one that Excel itself tries.

Excel encrypts a workbook whose structure is protected with a fixed password, and opens it without asking: its sender
never saw one. Such a workbook is decrypted; any other password is the sender's to remove.
"""

from __future__ import annotations

import io

#: [MS-OFFCRYPTO] 2.4.2.3: what Excel tries before it asks
_EXCELS_OWN = "VelvetSweatshop"


def opened(data: bytes) -> bytes | None:
    """The decrypted workbook, None where it has a password of its own or an encryption that we do not know."""
    import msoffcrypto

    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=_EXCELS_OWN)
        file.decrypt(out)
    except Exception:  # the library raises anything on damaged files
        return None
    return out.getvalue()


def is_encrypted(data: bytes) -> bool:
    """Whether an OLE file is an encrypted workbook; False for a damaged one."""
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except Exception:  # as above
        return False
