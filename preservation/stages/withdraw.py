"""Withdraw: a copy no longer counts, by the word of a person."""

from preservation.model.premis import Agent, AgentType, EventType, Finding, Outcome
from preservation.model.storage import Copy, CopyState, copy_in
from preservation.recording import Stage


def retire(copy: Copy, *, who: str, reason: str) -> Stage[CopyState]:
    """A copy whose store is retired: nothing of it is removed, and it is no longer looked at."""
    agent = Agent(who, type=AgentType.PERSON)
    detail = f"no longer counted, its store is retired: {copy_in(copy.store)}"
    yield Finding(EventType.DEACCESSION, Outcome.SUCCESS, agent, detail, reason)
    return CopyState.WITHDRAWN
