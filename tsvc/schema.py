"""The form of results.json, as a JSON Schema (results.schema.json, told to people in docs/results.md).

Known keys are strict about their types; unknown ones are kept, so that a record may know more than this version.
"""

import json
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).with_name("results.schema.json")


@lru_cache
def schema() -> dict:
    """The JSON Schema of a record."""
    return json.loads(PATH.read_text())


def first_fault(record: object) -> str:
    """Where and how a record departs from the schema, in words ("loops.s111.cases: ..."); "" when it does not."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    fault = best_match(Draft202012Validator(schema()).iter_errors(record))
    if fault is None:
        return ""
    place = ".".join(map(str, fault.absolute_path))
    message = fault.message if len(fault.message) <= 200 else f"{fault.message[:200]}..."
    return f"{place}: {message}" if place else message
