"""Who may open the UI and the release pages: on loopback whoever sits at this machine, elsewhere who knows the password."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from etl.errors import UsageError
from etl.mail.hosts import is_loopback
from etl.store.secrets import secret as secret

LOOPBACK = "127.0.0.1"
HOST, USER, PASSWORD = "ETL_UI_HOST", "ETL_UI_USER", "ETL_UI_PASSWORD"
_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Access:
    """host: the address on which we listen. credentials: 'user:password' that is asked for, '' for none."""

    host: str = LOOPBACK
    credentials: str = ""

    @property
    def name(self) -> str:
        """The host as it stands in an address line."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def authorization(self) -> str:
        """The header by which a request is let in; '' where none is needed."""
        return "Basic " + base64.b64encode(self.credentials.encode()).decode() if self.credentials else ""

    def admits(self, authorization: str | None) -> bool:
        """Whether a request with this header may pass."""
        return hmac.compare_digest((authorization or "").encode(), self.authorization.encode()) or not self.credentials

    @property
    def environment(self) -> dict[str, str]:
        """What Prefect's server and its clients on this machine must know."""
        names = ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING")
        return dict.fromkeys(names, self.credentials) if self.credentials else {}


def access(environ: Mapping[str, str]) -> Access:
    """As the environment says. Raises UsageError where other machines could come in without a password."""
    host, user, password = environ.get(HOST) or LOOPBACK, environ.get(USER) or "etl", secret(environ, PASSWORD)
    if host in ("0.0.0.0", "::"):  # refused, not bound
        raise UsageError(
            f"{HOST}={host}: hãy ghi địa chỉ của máy này trong mạng (192.168.…) / name this machine's own address in the network"
        )
    if not password and not is_loopback(host):
        raise UsageError(
            f"{HOST}={host} mở giao diện cho máy khác nên cần mật khẩu: đặt {PASSWORD}_FILE hoặc {PASSWORD} / "
            f"opens the UI to other machines, so it needs a password: set {PASSWORD}_FILE or {PASSWORD}"
        )
    if password and len(password) < _SHORTEST:
        raise UsageError(f"{PASSWORD}: cần ít nhất {_SHORTEST} ký tự / needs at least {_SHORTEST} signs")
    if not password.isascii():
        raise UsageError(
            f"{PASSWORD}: chỉ dùng chữ không dấu, số, dấu câu (Prefect đòi vậy) / only ASCII signs (Prefect asks for it)"
        )
    if ":" in user:
        raise UsageError(f"{USER} không được có dấu “:” / must not hold a colon")
    return Access(host, f"{user}:{password}" if password else "")
