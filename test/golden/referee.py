"""Runs the scripts of the referee, which stand in ../shared, in this process."""
import contextlib
import io
import json
import runpy
import sys


def run(shared, script, **options):
    """Runs a script of the referee in this process; its output as JSON, a line each."""
    argv = [script]
    for option, value in options.items():
        argv += ["--" + option.replace("_", "-"), *map(str, value if isinstance(value, list) else [value])]
    said, outer = io.StringIO(), sys.argv
    sys.argv = argv
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(shared / "referee" / script), run_name="__main__")
    finally:
        sys.argv = outer
    return [json.loads(line) for line in said.getvalue().splitlines() if line.startswith("{")]
