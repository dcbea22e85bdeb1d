"""Bayesian matrix factorisation by Gibbs sampling: not one model but many, each as likely as the ratings make it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Generator, Tensor

from core.bayes.chain import Chain
from core.bayes.draws import Draws
from core.bayes.figures import Figures
from core.bayes.hyperpriors import Gamma, NormalWishart, RowPrior
from core.bayes.probit import HiddenNumbers
from core.bayes.rated_columns import RatedColumns
from core.bayes.rated_prior import RatedBasis, RatedPrior, table_of_choices
from core.bayes.table import Table
from core.days import day_numbers, places_of
from core.errors import InvalidArgument
from core.fitting import (
    Reporter,
    carry_over,
    check_at_least,
    check_trainable,
    global_mean,
    lay_out,
    make_card,
    n_threads_for,
    one_thread_inside,
    start_factors,
)
from core.links import Identity, OrderedProbit
from core.model import FactorModel
from core.progress import OnProgress, ShouldStop
from core.ratings import IdMap, Ratings
from core.row_batches import RowBatches
from core.traits import Traits

# Precisions in inverse squared stars: as good as one rating that lies √2 stars from its prediction.
NOISE_PRIOR = Gamma(shape=1.0, rate=1.0)
# How strongly the weights of the rated prior are held to zero, relative to how rows scatter around it.
STRENGTH_PRIOR = Gamma(shape=1.0, rate=0.1)
# First guess of the noise precision; sweeps replace it.
START_PRECISION = 1.5
# Beyond this many users × films the rated prior is solved for in every sweep; decomposing it once would cost minutes.
MOST_CELLS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Gibbs:
    """Bayesian factor model; predictions are means over draws from everything the ratings leave open.

    r_ui = μ + b_u + b_i + p_u·q_i + noise of variance 1/(τ g_i), with the priors

        (p_u, b_u) ~ N(m + x_u B, Λ⁻¹), x_u: 1/√n for each of the n films that u rated, less the mean over people;
        (m, Λ) ~ Normal–Wishart(0, β₀ = 2, I, ν₀ = d + 1); B ~ N(0, (λΛ)⁻¹) row by row; λ ~ Gamma(1, 0.1);

    the same for films (x_i: who rated them); τ ~ Gamma(1, 1); g_i ~ Gamma(s, s) with s = ``film_noise_shape``, how
    much people agree on film i. Each sweep draws every one of these once, given all the rest, the rows of a side all
    at once through ``ridge``. A kept draw holds films as drawn, and people at their mean given these: the mean over
    draws is the same, with less chance in it (Gelfand and Smith, 1990), and fold-in of a training user gives their row.
    With ``likelihood`` "probit" a rating is a level of the scale: the one between whose cut-points a hidden number,
    score plus standard normal noise, lies; the model's link then gives the chance of every level. Films' noise is left
    out, and fold-in is an approximation: least squares in stars, through the link.
    ``film_traits`` and ``people_traits`` are further columns of x, 1 for each word that holds, less its mean: a new
    person's are unknown, and expected to be anybody's. With ``days`` a rating on day t also has the terms
    b_t + h_t·(p_u + q_i), (h_t, b_t) ~ N(m, Λ⁻¹) with priors as above, and the model's ``days`` hold them.
    Source: Salakhutdinov and Mnih, *Bayesian probabilistic matrix factorization using Markov chain Monte Carlo*,
    2008; rated prior as in Simm et al. (Macau), 2017; noise by film as in Lakshminarayanan, Bouchard and
    Archambeau, *Robust Bayesian matrix factorisation*, 2011; days as in Koren, *Collaborative filtering with temporal
    dynamics*, 2009.
    """

    n_factors: int = 31
    n_burn_in: int = 24  # sweeps before the first draw that counts
    n_draws: int = 32
    n_between: int = 4  # sweeps from one kept draw to the next
    rated_prior: bool = True
    film_noise_shape: float | None = 5.0  # None: the same noise for all films
    likelihood: Literal["gaussian", "probit"] = "gaussian"
    film_traits: Traits | None = None
    people_traits: Traits | None = None
    days: bool = False

    def __post_init__(self) -> None:
        check_at_least(0, n_factors=self.n_factors, n_burn_in=self.n_burn_in)
        check_at_least(1, n_draws=self.n_draws, n_between=self.n_between)
        if self.film_noise_shape is not None and not self.film_noise_shape > 0:
            raise InvalidArgument(f"film_noise_shape must be above 0 or None, got {self.film_noise_shape:g}")
        if self.likelihood not in ("gaussian", "probit"):
            raise InvalidArgument(f"likelihood must be gaussian or probit, got {self.likelihood!r}")
        if self.likelihood == "probit" and self.film_noise_shape is not None:
            raise InvalidArgument(
                f"film_noise_shape must be None with likelihood probit, got {self.film_noise_shape:g}"
            )

    @classmethod
    def for_chances(
        cls, *, film_traits: Traits | None = None, people_traits: Traits | None = None, days: bool = False
    ) -> Gibbs:
        """Return the trainer with likelihood "probit" and settings that suit it.

        Its draws differ more from each other, so four times as many are kept; in exchange 15 factors do as well as 31:
        RMSE 0.8853 and 0.8861 with traits and days, 0.8860 with half the draws at twice their distance (the first of
        four folds inside u1's training part, as in `benchmarks.tune`).
        """
        return cls(
            n_factors=15,
            n_draws=128,
            n_between=2,
            film_noise_shape=None,
            likelihood="probit",
            film_traits=film_traits,
            people_traits=people_traits,
            days=days,
        )

    @property
    def n_sweeps(self) -> int:
        """Sweeps of a whole fit."""
        return self.n_burn_in + self.n_draws * self.n_between

    @one_thread_inside()
    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model of ``train``; ``start`` begins at the last draw of an earlier one, matched by id.

        All random numbers are drawn on the CPU before they are shared out, so neither threads nor the device change
        them. Raises ``InvalidArgument`` on empty or unusable input, ``FitStopped`` when asked to stop.
        """
        check_trainable(train)
        self._check_start(start)
        reporter = Reporter(train, self.n_sweeps, on_progress, should_stop, hold_out)
        # Where hidden numbers lie is the cut-points' affair.
        mean = 0.0 if self.likelihood == "probit" else global_mean(train)
        generator = Generator().manual_seed(seed)
        chain = self._start_chain(train, mean, generator, start, device)
        figures, draws = Figures(train, hold_out, mean, device), Draws.empty(chain, self.n_draws)
        for sweep in range(1, self.n_sweeps + 1):
            chain.adapting = sweep <= self.n_burn_in
            chain.sweep(generator)
            n_counted = sweep - self.n_burn_in
            if n_counted > 0 and n_counted % self.n_between == 0:
                draws.keep(chain)
            told = partial(figures.add, chain, start_again=n_counted <= 1)
            reporter.tell(sweep, f"Sweep {sweep} of {self.n_sweeps}", told)
        return draws.to_model(train, make_card(self, train, seed=seed), mean)

    def _check_start(self, start: FactorModel | None) -> None:
        link = OrderedProbit if self.likelihood == "probit" else Identity
        if start is not None and (start.n_factors, type(start.link)) != (self.n_factors, link):
            raise InvalidArgument(
                f"start must have n_factors={self.n_factors} and the link {link.__name__}, got {start.n_factors} "
                f"and {type(start.link).__name__}"
            )

    def _start_chain(
        self, train: Ratings, mean: float, generator: Generator, start: FactorModel | None, device: str
    ) -> Chain:
        targets = (train.values.double() - mean).float()
        user_idx, item_idx = train.user_idx, train.item_idx
        numbers, day_idx = _days_of(train) if self.days else (None, None)
        layouts = lay_out(train, targets) if day_idx is None else _by_entry(train, targets, day_idx)
        bases = (
            self._basis(user_idx, item_idx, train.users, train.n_items, self.people_traits),
            self._basis(item_idx, user_idx, train.items, train.n_users, self.film_traits),
            None,
        )
        tables = [
            self._start_table(layout, basis, generator, device) for layout, basis in zip(layouts, bases, strict=False)
        ]
        chain = Chain(
            users=tables[0],
            films=tables[1],
            user_idx=user_idx.to(device),
            item_idx=item_idx.to(device),
            targets=targets.to(device),
            noise_precision=1.0 if self.likelihood == "probit" else START_PRECISION,
            noise_prior=NOISE_PRIOR,
            film_noise=None if self.film_noise_shape is None else Gamma(self.film_noise_shape, self.film_noise_shape),
            hidden=HiddenNumbers(train.levels.to(device), train.scale.levels) if self.likelihood == "probit" else None,
            days=None if day_idx is None else tables[2],
            day_idx=None if day_idx is None else day_idx.to(device),
            day_numbers=None if numbers is None else numbers.to(device),
            n_threads=n_threads_for(tables[0].rows),
        )
        if start is not None:
            _carry_over(chain, start, train, mean)
        return chain

    def _basis(
        self, row_idx: Tensor, column_idx: Tensor, rows: IdMap, n_columns: int, traits: Traits | None
    ) -> RatedBasis | RatedColumns | None:
        """What is known of the rows before any star: which places they rated, and their traits."""
        words = None if traits is None else traits.table(rows)
        words = words if words is not None and words.shape[1] else None
        if not self.rated_prior:
            return None if words is None else RatedBasis.of(traits=words)
        if len(rows) * n_columns > MOST_CELLS:
            return RatedColumns.of(row_idx, column_idx, n_rows=len(rows), n_columns=n_columns, traits=words)
        chosen = table_of_choices(row_idx, column_idx, n_rows=len(rows), n_columns=n_columns)
        return RatedBasis.of(chosen=chosen, traits=words)

    def _start_table(
        self, layout: RowBatches, basis: RatedBasis | RatedColumns | None, generator: Generator, device: str
    ) -> Table:
        n_rows, width = len(layout.counts), self.n_factors + 1
        factors = start_factors(n_rows, self.n_factors, generator, torch.float32)
        return Table(
            rows=torch.cat([factors, torch.zeros(n_rows, 1)], dim=1).to(device),
            noise=torch.ones(n_rows, device=device),
            layout=layout.to(device),
            prior=RowPrior.standard(width),
            hyperprior=NormalWishart.weak(width),
            rated=None if basis is None else RatedPrior(basis.to(device), width, STRENGTH_PRIOR),
        )


def _days_of(train: Ratings) -> tuple[Tensor, Tensor]:
    """Every day on which somebody rated, ascending (n_days,), and which of them each rating's is (n,)."""
    if train.timestamps is None:
        raise InvalidArgument("days must be False for ratings without times, got True")
    days = day_numbers(train.timestamps).unique()
    return days, places_of(days, train.timestamps)


def _by_entry(train: Ratings, targets: Tensor, day_idx: Tensor) -> list[RowBatches]:
    """Each side's ratings by row with a column for every rating: what they are regressed on differs by day."""
    n, columns = len(train), torch.arange(len(train), dtype=torch.int32)
    sides = [(train.user_idx, train.n_users), (train.item_idx, train.n_items), (day_idx, int(day_idx.max()) + 1)]
    return [RowBatches.build(rows, columns, targets, n_rows=n_rows, n_columns=n) for rows, n_rows in sides]


def _carry_over(chain: Chain, start: FactorModel, train: Ratings, mean: float) -> None:
    """Begin where the last draw of ``start`` stands: rows of the ids that both know, and the noise."""
    shift = start.global_mean[-1] - mean  # the same predictions around another mean
    people = torch.cat([start.user_factors[-1], start.user_bias[-1][:, None]], dim=1)
    films = torch.cat([start.item_factors[-1], start.item_bias[-1][:, None] + shift], dim=1)
    carry_over(chain.users.rows, people, start.users, train.users)
    carry_over(chain.films.rows, films, start.items, train.items)
    if chain.hidden is not None and isinstance(start.link, OrderedProbit):
        chain.hidden.cutpoints = torch.tensor(start.link.cutpoints[-1], dtype=torch.float64)
    elif start.user_prior is not None:
        chain.noise_precision = float(start.user_prior.noise_precision[-1])
