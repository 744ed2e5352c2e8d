"""Benchmarks: each prints what it measures, beside something to compare it with."""
