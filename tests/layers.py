"""The picture of the house, read off the imports: they point down only, and some things are nowhere.

The lists below are the picture. A file that stands in none of them is an error, so that the picture stays whole.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# From the ground up. A name is a module or a whole folder; what stands on one line does not import its neighbours.
# "core" and "dashboard" themselves are the public names that their __init__.py gives.
LAYERS = {
    "core": [
        ["errors", "progress", "provenance"],
        ["language"],
        ["ridge", "ids", "scale", "titles", "links", "priors", "days", "files"],
        ["ratings", "catalogue", "metrics", "traits", "row_batches"],
        ["model", "datasets", "stars", "kept_ratings"],
        ["fitting", "taste", "bayes", "neural_model", "imports"],
        ["people", "person", "descent", "artefact", "alternation"],
        ["trainers", "folding"],
        ["engines", "trainer_settings"],
        ["space", "evaluation", "persistence", "convergence"],
        ["explanation", "next_films", "ranking", "runtime", "likeness"],
        ["together", "starting_tastes"],
        ["lessons"],
        ["core"],
        ["commands"],
        ["cli"],
        ["__main__"],
    ],
    "dashboard": [
        ["dashboard"],
        ["words", "exports", "glossary", "scenes", "settings", "logs", "metrics"],
        ["limits"],
        ["charts", "visitors", "jobs", "sentences"],
        ["library", "backup", "measured", "kept_findings", "verdicts", "upload_limit"],
        ["rows", "community", "runs"],
        ["lab_figures"],
        ["resources", "state"],
        ["map_resources", "map_state", "training_limit"],
        ["finding_resources"],
        ["learn_resources", "learn_models", "learn_curves", "lab_resources"],
        ["components", "report", "health"],
        ["views"],
        ["server", "main"],
        ["app"],
    ],
}
WITHOUT_STREAMLIT = {
    "scenes",
    "words",
    "exports",
    "glossary",
    "settings",
    "logs",
    "metrics",
    "limits",
    "upload_limit",
    "health",
    "charts",
    "visitors",
    "jobs",
    "sentences",
    "library",
    "backup",
    "measured",
    "kept_findings",
    "verdicts",
    "rows",
    "community",
    "runs",
    "lab_figures",
    "report",
}
# Where the dashboard may enter core; lessons and the language model stand apart, so that the other pages never load them.
FRONT_DOORS = ("core", "core.lessons", "core.language")
ONLY_IN_CORE = {"torch", "numpy", "sklearn", "scipy"}
NEVER_IN_CORE = {"streamlit", "plotly", "dashboard"}
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
MAIN_LINES = 50
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)(\s[^<>]*)?/?>|<!--")
HTML_BUILDERS = {
    "dashboard.components.markup",
    "dashboard.components.tables",  # sums as tables
    "dashboard.components.grids",  # people by films
    "dashboard.components.number_tables",  # a model's own numbers
    "dashboard.components.figure_cells",  # figures with their intervals
    "dashboard.components.standings",  # models beside each other
    "dashboard.components.lab_table",  # runs beside each other
    "dashboard.components.passages",  # numbers on their way to a prediction
    "dashboard.components.chances",  # what is held likely, and words under a window
    "dashboard.components.loss_curves",  # one drawing, nothing from data in it but numbers
    "dashboard.report.page",  # one file to send
    "dashboard.report.reading",  # its tables and numbers
    "dashboard.server",  # reads Streamlit's own page, builds none
}


@dataclass(frozen=True)
class Module:
    """One file: ``house`` is core or dashboard, ``place`` the name that LAYERS knows it by, ``name`` its dotted name."""

    path: Path
    house: str
    place: str
    name: str
    tree: ast.Module

    @property
    def level(self) -> int | None:
        """Which layer it stands in, None if in none."""
        return level_of(self.house, self.place)


def level_of(house: str, place: str) -> int | None:
    return next((level for level, places in enumerate(LAYERS[house]) if place in places), None)


def modules(root: Path) -> list[Module]:
    """Every file of both houses under ``root``."""
    return [_module(root, path) for house in LAYERS for path in sorted((root / house).rglob("*.py"))]


def _module(root: Path, path: Path) -> Module:
    parts = list(path.relative_to(root).with_suffix("").parts)
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return Module(path.relative_to(root), parts[0], parts[1] if len(parts) > 1 else parts[0], ".".join(parts), tree)


def imports(module: Module, known: set[str]) -> Iterator[str]:
    """Yield what ``module`` imports, dotted; a name imported from a module stands behind it, after a colon."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "."  # a relative import
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else f"{node.module}:{alias.name}"


@dataclass(frozen=True)
class House:
    """All modules under a root, and what each imports."""

    all: list[Module]

    @classmethod
    def read(cls, root: Path) -> House:
        return cls(modules(root))

    def imports(self, module: Module) -> Iterator[str]:
        return imports(module, {each.name for each in self.all})

    def of(self, house: str) -> list[Module]:
        return [module for module in self.all if module.house == house]


def whole(dotted: str) -> str:
    """Return the module of an import, without the name taken from it."""
    return dotted.partition(":")[0]


def top(dotted: str) -> str:
    """Return the distribution's name of an import."""
    return whole(dotted).partition(".")[0]


# The rules: each yields a sentence for each place that breaks it


def every_file_stands_in_a_layer(house: House) -> Iterator[str]:
    for module in house.all:
        if module.level is None:
            yield f"{module.path} stands in no layer; give it a place in LAYERS"


def imports_are_whole(house: House) -> Iterator[str]:
    for module in house.all:
        for dotted in house.imports(module):
            if dotted == "." or dotted.endswith(":*"):
                yield f"{module.path} has a relative or star import; name what it takes"


def imports_point_down(house: House) -> Iterator[str]:
    for module in house.all:
        for dotted in house.imports(module):
            parts = whole(dotted).split(".")
            place = parts[1] if len(parts) > 1 else parts[0]
            if parts[0] != module.house or place == module.place:
                continue
            level = level_of(module.house, place)
            if level is None or module.level is None or level >= module.level:
                yield f"{module.path} imports {dotted}, which does not lie below it"


def trainers_do_not_know_each_other(house: House) -> Iterator[str]:
    for module in house.of("core"):
        for dotted in house.imports(module):
            if module.place == "trainers" and module.name != "core.trainers" and dotted.startswith("core.trainers"):
                yield f"{module.path} imports {dotted}, another trainer"


def core_knows_no_screen(house: House) -> Iterator[str]:
    for module in house.of("core"):
        for dotted in house.imports(module):
            if top(dotted) in NEVER_IN_CORE:
                yield f"{module.path} imports {dotted}; core knows nothing of the screen"


def ridge_needs_only_torch(house: House) -> Iterator[str]:
    for module in house.of("core"):
        for dotted in house.imports(module):
            allowed = top(dotted) == "torch" or top(dotted) in sys.stdlib_module_names or whole(dotted) == "core.errors"
            if module.name == "core.ridge" and not allowed:
                yield f"{module.path} imports {dotted}; the one primitive needs only torch and errors"


def the_front_doors_hold_only_names(house: House) -> Iterator[str]:
    for module in house.of("core"):
        if module.name not in FRONT_DOORS:
            continue
        taken = [dotted.partition(":")[2] for dotted in house.imports(module)]
        if sorted(public_names(house, module.name)) != sorted(taken):
            yield f"{module.path} must list in __all__ exactly the names it imports"
        for node in module.tree.body:
            if not (isinstance(node, ast.ImportFrom | ast.Assign) or _is_docstring(node)):
                yield f"{module.path} does something in line {node.lineno}; it names what is public and nothing else"


def the_dashboard_does_no_sums(house: House) -> Iterator[str]:
    for module in house.of("dashboard"):
        for dotted in house.imports(module):
            if top(dotted) in ONLY_IN_CORE:
                yield f"{module.path} imports {dotted}; numerics belong in core"


def the_dashboard_enters_by_a_front_door(house: House) -> Iterator[str]:
    names = {door: public_names(house, door) for door in FRONT_DOORS}
    for module in house.of("dashboard"):
        for dotted in house.imports(module):
            if top(dotted) == "core" and dotted.partition(":")[2] not in names.get(whole(dotted), ()):
                yield f"{module.path} imports {dotted}; only `from core import` of a public name is allowed"


def these_never_draw(house: House) -> Iterator[str]:
    for module in house.of("dashboard"):
        for dotted in house.imports(module):
            if module.place in WITHOUT_STREAMLIT and top(dotted) == "streamlit":
                yield f"{module.path} imports streamlit, which {module.place} never does"


def only_markup_builds_html(house: House) -> Iterator[str]:
    for module in house.of("dashboard"):
        for line, text in _texts(module.tree) if module.name not in HTML_BUILDERS else ():
            for tag in TAG.finditer(text):
                yield f"{module.path} line {line} builds HTML, {tag.group()}; components/markup.py does"


def the_router_is_short(house: House) -> Iterator[str]:
    for module in house.of("dashboard"):
        n_lines = max((node.end_lineno or 0 for node in module.tree.body), default=0)
        if module.name == "dashboard.main" and n_lines >= MAIN_LINES:
            yield f"{module.path} has {n_lines} lines; under {MAIN_LINES} are allowed"


def nothing_unsafe(house: House) -> Iterator[str]:
    for module in house.all:
        for dotted in house.imports(module):
            if top(dotted) in UNSAFE_MODULES or dotted == "torch:load":
                yield f"{module.path} imports {dotted}, which runs what a file says"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
                yield f"{module.path} line {node.value.lineno} uses unsafe_allow_html"
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "torch.load":
                yield f"{module.path} line {node.lineno} uses torch.load, which runs what a file says"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and _is_text(node.value)


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string in the code, docstrings left out, what an f-string fills in as a blank."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(getattr(piece, "value", " ") if _is_text(piece) else " " for piece in node.values),
            )
        elif _is_text(node) and id(node) not in docstrings | pieces:
            yield node.lineno, node.value  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def public_names(house: House, door: str) -> list[str]:
    """Return what a front door's __init__.py lists in __all__."""
    for module in house.of("core"):
        for node in module.tree.body if module.name == door else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return list(ast.literal_eval(node.value))
    return []


RULES: list[Callable[[House], Iterator[str]]] = [
    every_file_stands_in_a_layer,
    imports_are_whole,
    imports_point_down,
    trainers_do_not_know_each_other,
    core_knows_no_screen,
    ridge_needs_only_torch,
    the_front_doors_hold_only_names,
    the_dashboard_does_no_sums,
    the_dashboard_enters_by_a_front_door,
    these_never_draw,
    only_markup_builds_html,
    the_router_is_short,
    nothing_unsafe,
]
