"""`nts completion`: what a shell needs to complete nts, its nouns and verbs, sessions and users."""

import click

from ntsessions.cli.command import example


@click.command(
    epilog=example(
        'eval "$(nts completion bash)"                                    # in ~/.bashrc',
        'eval "$(nts completion zsh)"                                     # in ~/.zshrc',
        "nts completion fish > ~/.config/fish/completions/nts.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from ntsessions.cli.__main__ import COMPLETION_VARIABLE
    from ntsessions.cli.root import nts

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(nts, {}, "nts", COMPLETION_VARIABLE).source())
