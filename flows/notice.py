"""After a night, a crash, or when a run waits for a person: a short message by e-mail and to a webhook.

For those who do not have the UI open.

Addresses come from the environment; where none is set, none is told. What cannot be delivered stops nothing.
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger
from prefect.utilities.urls import url_for

from etl.access import secret
from etl.errors import EtlError, UsageError
from etl.mail.smtp import SMTP, connected, host_of
from flows.states import NEEDS_PERSON, NOTHING_NEW

SENDER, RECIPIENTS, WEBHOOK = "ETL_NOTIFY_FROM", "ETL_NOTIFY_TO", "ETL_WEBHOOK_URL"

_SECONDS = 20  # to wait for a webhook that does not answer
_WORDS = {
    NEEDS_PERSON: "cần người xem / needs a person",
    "Completed": "xong / done",
    "Failed": "thất bại / failed",
    "Crashed": "bị ngắt / crashed",
    "Suspended": "chờ duyệt / waits for approval",
}


def tell(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Prefect calls it when a run has ended. Nothing new: nobody is told."""
    if state.name != NOTHING_NEW:
        _send(flow.name, flow_run, state.name or "", state.message or "")


def crashed(run: FlowRun) -> None:
    """A run whose process is gone: no hook of its own can tell, so whoever watches the runs calls this."""
    _send(run.name.partition(" ")[0].rstrip(":"), run, "Crashed", run.state.message or "" if run.state else "")


def waits(flow: str, run: FlowRun, message: str) -> None:
    """A run has suspended until a person answers."""
    _send(flow, run, "Suspended", message)


def _send(flow: str, run: FlowRun, state: str, message: str) -> None:
    said = {
        "flow": flow,
        "run": run.name or str(run.id),
        "state": _WORDS.get(state, state),
        "message": message,
        "url": url_for("flow-run", obj_id=run.id) or "",
    }
    for send, variable in ((mail, SMTP), (post, WEBHOOK)):
        try:
            send(said, os.environ)
        except (OSError, ValueError, HTTPException, smtplib.SMTPException, EtlError) as error:
            # a server's own words may hold the address with its password
            told = str(error) if isinstance(error, EtlError) else type(error).__name__
            flow_run_logger(run).warning(
                "Không gửi được thông báo (%s) / the message could not be sent: %s", variable, told
            )


def mail(said: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Send it to ETL_NOTIFY_TO through ETL_SMTP_URL (smtp://user:password@host:587, or smtps://); whether any was asked for.

    The password goes over the network encrypted, or to this machine, or not at all.
    """
    address, to = secret(environ, SMTP), environ.get(RECIPIENTS, "").strip()
    if not (address and to):
        return False
    letter = EmailMessage()
    letter["Subject"] = f"{said['run']}: {said['state']}"
    letter["From"], letter["To"] = environ.get(SENDER, "").strip() or f"etl@{host_of(address)}", to
    letter.set_content("\n".join(part for part in (said["message"], said["url"]) if part) + "\n")
    with connected(address, environ) as connection:
        connection.send_message(letter)
    return True


def post(said: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Post it as JSON to ETL_WEBHOOK_URL; `text` is the whole for programs that show one text. Whether any was asked for."""
    address = secret(environ, WEBHOOK)
    if not address:
        return False
    if urlsplit(address).scheme not in ("http", "https"):
        raise UsageError(f"{WEBHOOK} phải bắt đầu bằng https:// / must begin with https://")
    text = "\n".join(part for part in (f"{said['run']}: {said['state']}", said["message"], said["url"]) if part)
    body = json.dumps({**said, "text": text}, ensure_ascii=False).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json; charset=utf-8"})
    with urllib.request.urlopen(request, timeout=_SECONDS):
        return True
