"""The Windows NT session for Linux: sessions with names of their own, and `Global` for what is shared on purpose."""

__version__ = "0.1.0"
