"""Whether views only ever go forward: an item is never replaced by one that was made from something older."""

from typing import Any, Final

ITEMS: Final = ("list#", "search#", "strip#")
DIRECTORIES: Final = "strips#"


class ViewOrder:
    """Watches what is written to the trends table.

    Attributes:
        went_back: Which views were replaced by older ones.
    """

    def __init__(self) -> None:
        self.went_back: list[str] = []
        self._newest: dict[tuple[str, ...], tuple[int, ...]] = {}

    def written(self, operation: str, request: dict[str, Any]) -> None:
        """Take in a write that was carried out."""
        if operation == "put_item":
            item = request["Item"]
            if item["bucket"]["S"].startswith(ITEMS):
                self._see((item["bucket"]["S"], item["start"]["S"]), (int(item["n"]["N"]), int(item["a"]["N"])))
        elif operation == "update_item" and request["Key"]["bucket"]["S"].startswith(DIRECTORIES):
            key, entry = request["Key"], request["ExpressionAttributeNames"]["#n"]
            order = int(request["ExpressionAttributeValues"][":n"]["N"])
            self._see((key["bucket"]["S"], key["start"]["S"], entry), (order,))

    def _see(self, key: tuple[str, ...], made: tuple[int, ...]) -> None:
        newest = self._newest.get(key, made)
        if made < newest:
            self.went_back.append(f"{' '.join(key)} of {newest} was replaced by one of {made}")
        self._newest[key] = max(made, newest)
