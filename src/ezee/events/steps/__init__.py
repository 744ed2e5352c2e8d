"""One small pure module a step: each reads the draft and adds what it knows."""
