"""What DuckDB calls the things that engines call differently."""

from __future__ import annotations

from ezee.store.sql import Dialect, Statement, write

# So many numbers, in powers of two, have their bits together: where numbers are far apart, each of
# them takes the room of that many.
_TOGETHER = 12
_WITHIN = (1 << _TOGETHER) - 1


def _property(column: str, key: str) -> Statement:
    return Statement(f"coalesce(json_extract_string({_json(column)}, ?), '')", (f'$."{key}"',))


def _keys(column: str) -> Statement:
    return Statement(f"unnest(json_keys({_json(column)}))")


def _json(column: str) -> str:
    # An event without properties has no JSON at all, which DuckDB would not read.
    return f"case when {column} = '' then '{{}}' else {column} end"


def _contains(value: Statement, text: str) -> Statement:
    return write(
        "contains(lower({value}), {text})", value=value, text=Statement("lower(?)", (text,))
    )


def _matches(value: Statement, expression: str) -> Statement:
    return write(
        "regexp_matches({value}, {expression})",
        value=value,
        expression=Statement("?", (expression,)),
    )


def _among(rows: Statement, column: str, numbers: Statement) -> Statement:
    """A bit for each number takes half of the time of a table of those there are.

    They pass through a list, whose length the engine does not guess: of a table it expects as many
    rows as there are numbers, puts the other side into its hash table, and works twice as long.
    """
    return write(
        """
        select r.* from ({rows}) as r join (
            select unnest(kept, max_depth := 2) from (
                select list({{'block': block, 'bits': bits}}) as kept from (
                    select number >> {together} as block,
                           bitstring_agg((number & {within})::integer, 0, {within}) as bits
                    from ({numbers}) as n(number) group by block
                )
            )
        ) as s on r.{column} >> {together} = s.block
        where get_bit(s.bits, (r.{column} & {within})::integer) = 1
        """,
        rows=rows,
        together=str(_TOGETHER),
        within=str(_WITHIN),
        numbers=numbers,
        column=column,
    )


DUCKDB = Dialect(_property, _keys, _contains, _matches, exact=str, among=_among)
