"""The embedded engine: one DuckDB file, one process."""

from ezee.store.duckdb.engine import DuckDBStore

__all__ = ["DuckDBStore"]
