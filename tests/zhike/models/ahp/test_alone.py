import subprocess
import sys

ALONE = """
import sys
import zhike.models.ahp as ahp
found = ahp.evaluate(ahp.from_json('{"criteria": ["a", "b"], "matrix": [[1, 3], [null, 1]]}', "text").model)
assert found.by_name == {"a": 0.75, "b": 0.25}
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("zhike.")}
print(sorted(rooms), sorted({"duckdb", "pyarrow", "narwhals", "numba", "scipy"} & sys.modules.keys()))
"""


def test_ahp_needs_numpy_and_base_and_nothing_else():
    told = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True).stdout
    assert told == "['base', 'models'] []\n"
