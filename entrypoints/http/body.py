"""Request bodies: JSON that is exactly of its declared type."""

import json
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from entrypoints.http.errors import InvalidBodyError, MalformedBodyError, invalid_body
from entrypoints.http.logged_person import name_person_of_body
from entrypoints.http.raw_headers import value_of

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator

T = TypeVar("T")

_JSON = "application/json"


class UnsupportedMediaTypeError(HTTPException):
    """The body is not said to be JSON."""

    status_code = 415


class JsonBody(AbstractDTO[T]):
    """Reads a body strictly: no unknown fields, no conversions between types."""

    def decode_bytes(self, value: bytes) -> Any:  # noqa: ANN401 - as the base class has it
        """Decode a body.

        Raises:
            UnsupportedMediaTypeError: It is not said to be JSON.
            MalformedBodyError: It is no JSON.
            InvalidBodyError: It is not of the declared type.
        """
        scope = self.asgi_connection.scope
        media_type = value_of(scope, b"content-type", _JSON)
        if media_type != _JSON and media_type.partition(";")[0].strip().lower() != _JSON:
            raise UnsupportedMediaTypeError(
                detail="Send the body as JSON, with the header 'Content-Type: application/json'."
            )
        if value_of(scope, b"content-encoding", "identity") != "identity":
            raise UnsupportedMediaTypeError(detail="Send the body without a content encoding.")
        try:
            body = msgspec.json.decode(value, type=self.model_type)
        except msgspec.ValidationError as error:
            raise invalid_body(error, self.model_type) from error
        except (ValueError, RecursionError) as error:
            raise _malformed(value) from error
        name_person_of_body(body)
        return body

    @classmethod
    def generate_field_definitions(
        cls,
        model_type: type[Any],  # noqa: ARG003 - as the base class has it
    ) -> Generator[DTOFieldDefinition, None, None]:
        """Give none: the type is decoded as it is, not taken apart."""
        yield from ()

    @classmethod
    def detect_nested_field(
        cls,
        field_definition: FieldDefinition,  # noqa: ARG003 - as the base class has it
    ) -> bool:
        """Give False: the type is decoded as it is, not taken apart."""
        return False

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Do nothing: the type is decoded as it is, without a transfer model."""

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003 - as the base class has it
        schema_creator: "SchemaCreator",
    ) -> "Reference | Schema":
        """Give the schema of the type itself."""
        return schema_creator.for_field_definition(field_definition)


def given_fields(body: msgspec.Struct) -> dict[str, Any]:
    """Give the fields of a body that came with the request, by name; of the others none."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(body).items()
        if value is not msgspec.UNSET
    }


def _malformed(value: bytes) -> HTTPException:
    """Tell what the fast decoder does not: where the JSON breaks, or that a text does."""
    try:
        json.loads(value.decode(), parse_constant=_no_json)
    except UnicodeDecodeError:
        return MalformedBodyError(detail="The body is not UTF-8.")
    except (ValueError, RecursionError) as error:
        return MalformedBodyError(detail=f"The body is no JSON: {error}.")
    return InvalidBodyError(
        "", "A text holds an unpaired surrogate, or the nesting is too deep; send less of it."
    )


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's")
