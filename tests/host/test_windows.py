"""Windows on a real host: programs that send to each other, in processes, threads and tasks."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any, Self

import pytest

from ntsessions.abi.calls.hook import WH_SHELL
from ntsessions.abi.calls.message import SMTO_ERRORONEXIT, Message
from ntsessions.abi.calls.process import OpenThread
from ntsessions.abi.calls.window import WS_CHILD, GetWindowText, IsWindow
from ntsessions.abi.errors import InUse, InvalidHandle, NtError
from ntsessions.client import aio
from ntsessions.client.named_objects import Waitable
from ntsessions.client.object_calls import WaitTimeout
from ntsessions.client.objects import Client, connect
from ntsessions.client.windowing.aio_window import AsyncWindow
from ntsessions.client.windowing.window import Window
from ntsessions.client.windowing.window_messages import (
    WM_CLOSE,
    WM_COPYDATA,
    WM_DESTROY,
    WM_NCDESTROY,
    WM_USER,
)

PATIENCE = 10.0
HSHELL_WINDOWCREATED = 1
CF_TEXT = 1
SYNCHRONIZE = 0x100000


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = str(tmp_path_factory.mktemp("host"))
    nts = [sys.executable, "-m", "ntsessions.cli", "--state-dir", directory]
    subprocess.run([*nts, "up", "--detach"], check=True, stdout=subprocess.DEVNULL)
    yield directory
    subprocess.run([*nts, "down"], check=True)


@pytest.fixture
def session(state_dir: str) -> Iterator[Client]:
    with connect(state_dir) as client:
        yield client


PRELUDE = """
import os, sys, time
from ntsessions.client.objects import connect
from ntsessions.client.windowing.window_messages import *
session = connect(sys.argv[1])
windows = session.windows
def say(text):
    print(text, flush=True)
"""


class Peer:
    """Another program; what it says is read line by line, and a line lets it go on from `input()`."""

    def __init__(self, state_dir: str, script: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + script, state_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def end_of_thread(session: Client, thread_id: int) -> Waitable:
    """Return what is signaled when a thread has ended."""
    return Waitable(session, session.call(OpenThread(thread_id, SYNCHRONIZE)), existed=True)


def test_programs_send_to_each_other_while_they_wait_for_each_other(state_dir: str, session: Client) -> None:
    """Each answers by asking the other one first, twenty levels deep."""

    def ask_back(window: Window, message: Message) -> int | None:
        if message.number != WM_USER or message.lparam == 0:
            return None
        other = session.windows.window(message.wparam)
        return 1 + other.send(WM_USER, window.handle, message.lparam - 1, timeout=PATIENCE)

    script = """
def ask_back(window, message):
    if message.number != WM_USER or message.lparam == 0:
        return None
    return 1 + windows.window(message.wparam).send(WM_USER, window.handle, message.lparam - 1, timeout=10)
say(windows.create("Static", "peer", procedure=ask_back).handle)
windows.pump()
"""
    with Peer(state_dir, script) as peer, session.windows.create("Static", procedure=ask_back) as own:
        other = session.windows.window(int(peer.hear()))
        assert other.send(WM_USER, own.handle, 20, timeout=PATIENCE) == 20


def test_a_program_that_does_not_answer_in_time_does_not_hold_up_who_asked(state_dir: str, session: Client) -> None:
    script = """
def answer(window, message):
    return message.wparam if message.number == WM_USER else None
say(windows.create("Static", procedure=answer).handle)
input()
windows.pump()
"""
    with Peer(state_dir, script) as peer:
        other = session.windows.window(int(peer.hear()))
        with pytest.raises(WaitTimeout):
            other.send(WM_USER, 1, timeout=0.02)
        peer.go_on()
        assert other.send(WM_USER, 2, timeout=PATIENCE) == 2, "the answer to the first one is nobody's"


@pytest.mark.parametrize("flags", [0, SMTO_ERRORONEXIT])
def test_a_receiver_that_is_killed_answers_0_or_is_told_as_gone(state_dir: str, session: Client, flags: int) -> None:
    script = """
def think(window, message):
    if message.number == WM_USER:
        say("thinking")
        time.sleep(60)
say(windows.create("Static", procedure=think).handle)
windows.pump()
"""
    outcomes: list[Any] = []

    def ask(handle: int) -> None:
        try:
            outcomes.append(session.windows.window(handle).send(WM_USER, flags=flags))
        except NtError as error:
            outcomes.append(type(error))

    with Peer(state_dir, script) as peer:
        asking = threading.Thread(target=ask, args=(int(peer.hear()),))
        asking.start()
        assert peer.hear() == "thinking"
        peer.kill()
        asking.join(PATIENCE)
    assert outcomes == ([InvalidHandle] if flags else [0])


def test_data_and_texts_reach_the_window_of_another_program(state_dir: str, session: Client) -> None:
    script = """
def listen(window, message):
    if message.number == WM_COPYDATA:
        say(f"{message.lparam} {message.data.decode()}")
        return len(message.data)
window = windows.create("Static", "before", procedure=listen)
say(window.handle)
windows.pump(lambda: not window.exists)
say("gone")
"""
    with Peer(state_dir, script) as peer:
        other = session.windows.window(int(peer.hear()))
        assert other.send(WM_COPYDATA, 0, 5, data="größer".encode()) == 8
        assert peer.hear() == "5 größer"
        assert other.text == "before"
        other.text = "after, and longer"
        assert other.text == "after, and longer"
        assert session.windows.find(text="AFTER, and longer") == other
        other.post(WM_CLOSE)
        assert peer.hear() == "gone"
        assert not other.exists


def test_posts_that_are_not_waited_for_arrive_in_order(session: Client) -> None:
    with session.windows.create("Static") as window:
        for number in range(500):
            window.post(WM_USER, number, wait=False)
        window.post(WM_USER, 500)
        seen = [session.windows.get(timeout=PATIENCE) for _ in range(501)]
    assert [message.wparam for message in seen if message is not None] == list(range(501))


def test_what_is_too_long_is_refused_here_and_the_program_goes_on(
    state_dir: str, session: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The daemon ends the connection of who sends it such a thing."""

    def talkative(window: Window, message: Message) -> bytes | None:
        return b"x" * 100_000 if message.number == WM_USER else None

    with session.windows.create("Static", "short", procedure=talkative) as window:
        with pytest.raises(ValueError, match="at most"):
            session.windows.create("Static", "x" * 100_000)
        with pytest.raises(ValueError, match="at most"):
            session.windows.find(text="x" * 100_000)
        assert window.send(WM_USER) == 0, "its procedure answered too much"
        assert "at most" in capsys.readouterr().err
        with connect(state_dir) as other, pytest.raises(ValueError, match="at most"):
            other.windows.window(window.handle).send(WM_USER, data=bytes(100_000))
        window.post(1 << 40)
        with pytest.raises(ValueError, match="at most"):
            window.text = "x" * 100_000
        assert window.text == "short"


def test_each_thread_has_windows_of_its_own_and_they_go_with_it(state_dir: str, session: Client) -> None:
    made: list[Window] = []
    may_end = threading.Event()
    is_there = threading.Event()

    def work() -> None:
        made.append(session.windows.create("Static", "of a thread"))
        is_there.set()
        may_end.wait(PATIENCE)

    thread = threading.Thread(target=work)
    thread.start()
    assert is_there.wait(PATIENCE)
    (window,) = made
    assert window.thread_id != session.identity.thread_id
    with pytest.raises(PermissionError):
        window.destroy()
    ending = end_of_thread(session, window.thread_id)
    may_end.set()
    thread.join()
    assert ending.wait(PATIENCE)
    assert not window.exists


def test_a_client_that_is_dropped_takes_its_windows_along(state_dir: str, session: Client) -> None:
    """Without waiting for a collection of garbage: nothing in the library may hold it."""
    other = connect(state_dir)

    def procedure(window: Window, message: Message) -> None: ...

    other.windows.register_class("Dropped", procedure)
    window = other.windows.create("Dropped", "dropped")
    handle = window.handle
    assert window.text == "dropped"
    assert session.call(IsWindow(handle))
    ending = end_of_thread(session, other.identity.thread_id)
    del other, window
    assert ending.wait(PATIENCE)
    assert not session.call(IsWindow(handle))


def test_a_forked_child_begins_without_windows(state_dir: str) -> None:
    script = """
windows.register_class("Forked")
window = windows.create("Forked", "parent")
if os.fork() == 0:
    own = windows.create("Static", "child")
    say(f"{own.thread_id != window.thread_id} {own.text} {window.text}")
    own.destroy()
    os._exit(0)
os.wait()
say(window.text)
"""
    with Peer(state_dir, script) as peer:
        assert [peer.hear(), peer.hear()] == ["True child parent", "parent"]


def test_reading_from_the_heap_agrees_with_the_host_while_another_program_changes_it(
    state_dir: str, session: Client
) -> None:
    """No text that was never there: not one half of each, nor that of a window made since in the same place."""
    texts = {"a" * 3, "b" * 300, "c" * 40}
    script = """
window = windows.create("Static", "aaa")
say(window.handle)
while True:
    for text in ("b" * 300, "c" * 40, "aaa"):
        window.text = text
        windows.create("Static", "x" * len(text)).destroy()
"""
    with Peer(state_dir, script) as peer:
        window = session.windows.window(int(peer.hear()))
        seen = {window.text for _ in range(20_000)}
        heap = session.windowing_thread().state.heap
        assert heap.is_attached
        assert seen <= texts
        assert {session.call(GetWindowText(window.handle)) for _ in range(100)} <= texts
        ending = end_of_thread(session, window.thread_id)
        peer.kill()
        assert ending.wait(PATIENCE)
        assert heap.text(window.handle) is None


def test_the_heap_tells_what_the_host_tells(session: Client) -> None:
    windows = session.windows
    windows.register_class("Told")
    with windows.create("Told", "outer", place=(10, 20, 300, 200)) as outer:
        inner = windows.create("Button", "inner", style=WS_CHILD, place=(1, 2, 3, 4), parent=outer)
        owned = windows.create("Static", "owned", parent=inner)
        for window in (outer, inner, owned):
            facts, information = window.facts, window.information
            for name in facts._fields:  # type: ignore[union-attr]  # the heap is mapped, so it is a record
                assert getattr(facts, name) == getattr(information, name), name
            assert window.class_name == information.class_name
        assert (inner.parent, inner.owner, owned.owner, outer.parent) == (outer, None, outer, None)
        assert outer.children == [inner]
    assert not inner.exists
    assert not owned.exists


def test_a_window_of_another_threads_that_went_with_its_parent_hears_of_it(state_dir: str, session: Client) -> None:
    heard: list[int] = []

    def procedure(window: Window, message: Message) -> None:
        heard.append(message.number)

    script = """
parent = windows.create("Static", "parent")
say(parent.handle)
input()
parent.destroy()
"""
    with Peer(state_dir, script) as peer:
        parent = int(peer.hear())
        child = session.windows.create("Static", style=WS_CHILD, parent=parent, procedure=procedure)
        peer.go_on()
        session.windows.pump(lambda: WM_NCDESTROY in heard, timeout=PATIENCE)
        assert heard[-2:] == [WM_DESTROY, WM_NCDESTROY]
        assert child.handle not in session.windowing_thread().state.windows


def test_a_desktop_that_is_used_is_left_again(session: Client) -> None:
    before = session.thread_desktop().name
    with session.windows.create("Static", "here") as here:
        text = here.text
        with pytest.raises(InUse), session.desktop("Elsewhere") as elsewhere:
            elsewhere.use()
    with session.desktop("Elsewhere") as elsewhere:
        elsewhere.use()
        assert session.thread_desktop().name == "Elsewhere"
        with session.windows.create("Static", "there") as there:
            assert elsewhere.windows == [there]
            assert (there.text, text) == ("there", "here")
            with pytest.raises(InUse):
                elsewhere.close()
    assert session.thread_desktop().name == before
    assert "Elsewhere" not in session.desktops()


def test_a_promise_to_the_clipboard_is_kept_when_another_program_pastes(state_dir: str, session: Client) -> None:
    rendered: list[int] = []

    def render() -> str:
        rendered.append(1)
        return "late " * 20_000  # more than goes in a call

    script = """
input()
with session.clipboard() as clipboard:
    text, plain = clipboard.text, clipboard.get(1)
say(f"{len(text)} {plain[:5].decode()}")
"""
    with Peer(state_dir, script) as peer, session.windows.create("Static") as window:
        with session.clipboard(window) as clipboard:
            clipboard.empty()
            clipboard.promise(13, render)
            clipboard.set("a format", b"\0\1")
        assert session.clipboard().information.promised == (13,)
        peer.go_on()
        session.windows.pump(lambda: bool(rendered), timeout=PATIENCE)
        assert peer.hear() == "100000 late"
    with session.clipboard() as clipboard:
        assert clipboard.get("a format") == b"\0\1"
        assert clipboard.get(CF_TEXT) is not None, "converted from what was rendered"
        clipboard.empty()


def test_hooks_tell_of_windows_of_other_programs(state_dir: str, session: Client) -> None:
    news: list[Message] = []
    script = """
input()
say(windows.create("Static", "seen").handle)
input()
"""
    with Peer(state_dir, script) as peer, session.windows.hook(WH_SHELL, news.append):
        peer.go_on()
        handle = int(peer.hear())
        session.windows.pump(lambda: bool(news), timeout=PATIENCE)
        assert (news[0].number, news[0].window) == (HSHELL_WINDOWCREATED, handle)


def test_menus_are_read_as_they_were_made(session: Client) -> None:
    windows = session.windows
    with windows.create("Static") as window:
        menu, file = windows.menu(), windows.menu(popup=True)
        file.append("Open", 1)
        menu.append("File", submenu=file)
        menu.append("Help", 2)
        window.menu = menu
        assert [item.text for item in menu.items] == ["File", "Help"]
        menu.remove(1)
        assert window.menu is not None
        assert [(item.text, item.submenu) for item in window.menu.items] == [("File", file.handle)]


def test_atoms_are_the_sessions(state_dir: str, session: Client) -> None:
    atom = session.atoms.add("ntsessions test")
    with connect(state_dir) as other:
        assert other.atoms.find("NTSESSIONS TEST") == atom
        assert other.atoms.name(atom) == "ntsessions test"
        assert other.windows.register_message("a message") == session.windows.register_message("A Message")
    session.atoms.delete(atom)
    assert session.atoms.find("ntsessions test") is None


# -- asyncio


def test_tasks_go_on_while_windows_answer(state_dir: str) -> None:
    """A coroutine procedure waits for another task of its own program, and who sent to it for both."""

    async def body() -> None:
        async with aio.connect(state_dir) as one, aio.connect(state_dir) as two:
            may_answer = asyncio.Event()

            async def procedure(window: AsyncWindow, message: Message) -> int | None:
                if message.number != WM_USER:
                    return None
                await may_answer.wait()
                return 17

            window = await one.windows.create("Static", "async", procedure=procedure)
            pumping = asyncio.create_task(one.windows.pump())
            found = await two.windows.find(text="async")
            assert found is not None
            sending = asyncio.create_task(found.send(WM_USER, timeout=PATIENCE))
            event = await two.event(is_set=True)
            assert await event.wait(), "other calls of both clients go on"
            may_answer.set()
            assert await sending == 17
            assert (await found.text(), await found.class_name()) == ("async", "Static")
            await found.set_text("other")
            assert await window.text() == "other"
            await one.windows.quit(3)
            assert await pumping == 3
            await window.destroy()
            assert not await found.exists()

    asyncio.run(body())


def test_clients_of_one_loop_send_to_each_other_without_pumping(state_dir: str) -> None:
    """Who waits for an answer answers, so neither needs a pump."""

    async def body() -> None:
        async with aio.connect(state_dir) as one, aio.connect(state_dir) as two:
            windows: dict[int, AsyncWindow] = {}

            def asking(own: aio.AsyncClient) -> Any:
                async def procedure(window: AsyncWindow, message: Message) -> int | None:
                    if message.number != WM_USER or not message.lparam:
                        return None
                    other = own.windows.window(message.wparam)
                    return 1 + await other.send(WM_USER, window.handle, message.lparam - 1, timeout=PATIENCE)

                return procedure

            for number, client in enumerate((one, two)):
                windows[number] = await client.windows.create("Static", procedure=asking(client))
            pumping = asyncio.create_task(two.windows.pump())
            first = one.windows.window(windows[1].handle)
            assert await first.send(WM_USER, windows[0].handle, 10, timeout=PATIENCE) == 10
            await two.windows.quit()
            await pumping

    asyncio.run(body())


def test_posted_messages_are_an_iteration(state_dir: str) -> None:
    async def body() -> None:
        async with aio.connect(state_dir) as session:
            seen = []
            async with await session.windows.create("Static") as window:
                for number in range(3):
                    window.post_soon(WM_USER, number)
                await session.windows.quit()
                async for message in session.windows.messages():
                    await session.windows.dispatch(message)
                    seen.append(message.wparam)
            assert seen == [0, 1, 2]
            assert not await window.exists()

    asyncio.run(body())


def test_a_cancelled_pump_loses_nothing(state_dir: str) -> None:
    async def body() -> None:
        async with aio.connect(state_dir) as session:
            window = await session.windows.create("Static")
            for number in range(50):
                pumping = asyncio.create_task(session.windows.get())
                await asyncio.sleep(0)
                window.post_soon(WM_USER, number)
                pumping.cancel()
                try:
                    message = await pumping
                except asyncio.CancelledError:
                    message = await session.windows.get(PATIENCE)
                assert message is not None
                assert message.wparam == number

    asyncio.run(body())


def test_desktops_and_the_clipboard_of_an_asyncio_client(state_dir: str) -> None:
    async def promised() -> str:
        await asyncio.sleep(0)
        return "from a coroutine"

    async def body() -> None:
        async with aio.connect(state_dir) as session:
            before = await session.desktops()
            async with session.desktop("Async") as desktop:
                await desktop.use()
                async with await session.windows.create("Static", "there") as window:
                    assert await desktop.windows() == [window]
                    async with session.clipboard(window) as clipboard:
                        await clipboard.empty()
                        await clipboard.promise(13, promised)
                        assert await clipboard.text() == "from a coroutine"
                        await clipboard.set_text("text")
                        assert await clipboard.text() == "text"
                        await clipboard.empty()
            assert await session.desktops() == before

    asyncio.run(body())
