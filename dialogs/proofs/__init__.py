"""What can be proved about a protocol before anyone uses it."""

from __future__ import annotations

from dialogs.proofs.dialogues import Exploration, explore
from dialogs.proofs.outcomes import Outcome, outcomes
from dialogs.proofs.representatives import representatives

__all__ = ["Exploration", "Outcome", "explore", "outcomes", "representatives"]
