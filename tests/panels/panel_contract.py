"""The contract suite of the Panel port; every panel's test class inherits it."""

from tests.panels.awkward_contract import AwkwardContract
from tests.panels.generation_contract import GenerationContract
from tests.panels.lexical_contract import LexicalContract
from tests.panels.lifecycle_contract import LifecycleContract
from tests.panels.repair_contract import RepairContract
from tests.panels.search_contract import SearchContract
from tests.panels.shelf import PanelFixtures


class PanelContract(
    PanelFixtures,
    LifecycleContract,
    GenerationContract,
    RepairContract,
    AwkwardContract,
    SearchContract,
    LexicalContract,
):
    """A subclass supplies an async ``panel`` fixture, prepared with the ``generation`` fixture.

    The store may be shared: everything here stays in one workspace of random name and in
    documents of random id, which are erased at the end. A subclass may choose another
    generation number; the number after it is used too (``other_generation``), and forgotten.
    A store that is the test's own keeps ``EmptyingContract`` as well.
    """
