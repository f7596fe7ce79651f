"""The wire formats of two providers, in shapes recorded from their documentation."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Protocol


class Wire(Protocol):
    """What a provider's answers look like."""

    def error(self, status: int) -> dict[str, Any]:
        """Give the body of an error."""
        ...

    def whole(self, text: str, tokens: tuple[int, int] | None) -> dict[str, Any]:
        """Give the body of a whole answer."""
        ...

    def begun(self, read: int | None, pieces: Iterable[str]) -> Iterator[bytes]:
        """Give the events of a stream up to its end."""
        ...

    def ended(self, how: str, tokens: tuple[int, int] | None) -> Iterator[bytes]:
        """Give the events of its end."""
        ...


class OpenAIWire:
    """Chat completions: https://platform.openai.com/docs/api-reference/chat."""

    def error(self, status: int) -> dict[str, Any]:
        return {
            "error": {
                "message": "Incorrect API key provided: sk-sec**********-key.",
                "type": "invalid_request_error" if status < 429 else "server_error",
                "param": None,
                "code": "invalid_api_key",
            }
        }

    def whole(self, text: str, tokens: tuple[int, int] | None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
            "object": "chat.completion",
            "created": 1741570283,
            "model": "gpt-4o-2024-08-06",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": text,
                        "refusal": None,
                        "annotations": [],
                    },
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": self._usage(tokens),
            "service_tier": "default",
            "system_fingerprint": "fp_fc9f1d7035",
        }

    def begun(self, read: int | None, pieces: Iterable[str]) -> Iterator[bytes]:
        yield self._chunk({"role": "assistant", "content": ""})
        for piece in pieces:
            yield self._chunk({"content": piece})

    def ended(self, how: str, tokens: tuple[int, int] | None) -> Iterator[bytes]:
        if how == "error":
            yield _data({"error": {"message": "The server had an error.", "type": "server_error"}})
        if how in {"whole", "withheld"}:
            yield self._chunk({}, "stop" if how == "whole" else "content_filter")
        if how == "whole" and tokens is not None:
            yield _data({**self._head(), "choices": [], "usage": self._usage(tokens)})
        if how != "error":
            yield b"data: [DONE]\n\n"

    def _head(self) -> dict[str, Any]:
        return {
            "id": "chatcmpl-123",
            "object": "chat.completion.chunk",
            "created": 1694268190,
            "model": "gpt-4o-mini",
            "system_fingerprint": "fp_44709d6fcb",
        }

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data({**self._head(), "choices": [choice], "usage": None})

    def _usage(self, tokens: tuple[int, int] | None) -> dict[str, Any] | None:
        if tokens is None:
            return None
        read, written = tokens
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }


class AnthropicWire:
    """Messages: https://docs.anthropic.com/en/api/messages, and .../messages-streaming."""

    def error(self, status: int) -> dict[str, Any]:
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        return {
            "type": "error",
            "error": {"type": kinds.get(status, "api_error"), "message": "invalid x-api-key"},
            "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy",
        }

    def whole(self, text: str, tokens: tuple[int, int] | None) -> dict[str, Any]:
        return {
            "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": self._usage(tokens),
        }

    def begun(self, read: int | None, pieces: Iterable[str]) -> Iterator[bytes]:
        message = {
            **self.whole("", None if read is None else (read, 1)),
            "id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY",
            "content": [],
            "stop_reason": None,
        }
        yield _event("message_start", message=message)
        yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield _event("ping")
        for piece in pieces:
            delta = {"type": "text_delta", "text": piece}
            yield _event("content_block_delta", index=0, delta=delta)

    def ended(self, how: str, tokens: tuple[int, int] | None) -> Iterator[bytes]:
        if how == "error":
            yield _event("error", error={"type": "overloaded_error", "message": "Overloaded"})
        if how in {"whole", "withheld"}:
            yield _event("content_block_stop", index=0)
            reason = "end_turn" if how == "whole" else "refusal"
            usage = {} if tokens is None else {"output_tokens": tokens[1]}
            delta = {"stop_reason": reason, "stop_sequence": None}
            yield _event("message_delta", delta=delta, usage=usage)
            yield _event("message_stop")

    def _usage(self, tokens: tuple[int, int] | None) -> dict[str, Any] | None:
        return None if tokens is None else {"input_tokens": tokens[0], "output_tokens": tokens[1]}


WIRES: dict[str, Wire] = {
    "/v1/chat/completions": OpenAIWire(),
    "/v1/messages": AnthropicWire(),
}


def _data(body: object) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


def _event(kind: str, **body: object) -> bytes:
    return f"event: {kind}\n".encode() + _data({"type": kind, **body})
