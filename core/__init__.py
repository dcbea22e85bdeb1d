"""Reelspace's core: data and numerics. The public names, nothing else."""

from core.catalogue import Catalogue, Film
from core.convergence import Convergence, check_convergence
from core.datasets.registry import (
    DataCard,
    Dataset,
    DatasetInfo,
    cache_folder,
    check_dataset,
    fetch_dataset,
    list_datasets,
    load_dataset,
)
from core.errors import (
    ArtefactError,
    DataError,
    DatasetUnavailable,
    FitStopped,
    FoldInRefused,
    InvalidArgument,
    ReelspaceError,
    UnknownId,
)
from core.evaluation.bench import METRICS, Metric
from core.evaluation.bootstrap import LEAST_REFITS
from core.evaluation.calibration import Calibration, check_calibration
from core.evaluation.comparison import Comparison, SliceLine, compare
from core.evaluation.error_atlas import ErrorAtlas, ErrorLine, Miss, error_atlas
from core.evaluation.exposure import FilmShift, GroupShift
from core.evaluation.findings import findings, interval_text, spoken
from core.evaluation.held_out import Evaluation, evaluate
from core.evaluation.learning_curve import CurvePoint, learning_curve
from core.evaluation.list_changes import ListChange, ListChanges
from core.evaluation.refits import refit
from core.evaluation.review import review
from core.evaluation.sanity import Check
from core.evaluation.scoreboard import MetricLine, Scoreboard, ScoreboardRow, score_models
from core.evaluation.search import Search, Span, Trial, search_settings, spans_of
from core.evaluation.side_by_side import Figure, SideBySide, Standing, side_by_side
from core.evaluation.splits import SPLITS, Split, make_split
from core.evaluation.summary import ModelSummary
from core.explanation.influence import Influence, influences
from core.explanation.ledger import Explanation, Term, explain
from core.explanation.share import Alike, PersonalShare, personal_share
from core.explanation.what_if import Move, Tip, list_moves, smallest_change, what_if
from core.fitting import Trainer
from core.folding import fold_in, person_of
from core.ids import Id, IdMap
from core.imports.history import Entry, History
from core.imports.matching import FilmMatcher
from core.imports.reading import read_history
from core.imports.report import ImportPlan, Match, MatchReport, Watched, match_history, plan_import
from core.kept_ratings import keep_ratings, open_ratings
from core.likeness import AlikePerson, BothRated, PeopleSpace
from core.model import FactorModel, ModelCard, TrainedModel
from core.neural_model import NeuralModel
from core.next_films import films_to_rate
from core.persistence import SavedModel, load_model, save_model
from core.person import Person, Prediction
from core.progress import OnProgress, Progress, ShouldStop
from core.provenance import versions
from core.ranking import ListWishes, recommend
from core.ratings import Ratings
from core.runtime import limit_threads, warm_up
from core.scale import RatingScale
from core.space.arithmetic import AlikeFilm, FilmBetween, Likeness, LikeUnlike, alike, between, like_unlike
from core.space.axes import NamedAxis, name_axes, name_directions
from core.space.circled import films_inside
from core.space.clusters import Clusters, cluster_films
from core.space.directions import FurtherFilm, Probe, probe
from core.space.evidence import Evidence
from core.space.film_map import FilmMap, FilmSpace
from core.space.hand_axes import HandAxis, HandPlane, hand_plane
from core.space.stability import AxisStability, FoundAgain, axis_stability
from core.space.star_metric import taste_of
from core.space.trust import Trust, trust_of
from core.space.two_spaces import neighbourhoods_kept
from core.space.umap_map import UMAPSettings
from core.stars import star_chances, star_set
from core.starting_tastes import Archetype, archetypes
from core.taste import GenreShare, Taste, describe_taste, telling_user
from core.together import Group, Pair, SharedFilm, Strategy
from core.trainer_settings import SEEDED, chosen_trainer, own_settings
from core.trainers import usual_trainer
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from core.trainers.gibbs import Gibbs
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD

__all__ = [
    "ALS",
    "LEAST_REFITS",
    "METRICS",
    "SEEDED",
    "SGD",
    "SPLITS",
    "Alike",
    "AlikeFilm",
    "AlikePerson",
    "Archetype",
    "ArtefactError",
    "AxisStability",
    "BiasOnly",
    "BothRated",
    "Calibration",
    "Catalogue",
    "Category",
    "Check",
    "Clusters",
    "Comparison",
    "Convergence",
    "CurvePoint",
    "DataCard",
    "DataError",
    "Dataset",
    "DatasetInfo",
    "DatasetUnavailable",
    "EmbeddingNN",
    "Entry",
    "ErrorAtlas",
    "ErrorLine",
    "Evaluation",
    "Evidence",
    "Explanation",
    "FactorModel",
    "Figure",
    "Film",
    "FilmBetween",
    "FilmMap",
    "FilmMatcher",
    "FilmShift",
    "FilmSpace",
    "FitStopped",
    "FoldInRefused",
    "FoundAgain",
    "FurtherFilm",
    "GenreShare",
    "Gibbs",
    "Group",
    "GroupShift",
    "HandAxis",
    "HandPlane",
    "History",
    "Id",
    "IdMap",
    "ImportPlan",
    "Influence",
    "InvalidArgument",
    "LikeUnlike",
    "Likeness",
    "ListChange",
    "ListChanges",
    "ListWishes",
    "Match",
    "MatchReport",
    "Metric",
    "MetricLine",
    "Miss",
    "ModelCard",
    "ModelSummary",
    "Move",
    "NamedAxis",
    "NeuralModel",
    "OnProgress",
    "Pair",
    "PeopleSpace",
    "Person",
    "PersonalShare",
    "Popularity",
    "Prediction",
    "Probe",
    "Progress",
    "RatingScale",
    "Ratings",
    "ReelspaceError",
    "SavedModel",
    "Scoreboard",
    "ScoreboardRow",
    "Search",
    "SharedFilm",
    "ShouldStop",
    "SideBySide",
    "SliceLine",
    "Span",
    "Split",
    "Standing",
    "Strategy",
    "Taste",
    "Term",
    "Tip",
    "TrainedModel",
    "Trainer",
    "Trial",
    "Trust",
    "UMAPSettings",
    "UnknownId",
    "Watched",
    "alike",
    "archetypes",
    "axis_stability",
    "between",
    "cache_folder",
    "check_calibration",
    "check_convergence",
    "check_dataset",
    "chosen_trainer",
    "cluster_films",
    "compare",
    "describe_taste",
    "error_atlas",
    "evaluate",
    "explain",
    "fetch_dataset",
    "films_inside",
    "films_to_rate",
    "findings",
    "fold_in",
    "hand_plane",
    "influences",
    "interval_text",
    "keep_ratings",
    "learning_curve",
    "like_unlike",
    "limit_threads",
    "list_datasets",
    "list_moves",
    "load_dataset",
    "load_model",
    "make_split",
    "match_history",
    "name_axes",
    "name_directions",
    "neighbourhoods_kept",
    "open_ratings",
    "own_settings",
    "person_of",
    "personal_share",
    "plan_import",
    "probe",
    "read_history",
    "recommend",
    "refit",
    "review",
    "save_model",
    "score_models",
    "search_settings",
    "side_by_side",
    "smallest_change",
    "spans_of",
    "spoken",
    "star_chances",
    "star_set",
    "taste_of",
    "telling_user",
    "trust_of",
    "usual_trainer",
    "versions",
    "warm_up",
    "what_if",
]
