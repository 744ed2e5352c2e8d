"""Visible counters over HTTP: ours, and those of services that are gone."""
