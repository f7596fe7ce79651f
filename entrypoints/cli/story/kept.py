"""What is left running once the story is told."""

from attrs import frozen

from entrypoints.cli.story.stage import Stage, new_token


@frozen(kw_only=True)
class Kept:
    """How to go on with the story.

    Attributes:
        url: Where the server is.
        admin_key: A service key to all of it.
        token: Asha's own.
        commands: Lines for a shell, to begin with.
    """

    url: str
    admin_key: str
    token: str
    commands: tuple[str, ...]


def kept_by(stage: Stage, admin_key: str) -> Kept:
    """Give what is there to go on with; Asha's first token has ended in the course of it."""
    url, token = stage.api.url, new_token(stage.api, stage.asha)
    return Kept(
        url=url,
        admin_key=admin_key,
        token=token,
        commands=(
            _asked(token, f"{url}/v1/me"),
            _asked(token, f"{url}{stage.in_room(stage.lena)}/allowance?person_id={stage.asha}"),
            _asked(admin_key, f"{url}/v1/persons"),
        ),
    )


def _asked(credential: str, url: str) -> str:
    return f"curl -s -H 'Authorization: Bearer {credential}' '{url}'"
