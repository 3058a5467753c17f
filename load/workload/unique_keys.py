"""YAML whose keys are given once: of a key that is given twice, PyYAML takes the last and says nothing."""

import yaml


class UniqueKeys(yaml.SafeLoader):
    """Reads what `yaml.SafeLoader` does, but a mapping with a key twice is a `yaml.constructor.ConstructorError`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Return a mapping; called by PyYAML for each.

        Raises:
            yaml.constructor.ConstructorError: a key is there twice.
        """
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r:.40} is there twice: leave one out", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)
