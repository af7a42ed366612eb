"""The door for operators: Prefect flows over the pipeline's stages. The only place that knows Prefect.

Importing this package sets Prefect's own switches (no telemetry, no promotion, a patient ephemeral server) before
Prefect itself is imported; whatever the operator set in the environment stays.
"""

from __future__ import annotations

import os

from flows.switches import SWITCHES

for _name, _value in SWITCHES.items():
    os.environ.setdefault(_name, _value)
