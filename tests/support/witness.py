"""The process of a ClickHouse of today, run in an environment that has nothing else.

``python witness.py FOLDER`` reads a statement a line, as JSON, and answers each with a line.
"""

from __future__ import annotations

import json
import sys

from chdb.session import Session


def serve(folder: str) -> None:
    session = Session(folder)
    for line in sys.stdin:
        try:
            said = session.query(json.loads(line), "JSONCompactEachRow").bytes().decode()
            answer: dict[str, object] = {"rows": [json.loads(row) for row in said.splitlines()]}
        except RuntimeError as error:
            answer = {"failure": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
