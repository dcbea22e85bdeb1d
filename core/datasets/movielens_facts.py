"""What is known about the MovieLens data sets: addresses, counts, scales, licences."""

from __future__ import annotations

from dataclasses import dataclass

from core.datasets.dataset import DataCard
from core.ratings import RatingScale

GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)
_CLOSED = "Research use; may not be passed on, nor used commercially, without permission from GroupLens."
_SHARED = "Research use; may be passed on only under the same terms, and not used commercially without permission."
WHOLE_STARS = RatingScale(1.0, 5.0, 1.0)
HALF_STARS = RatingScale(0.5, 5.0, 0.5)


@dataclass(frozen=True)
class MovieLens:
    """One published data set; ``grows`` where GroupLens replaces the file now and then, so counts are not fixed."""

    title: str
    n_users: int
    n_ratings: int
    scale: RatingScale
    licence: str
    file: str
    note: str
    grows: bool = False

    @property
    def url(self) -> str:
        """Where GroupLens offers it."""
        return GROUPLENS + self.file

    @property
    def card(self) -> DataCard:
        """The data card."""
        page = f"https://grouplens.org/datasets/movielens/{'latest' if self.grows else self.title.split()[1].lower()}/"
        return DataCard(self.title, self.licence, page, _CITATION, self.note)


MOVIELENS = {
    "ml-100k": MovieLens(
        *("MovieLens 100K", 943, 100_000, WHOLE_STARS, _CLOSED, "ml-100k.zip"),
        "100,000 ratings by 943 people of 1,682 films, collected from September 1997 to April 1998.",
    ),
    "ml-latest-small": MovieLens(
        *("MovieLens latest-small", 610, 100_836, HALF_STARS, _SHARED, "ml-latest-small.zip"),
        "About 100,000 ratings by 610 people of 9,700 films, 1996 to 2018; a sample that GroupLens may replace.",
        grows=True,
    ),
    "ml-1m": MovieLens(
        *("MovieLens 1M", 6_040, 1_000_209, WHOLE_STARS, _CLOSED, "ml-1m.zip"),
        "A million ratings by 6,040 people of 3,883 films, from the year 2000.",
    ),
    "ml-10m": MovieLens(
        *("MovieLens 10M", 69_878, 10_000_054, HALF_STARS, _CLOSED, "ml-10m.zip"),
        "Ten million ratings by 69,878 people of 10,681 films, up to January 2009.",
    ),
    "ml-20m": MovieLens(
        *("MovieLens 20M", 138_493, 20_000_263, HALF_STARS, _SHARED, "ml-20m.zip"),
        "Twenty million ratings by 138,493 people of 27,278 films, up to March 2015.",
    ),
    "ml-25m": MovieLens(
        *("MovieLens 25M", 162_541, 25_000_095, HALF_STARS, _SHARED, "ml-25m.zip"),
        "25 million ratings by 162,541 people of 62,423 films, up to November 2019.",
    ),
    "ml-32m": MovieLens(
        *("MovieLens 32M", 200_948, 32_000_204, HALF_STARS, _SHARED, "ml-32m.zip"),
        "32 million ratings by 200,948 people of 87,585 films, up to October 2023.",
    ),
}
