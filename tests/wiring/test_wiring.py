"""Every provider can be built, on both kinds of store."""

from collections.abc import Iterator

import attrs
import pytest
from dependency_injector.containers import DynamicContainer
from dependency_injector.providers import DependenciesContainer, Dependency, Provider

from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory, on_postgres

CONTAINERS = ("ports", "shared", "identity", "conversations", "video")


def wired(kind: str) -> Kithkin:
    if kind == "memory":
        return in_memory()
    return on_postgres(Settings(test_clock=True), "postgresql://nobody@/nothing")


def providers(app: Kithkin) -> Iterator[tuple[str, Provider[object]]]:
    for name in CONTAINERS:
        container: DynamicContainer = getattr(app, name)
        for key, provider in container.providers.items():
            if not isinstance(provider, Dependency | DependenciesContainer):
                yield f"{name}.{key}", provider


@pytest.fixture(params=["memory", "postgres"])
def app(request: pytest.FixtureRequest) -> Kithkin:
    return wired(request.param)


def test_every_provider_can_be_built(app: Kithkin) -> None:
    built = {name: provider() for name, provider in providers(app)}
    assert len(built) > len(CONTAINERS)
    for name, value in built.items():
        assert value is not None, name
        cls: type = type(value)
        if attrs.has(cls):
            for field in attrs.fields(cls):
                assert not isinstance(getattr(value, field.name, None), Provider), name


def test_both_stores_serve_the_same_ports() -> None:
    memory, postgres = (set(wired(kind).ports.providers) for kind in ("memory", "postgres"))
    assert postgres - memory == {"url", "pool_size", "connection_class"}
    assert memory <= postgres


def test_the_test_clock_rules_only_when_asked_for() -> None:
    with_it, without = in_memory(Settings(memory=True, test_clock=True)), in_memory(Settings())
    assert with_it.clock is with_it.ports.test_clock()
    assert without.clock is not without.ports.test_clock()
    assert with_it.conversations.send_message().clock is with_it.clock
