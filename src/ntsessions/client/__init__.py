"""Clients of the daemon: blocking (`objects`) and asyncio (`aio`)."""
