"""What the kernel says of this process's memory. Linux alone."""

from __future__ import annotations

from pathlib import Path


def memory_mb(field: str) -> float:
    """``VmRSS``, what it has now, or ``VmHWM``, the most that it had since it began or ``forget_peak``."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def forget_peak() -> None:
    """Let ``VmHWM`` count from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
