"""Desktops of their own, for tests that others would disturb: on a real host all programs of a user share one."""

from ntsessions.abi.calls.desktop import CreateDesktop, OpenDesktop, SetThreadDesktop
from ntsessions.abi.calls.window import CreateWindow
from tests.conformance.worlds import Program, World


def own_desktop(world: World, program: Program) -> str:
    """Put a thread on a desktop that nobody else is on; returns its name."""
    name = world.name("desktop")
    program.call(SetThreadDesktop(program.call(CreateDesktop(name)).handle))
    return name


def follow(program: Program, name: str) -> Program:
    program.call(SetThreadDesktop(program.call(OpenDesktop(name))))
    return program


def window(program: Program, class_name: str = "Static", text: str = "") -> int:
    return program.call(CreateWindow(class_name, text))
