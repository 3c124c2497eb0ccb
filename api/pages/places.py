"""Places: where a visitor may go, in groups; a page that people look for is one line here."""

from dataclasses import dataclass

from api.pages.session import Visitor
from contracts.people import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation, for those with the role; ``key`` names its words."""

    target: str
    key: str
    role: Role = Role.READER
    whole: bool = False
    """For those only who operate the whole service."""

    def open_to(self, visitor: Visitor) -> bool:
        """Tell whether to offer it."""
        return visitor.operates if self.whole else visitor.may(self.role)

    def holds(self, path: str) -> bool:
        """Tell whether a page is this one, or lies below it."""
        return path == self.target or (self.target != "/" and path.startswith(f"{self.target}/"))


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one subject: one tab above, and side by side on their pages."""

    key: str
    places: tuple[Place, ...]

    @property
    def target(self) -> str:
        """Where its link leads: to its first place."""
        return self.places[0].target

    def of(self, visitor: Visitor) -> "Group":
        """Give what is left of it for a visitor; one place alone goes by its own name."""
        places = tuple(place for place in self.places if place.open_to(visitor))
        return Group(places[0].key if len(places) == 1 else self.key, places)

    def holds(self, path: str) -> bool:
        """Tell whether a page is one of these places, or lies below one."""
        return any(place.holds(path) for place in self.places)


GROUPS = (
    Group("nav.ask", (Place("/", "nav.ask"),)),
    Group(
        "nav.documents",
        (
            Place("/documents", "nav.documents"),
            Place("/duplicates", "nav.duplicates", Role.EDITOR),
            Place("/trash", "nav.trash", Role.EDITOR),
            Place("/intake", "nav.intake", Role.ADMIN),
        ),
    ),
    Group(
        "nav.checking",
        (
            Place("/review", "nav.review"),
            Place("/quality", "nav.quality"),
            Place("/personal", "nav.personal", Role.EDITOR),
        ),
    ),
    Group(
        "nav.measuring",
        (
            Place("/suites", "nav.suites", Role.EDITOR),
            Place("/evaluations", "nav.evaluations", whole=True),
        ),
    ),
    Group("nav.status", (Place("/status", "nav.status"),)),
)


def groups(visitor: Visitor) -> list[Group]:
    """Give where the visitor may go; groups without a place for them are left out."""
    return [group for one in GROUPS if (group := one.of(visitor)).places]
