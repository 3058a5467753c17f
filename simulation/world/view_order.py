"""Whether views only ever go forward, and whether those who make them are told of every change.

An item is never replaced by one that was made from something older, and a minute that was written is noted after that.
"""

from typing import Any, Final

from consumers.tables import CHANGED, Level

ITEMS: Final = ("list#", "search#", "strip#")
DIRECTORIES: Final = "strips#"
MINUTES: Final = f"{Level.MINUTE.name.lower()}#"


class ViewOrder:
    """Watches what is written to the trends table.

    Attributes:
        went_back: Which views were replaced by older ones.
        unnoted: Minutes that were written and not noted since then.
    """

    def __init__(self) -> None:
        self.went_back: list[str] = []
        self.unnoted: set[str] = set()
        self._newest: dict[tuple[str, ...], tuple[int, ...]] = {}

    def written(self, operation: str, request: dict[str, Any]) -> None:
        """Take in a write that was carried out."""
        if operation == "transact_write_items":
            for change in request["TransactItems"]:
                self.written("put_item", change["Put"])
        elif operation == "put_item":
            item = request["Item"]
            if item["bucket"]["S"].startswith(MINUTES):
                self.unnoted.add(item["start"]["S"].partition("#")[0])
            elif item["bucket"]["S"].startswith(ITEMS):
                self._see((item["bucket"]["S"], item["start"]["S"]), (int(item["n"]["N"]), int(item["a"]["N"])))
        elif operation == "update_item" and request["Key"]["bucket"]["S"] == CHANGED:
            hour, names = request["Key"]["start"]["S"], request["ExpressionAttributeNames"].values()
            self.unnoted.difference_update(f"{hour}:{name[1:]}" for name in names)
        elif operation == "update_item" and request["Key"]["bucket"]["S"].startswith(DIRECTORIES):
            key, entry = request["Key"], request["ExpressionAttributeNames"]["#n"]
            order = int(request["ExpressionAttributeValues"][":n"]["N"])
            self._see((key["bucket"]["S"], key["start"]["S"], entry), (order,))

    def _see(self, key: tuple[str, ...], made: tuple[int, ...]) -> None:
        newest = self._newest.get(key, made)
        if made < newest:
            self.went_back.append(f"{' '.join(key)} of {newest} was replaced by one of {made}")
        self._newest[key] = max(made, newest)
