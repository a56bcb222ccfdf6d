"""How well each system orders what the judged queries want: a table, one row a group.

``python -m tests.quality.measure`` prints it; `--halves` for the queries that the weights were
chosen on and the others apart, `--queries` for each query.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from index.whoosh_engine import WhooshEngine
from indexer.build import IndexRun, build_index
from tests.quality.systems import Rank, make_bigrams, make_ctrl_f, make_ours, make_whoosh

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
JUDGED = HERE / "judged.toml"
