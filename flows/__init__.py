"""The door for operators: Prefect flows over the pipeline's stages. The only place that knows Prefect.

Importing this package sets Prefect's own switches (no telemetry, no promotion, the UI that asks no outside host) before
Prefect itself is imported; whatever the operator set in the environment stays.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from etl.settings import find_root
from flows.switches import switches

for _name, _value in switches(os.environ, find_root()).items():
    os.environ.setdefault(_name, _value)
Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)

# it tells of a temporary folder for every table of every batch
logging.getLogger("great_expectations.data_context.types.base").addFilter(lambda record: record.levelno > logging.INFO)
