"""The clock of the office: every moment that is kept or shown is told in it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
