"""HTTP: routes, headers, status codes. No SQL and no arithmetic."""
