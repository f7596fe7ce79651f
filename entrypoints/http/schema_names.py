"""What the schemas of the API's description are called: by names that tell nothing of our code.

Clients are generated from the description, with a class for each schema under its name.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from litestar.openapi.spec import OpenAPI, Reference

# Of a class in a list, such as ListBody_entrypoints.http.persons.PersonBody_.
_LIST = re.compile(r"^ListBody_(?:\w+\.)*(?P<item>\w+?)(?:Body)?_$")
_ALIKE = {
    "billing_quotes_LineKind": "QuoteLineKind",
    "usage_ledger_LineKind": "UsageLineKind",
    "referrals_views_RewardStatus": "ReferralRewardStatus",
    "video_events_RewardStatus": "MonthlyRewardStatus",
}
"""Of the rules' classes that are called alike; Litestar tells them apart by their modules."""
_ATTRIBUTES = re.compile(r"\s*\n\s*Attributes:\n(?P<lines>.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"^\s*(?P<name>[A-Z_]+): (?P<meaning>.*)$", re.MULTILINE)


def name_schemas(api: OpenAPI) -> None:
    """Give each schema a plain name, and each list of values a description that names them."""
    schemas = api.components.schemas or {}
    renamed = {name: _plain(name) for name in schemas}
    if len(set(renamed.values())) < len(renamed):
        raise ValueError("two schemas of the API's description would have one name")
    for reference in _references(api, set()):
        name = reference.ref.rpartition("/")[2]
        reference.ref = f"#/components/schemas/{renamed[name]}"
    for schema in schemas.values():
        if schema.description:
            schema.description = _described(schema.description)
    api.components.schemas = {renamed[name]: schema for name, schema in schemas.items()}


def _plain(name: str) -> str:
    if found := _LIST.match(name):
        return f"{found['item']}List"
    return _ALIKE.get(name, name)


def _described(docstring: str) -> str:
    """Give what a docstring says, with the values in place of our names for them."""
    found = _ATTRIBUTES.search(docstring)
    if found is None:
        return docstring
    meanings = _ATTRIBUTE.findall(found["lines"])
    values = "\n".join(f"- `{name.lower()}`: {meaning}" for name, meaning in meanings)
    return f"{docstring[: found.start()]}\n\n{values}"


def _references(part: object, seen: set[int]) -> Iterator[Reference]:
    """Give each reference in a part of a description, once."""
    if id(part) in seen:
        return
    seen.add(id(part))
    if isinstance(part, Reference):
        yield part
    elif isinstance(part, dict):
        for one in part.values():
            yield from _references(one, seen)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _references(one, seen)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _references(getattr(part, field.name), seen)
