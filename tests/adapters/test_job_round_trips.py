"""What a job carries comes back from its row as it went."""

from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.jobs import from_job_row, job_to_row
from application.shared.jobs import Job, StoredJob, first_state
from tests.contracts.values import START

# JSONB holds no NUL and no unpaired surrogate, and 64 bits are what JSON's readers agree on.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_a_job_comes_back(data: dict[str, Any]) -> None:
    stored: StoredJob = first_state(Job(kind="k", key="key", at=START, data=data), uuid4())
    assert from_job_row(job_to_row(stored)) == stored
