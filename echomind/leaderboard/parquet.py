"""A view of a board as Parquet: the rows and columns of the CSV, with their types.

Numbers are float64, counts and places int64, days date32, yes or no boolean, all else UTF-8 text; what is missing is
null, in a column without any value too, so that files of several views have the same types and can be put together.
Text is as it was given, a formula also: nothing that reads Parquet runs a cell, and an apostrophe before it would
change the name. Who writes a spreadsheet from it takes the CSV, which is defused.
"""

from __future__ import annotations

import io

from echomind.leaderboard.arrange import Table
from echomind.leaderboard.flat_rows import cells, columns

ABOUT = b"echomind"  # the key of the file's metadata that holds what the file is, as JSON


def to_parquet(table: Table, about: str) -> bytes:
    """The view as a Parquet file; ``about`` says in JSON which view of what it is, see ``exports.about_view``."""
    import pyarrow as pa  # only who exports waits for it
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "yes_no": pa.bool_(),
        "day": pa.date32(),
    }
    schema = pa.schema([(column, kinds[kind]) for column, kind in columns(table).items()], {ABOUT: about.encode()})
    made = pa.Table.from_pylist([cells(table, row) for row in table.rows], schema=schema)
    out = io.BytesIO()
    pq.write_table(made, out, compression="zstd")
    return out.getvalue()
