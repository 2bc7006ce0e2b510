"""Waiting for events of other programs beside everything else an asyncio program does."""

import asyncio

from ntsessions.client.aio import connect


async def main() -> None:
    """Let one task wake another through the host."""
    async with connect() as session:
        ready = await session.event("Ready")

        async def work() -> None:
            print("working")
            await ready.set()

        worker = asyncio.create_task(work())
        print("it is ready" if await ready.wait(timeout=10) else "nothing happened")
        await worker


asyncio.run(main())
