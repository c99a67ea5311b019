"""The app itself, as ``app.py`` serves it, with the made board in place of EchoMind's.

``python -m bench.board_app`` expects the files of ``made_board.write_files`` in ``ECHOMIND_RESULTS_DIR``.
"""

from __future__ import annotations

from app import main
from bench.made_board import made_board

if __name__ == "__main__":
    made_board()
    main()
