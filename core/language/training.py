"""Teach the network to say what comes next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import FitStopped, InvalidArgument
from core.language.network import State, TokenNetwork
from core.progress import OnProgress, Progress, ShouldStop

START_ROW = 0


@dataclass(frozen=True, kw_only=True)
class LanguageModelTrainer:
    """Settings of a fit: AdamW with one cycle of the learning rate (Smith, *Super-convergence*, 2018).

    The modules are laid end to end, ``n_streams`` readers start at equal distances and read ``length`` tokens at a
    time; what they remember is carried on, gradients are not.
    """

    width: int = 128
    hidden: int = 384
    dropout: float = 0.25
    n_epochs: int = 10
    n_streams: int = 32
    length: int = 48
    learning_rate: float = 4e-3
    weight_decay: float = 0.05
    clip: float = 1.0  # largest norm of a step's gradient

    def __post_init__(self) -> None:
        for name in ("width", "hidden", "n_epochs", "n_streams", "length"):
            if getattr(self, name) < 1:
                raise InvalidArgument(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise InvalidArgument(f"dropout must be at least 0 and below 1, got {self.dropout:g}")

    def fit(
        self,
        documents: Sequence[Sequence[int]],
        *,
        n_tokens: int,
        seed: int,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> TokenNetwork:
        """Return the trained network, ready to answer; raises ``FitStopped`` when asked to stop."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = TokenNetwork(n_tokens, width=self.width, hidden=self.hidden, dropout=self.dropout)
            streams = _streams(documents, self.n_streams)
            n_chunks = math.ceil((streams.shape[1] - 1) / self.length)
            n_steps = self.n_epochs * n_chunks
            steps = _Steps(network, self, n_steps)
            for epoch in range(1, self.n_epochs + 1):
                loss = steps.epoch(streams, should_stop)
                if on_progress is not None:
                    on_progress(Progress(epoch, self.n_epochs, f"Epoch {epoch} of {self.n_epochs}", loss=loss))
        return network.eval()


class _Steps:
    """The descent: one step a chunk."""

    def __init__(self, network: TokenNetwork, settings: LanguageModelTrainer, n_steps: int) -> None:
        self.network, self.settings = network, settings
        rate = settings.learning_rate
        self.optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=settings.weight_decay)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, max_lr=rate, total_steps=n_steps)

    def epoch(self, streams: Tensor, should_stop: ShouldStop | None) -> float:
        """Read all streams once; return the mean loss, nats a token."""
        self.network.train()
        state: State | None = None
        losses = []
        for rows, following in _chunks(streams, self.settings.length):
            if should_stop is not None and should_stop():
                raise FitStopped("training was stopped")
            loss, state = self.step(rows, following, state)
            losses.append(loss)
        return sum(losses) / len(losses)

    def step(self, rows: Tensor, following: Tensor, state: State | None) -> tuple[float, State]:
        self.optimizer.zero_grad()
        scores, state = self.network(rows, state)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), following.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach()), (state[0].detach(), state[1].detach())


def _streams(documents: Sequence[Sequence[int]], n_streams: int) -> Tensor:
    """All documents end to end, the start row before each, cut into ``n_streams`` rows of equal length."""
    rows = torch.tensor([row for document in documents for row in (START_ROW, *document)])
    length = len(rows) // n_streams
    if length < 2:
        raise InvalidArgument(f"n_streams must leave each stream 2 tokens or more, got {n_streams} for {len(rows):,}")
    return rows[: n_streams * length].view(n_streams, length)


def _chunks(streams: Tensor, length: int) -> Iterator[tuple[Tensor, Tensor]]:
    for first in range(0, streams.shape[1] - 1, length):
        last = min(first + length, streams.shape[1] - 1)
        yield streams[:, first:last], streams[:, first + 1 : last + 1]


@torch.no_grad()
def log_probabilities(network: TokenNetwork, document: Sequence[int]) -> Tensor:
    """Return ln p of each token of ``document`` given those before it (n,), the memory empty at its start."""
    rows = torch.tensor([[START_ROW, *document]])
    found, state = [], None
    for first in range(0, rows.shape[1] - 1, 1024):
        part = rows[:, first : first + 1025]
        scores, state = network(part[:, :-1], state)
        found.append(scores.log_softmax(-1)[0].gather(1, part[0, 1:, None])[:, 0])
    return torch.cat(found)
