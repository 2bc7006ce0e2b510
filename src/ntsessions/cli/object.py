r"""`nts object`: the name space, as it is and why it is so.

A name that begins with a backslash is a path; any other is looked up as programs do, in the BaseNamedObjects of a
session, where `Global\` leads to the shared ones.
"""

import click

from ntsessions.cli.command import SESSION_ID, Settings, VerbGroup, example, json_option, session_ids

_session_option = click.option(
    "--session", metavar="ID", type=SESSION_ID, shell_complete=session_ids,
    help="Look names up as this session does; without it, as the session you are in.",
)  # fmt: skip


@click.group(
    name="object",
    cls=VerbGroup,
    epilog=example(r"nts object ls '\Sessions\1\BaseNamedObjects'", r"nts object show 'Global\Backup'"),
)
def object_noun() -> None:
    r"""Named objects: what is there and why.

    A NAME that begins with a backslash is a path from the root; any other is looked up as a program would, in the
    session's own names, and `Global\...` among the shared ones.  Quote backslashes in a shell.
    """


@object_noun.command(epilog=example(r"nts object ls '\Sessions\1\BaseNamedObjects' --json"))
@click.argument("path", default="\\")
@_session_option
@json_option
@click.pass_obj
def ls(settings: Settings, path: str, session: int | None) -> None:
    """List the names in a directory; without PATH, in the root."""
    from ntsessions.cli.namespace import Namespace
    from ntsessions.cli.rendering import Column, show_rows

    names = Namespace(settings.connection, session)
    rows: list[dict[str, object]] = [{"name": one.name, "type": one.type} for one in names.entries(*names.place(path))]
    show_rows(rows, (Column("TYPE", "type"), Column("NAME", "name")), as_json=settings.as_json)


@object_noun.command(epilog=example("nts object tree", r"nts object tree '\Sessions\1' --depth 2"))
@click.argument("path", default="\\")
@_session_option
@click.option(
    "--depth", metavar="N", type=click.IntRange(min=1), default=64, show_default="all", help="Stop N levels down."
)
@json_option
@click.pass_obj
def tree(settings: Settings, path: str, session: int | None, depth: int) -> None:
    """Draw a directory and everything below it, with types and where links lead."""
    from ntsessions.cli.namespace import Namespace
    from ntsessions.cli.rendering import cell_text, show_json

    names = Namespace(settings.connection, session)
    found = names.tree(path, depth)
    if settings.as_json:
        show_json(found.record())
        return
    for line in found.lines():
        click.echo(cell_text(line))


@object_noun.command(epilog=example(r"nts object show 'Global\Backup'", r"nts object show Ready --session 1"))
@click.argument("name")
@_session_option
@json_option
@click.pass_obj
def show(settings: Settings, name: str, session: int | None) -> None:
    """Show an object: its state, who holds it and may do what, who waits for it, and its security in SDDL."""
    from ntsessions.cli.described import details_record, show_details
    from ntsessions.cli.namespace import Namespace
    from ntsessions.cli.rendering import show_json

    record = details_record(Namespace(settings.connection, session).describe(name))
    if settings.as_json:
        show_json(record)
    else:
        show_details(record)


@object_noun.command(
    epilog=example(
        r"nts object explain 'Global\Backup' --session 1",
        r"nts object explain 'Global\Backup' --session 1 --access EVENT_MODIFY_STATE",
    )
)
@click.argument("name")
@_session_option
@click.option("--access", metavar="RIGHTS", help="Tell also whether, and why, the session's user gets these rights.")
@json_option
@click.pass_obj
def explain(settings: Settings, name: str, session: int | None, access: str | None) -> None:
    """Tell step by step what a name means in a session, and with --access why it can be opened or not.

    RIGHTS are names such as EVENT_MODIFY_STATE or SYNCHRONIZE with '|' between them, or a number.
    """
    from ntsessions.abi.calls.object import ExplainAccess, ExplainName
    from ntsessions.cli.described import access_record, parse_rights, resolution_record, show_access, show_resolution
    from ntsessions.cli.rendering import show_json

    rights = None if access is None else parse_rights(access)
    resolution = resolution_record(settings.connection.call(ExplainName(name, session)))
    decision = None
    if rights is not None and resolution["status"] == "SUCCESS":
        path = resolution["path"]
        decision = access_record(settings.connection.call(ExplainAccess(path, rights, session)), resolution["type"])
    if settings.as_json:
        show_json({**resolution, "access": decision})
        return
    show_resolution(resolution)
    if decision is not None:
        show_access(decision)
