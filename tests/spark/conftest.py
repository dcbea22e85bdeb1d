"""These tests need pyspark and Java: `make test-spark` brings both. Elsewhere nothing here is collected."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]
