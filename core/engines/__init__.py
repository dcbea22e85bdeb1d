"""The same models from other machinery than this process: each keeps the trainers' contract."""

from typing import Any

from core.engines.spark import SparkALS
from core.fitting import Trainer

# By the name that the command line takes.
ENGINES: dict[str, type[Trainer[Any]]] = {"spark-als": SparkALS}
