"""Which views there are."""

from concurrent.futures import Executor

from consumers.views.lists.view import TopLists
from consumers.views.search.view import SearchView
from consumers.views.store import ViewStore
from consumers.views.strips.view import StripsView
from consumers.views.view import View


def views_of(store: ViewStore, strips: StripsView, pool: Executor) -> list[View]:
    """Return all views, which put into `store`, several items at a time in `pool`: those first that answers need
    soonest."""
    return [TopLists(store), strips, SearchView(store, pool)]
