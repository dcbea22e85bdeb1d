"""The language model: an embedding, a memory, and the same embedding to read the answer from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]


class TokenNetwork(nn.Module):
    """Scores of every token to come next: E (LSTM(E[x])) + bias, E (n_tokens, width) used at both ends.

    Rows of E are the tokens' vectors: what stands in similar places comes to lie close. ``hidden`` numbers remember
    what came before. Sources: Mikolov et al., *Recurrent neural network based language model*, 2010; one matrix for
    both ends, Press and Wolf, *Using the output embedding to improve language models*, 2017; dropout, Zaremba,
    Sutskever and Vinyals, *Recurrent neural network regularization*, 2014.
    """

    def __init__(self, n_tokens: int, *, width: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, width)
        self.memory = nn.LSTM(width, hidden, batch_first=True)
        self.narrow = nn.Linear(hidden, width)
        self.bias = nn.Parameter(torch.zeros(n_tokens))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)

    def forward(self, rows: Tensor, state: State | None = None, *, last_only: bool = False) -> tuple[Tensor, State]:
        """Return scores (batch, length, n_tokens) of what follows each of ``rows`` (batch, length), and the memory.

        ``last_only``: of what follows the last one alone (batch, 1, n_tokens).
        """
        seen, state = self.memory(self.dropout(self.embedding(rows)), state)
        seen = seen[:, -1:] if last_only else seen
        answer = self.narrow(self.dropout(seen))
        return nn.functional.linear(answer, self.embedding.weight, self.bias), state
