"""A life is a table: which state follows which on what act, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from registret.kernel.refused import Refused

S = TypeVar("S", bound=StrEnum)


class NotPossible(Refused, code="life.not_possible", status=409):
    """The act does not exist in this state: it was done already, or something else happened first."""

    act: str
    state: str


@dataclass(frozen=True, slots=True)
class Life(Generic[S]):
    """`steps[state, act]` is the next state."""

    steps: Mapping[tuple[S, str], S]

    def after(self, state: S, act: str) -> S:
        """Raises: NotPossible."""
        following = self.steps.get((state, act))
        if following is None:
            raise NotPossible(act=act, state=state.value)
        return following

    def pairs(self) -> frozenset[tuple[str, str]]:
        """(from, to) of every step: what the database's trigger lets through."""
        return frozenset((before.value, after.value) for (before, _), after in self.steps.items())

    def trigger(self, table: str, *, every_update: bool = False) -> str:
        """Return SQL for a trigger: the column `state` of `table` changes as the steps say, and not otherwise.

        With `every_update` each UPDATE must be a step, also one that leaves the state as it is.
        """
        pairs = ",\n        ".join(f"({before!r}, {after!r})" for before, after in sorted(self.pairs()))
        changed = "" if every_update else "NEW.state <> OLD.state AND "
        return f"""
CREATE OR REPLACE FUNCTION {table}_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed}(OLD.state, NEW.state) NOT IN (
        {pairs}
    ) THEN
        RAISE EXCEPTION '% %: no step from % to %', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {table}_life BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_life();
"""
